import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** One request as a model's provider sees it. */
export interface ModelRequest {
  /** From 0, in order of arrival. */
  number: number;
  method: string;
  path: string;
  headers: Record<string, unknown>;
  body: Record<string, unknown>;
}

/** An answer: a body with 200, or what goes wrong. */
export type Reply =
  | { body: unknown; status?: number; headers?: Record<string, string> }
  /** What is no JSON, with 200. */
  | { text: string }
  /** It does the work and bills it, and the connection ends. */
  | 'cut'
  /** It closes before it has read anything. */
  | 'half a body'
  /** It has too much to do, and the connection ends before it has said so in words. */
  | 'half a refusal';

export interface ModelServer {
  url: string;
  requests: ModelRequest[];
}

/** A model's provider on loopback, which answers as the given function says. */
export async function startModelServer(
  reply: (request: ModelRequest) => Reply | Promise<Reply>,
): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const request: ModelRequest = {
        number: requests.length,
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      };
      requests.push(request);
      void Promise.resolve(reply(request)).then((said) => send(response, said));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests };
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply === 'cut') return void response.destroy();
  if (reply === 'half a body' || reply === 'half a refusal') {
    const status = reply === 'half a body' ? 200 : 429;
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': '1000' });
    return void response.write('{"id":', () => response.destroy());
  }
  if ('text' in reply) return void response.writeHead(200, { 'content-type': 'text/html' }).end(reply.text);
  const { body, status = 200, headers = {} } = reply;
  response
    .writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_loopback', ...headers })
    .end(JSON.stringify(body));
}

/** As OpenAI's `/v1/responses` answers (platform.openai.com/docs/api-reference/responses, read in November 2026). */
export function openaiResponse(text: string, more: Record<string, unknown> = {}): { body: object } {
  const { output = [], usage = openaiUsage(20, 9), ...fields } = more as { output?: object[] } & typeof more;
  return {
    body: {
      id: 'resp_67cb32528d6881909eb2859a55e18a85',
      object: 'response',
      created_at: 1_764_374_400,
      model: 'gpt-5.2-2025-12-11',
      status: 'completed',
      service_tier: 'default',
      output: [...output, openaiMessage(text)],
      ...(usage === null ? {} : { usage }),
      ...fields,
    },
  };
}

function openaiMessage(text: string): object {
  return {
    type: 'message',
    id: 'msg_67cb3252cfac8190865744873aada798',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text, annotations: [] }],
  };
}

export function openaiUsage(input: number, output: number, cached = 0, reasoning = 0): object {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}

/** As Anthropic's `/v1/messages` answers (docs.anthropic.com/en/api/messages, read in November 2026): input tokens are those outside the cache. */
export function anthropicMessage(
  text: string,
  usage: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
): { body: object } {
  return {
    body: {
      id: 'msg_013Zva2CMHLNnXjNJJKqJ2EF',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content: text === '' ? [] : [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 10, output_tokens: 3, service_tier: 'standard', ...usage },
      ...more,
    },
  };
}

/** As a server of OpenAI's older form answers (`/v1/chat/completions`): OpenRouter adds what it cost. */
export function chatCompletion(text: string, usage: Record<string, unknown> | null): { body: object } {
  return {
    body: {
      id: 'gen-1764374400-loopback',
      object: 'chat.completion',
      created: 1_764_374_400,
      model: 'qwen/qwen3-235b',
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
      ...(usage === null ? {} : { usage }),
    },
  };
}
