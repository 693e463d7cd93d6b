import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateObject, generateText, streamText, wrapLanguageModel } from 'ai';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { metered, meteredMiddleware, type MeterOptions } from '../../../src/crew/studio/index.js';
import { ProductionStateManager, defineCrew, type Produced, type RunOperation } from '../../../src/index.js';
import {
  anthropicMessage,
  chatCompletion,
  openaiResponse,
  openaiUsage,
  startModelServer,
  type ModelServer,
  type Reply,
} from '../../support/model-server.js';
import { temporaryDirectory } from '../../support/temporary.js';

const key = 'sk-planted-5f3a9c';
const now = (): string => '2026-11-29T00:00:00.000Z';

/** What became of an episode whose research does the given work, and what the journal says of its money. */
interface Done {
  produced: Produced;
  said: unknown;
  money: { type: string; cost?: number; estimated?: boolean; amount?: number }[];
}

async function produceWith(work: (meter: MeterOptions) => Promise<unknown>): Promise<Done> {
  const manager = await ProductionStateManager.open({
    directory: temporaryDirectory(),
    policy: {
      retry: {
        rate_limited: { attempts: 3, baseMs: 0, maxMs: 0 },
        provider_unavailable: { attempts: 2, baseMs: 0, maxMs: 0 },
        invalid_output: { attempts: 2, baseMs: 0, maxMs: 0 },
      },
    },
  });
  onTestFinished(() => manager.close());
  let said: unknown;
  const crew = defineCrew({
    research: async ({ operation }: { operation: RunOperation }) => {
      said = await work({ operation, name: 'ask', maxOutputTokens: 100, now });
      return null;
    },
    script: () => Promise.resolve(null),
    audio: () => Promise.resolve(null),
  });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const produced = await manager.produce(sessionId, crew);
  const history = await manager.history(sessionId);
  const money = history.flatMap(({ event }) =>
    /^(?:operation|cost)\.(?:reserve|settled|released|held)$/.test(event.type) ? [event as never] : [],
  );
  expect(await manager.verify()).toMatchObject({ ok: true });
  return { produced, said, money };
}

async function openai(
  ...replies: Reply[]
): Promise<{ server: ModelServer; gpt: ReturnType<ReturnType<typeof createOpenAI>> }> {
  const server = await startModelServer(({ number }) => replies[number] ?? replies.at(-1) ?? 'cut');
  return { server, gpt: createOpenAI({ baseURL: server.url, apiKey: key })('gpt-5.2') };
}

async function anthropic(...replies: Reply[]) {
  const server = await startModelServer(({ number }) => replies[number] ?? replies.at(-1) ?? 'cut');
  return { server, claude: createAnthropic({ baseURL: server.url, apiKey: key })('claude-sonnet-4-5') };
}

async function broker(...replies: Reply[]) {
  const server = await startModelServer(({ number }) => replies[number] ?? replies.at(-1) ?? 'cut');
  const create = createOpenAICompatible({ name: 'openrouter', baseURL: server.url, apiKey: key });
  return { server, qwen: create('anthropic/claude-sonnet-4') };
}

const ask = (model: Parameters<typeof generateText>[0]['model'], meter: MeterOptions) =>
  generateText({ model: metered(model as never, meter), prompt: 'Why do bees dance?' });

const Point = z.object({ point: z.string() });

describe('the traps of usage and price', () => {
  test('no usage: the whole reservation counts, and is marked estimated', async () => {
    const { gpt } = await openai(openaiResponse('They tell the way.', { usage: null }));
    const { produced, money } = await produceWith((meter) => ask(gpt, meter));
    const reserved = money.find(({ amount }) => amount !== undefined)?.amount;
    expect(reserved).toBeGreaterThan(0);
    expect(produced.outcome).toBe('complete');
    expect(money.at(-1)).toMatchObject({ type: 'operation.settled', cost: reserved, estimated: true });
  });

  test('a text without a token is no usage: the whole reservation counts', async () => {
    const { qwen } = await broker(chatCompletion('Words.', { prompt_tokens: 5, completion_tokens: 0 }));
    const { money } = await produceWith((meter) => ask(qwen, meter));
    expect(money.at(-1)).toMatchObject({ type: 'operation.settled', estimated: true });
  });

  test('a model that no table prices: refused before the call, nothing reserved', async () => {
    const server = await startModelServer(() => openaiResponse('x'));
    const model = createOpenAI({ baseURL: server.url, apiKey: key })('gpt-of-tomorrow');
    const { produced, money } = await produceWith((meter) => ask(model, { ...meter, provider: 'nobody' }));
    expect(produced.failure?.message).toContain('nobody:gpt-of-tomorrow');
    expect([money, server.requests]).toEqual([[], []]);
  });

  test('cached tokens: raw Anthropic excludes them, the total includes them, each at its price', async () => {
    const { claude } = await anthropic(
      anthropicMessage('Yes.', { cache_read_input_tokens: 1000, cache_creation_input_tokens: 0 }),
    );
    const { money } = await produceWith((meter) => ask(claude, meter));
    // 10 × 3 + 1,000 × 0.3 + 3 × 15 micro-dollars.
    expect(money.at(-1)).toMatchObject({ cost: 375, estimated: false });
  });

  test('one-hour cache writes are not priced as five-minute ones', async () => {
    const usage = {
      cache_creation_input_tokens: 1000,
      cache_creation: { ephemeral_5m_input_tokens: 400, ephemeral_1h_input_tokens: 600 },
    };
    const { claude } = await anthropic(anthropicMessage('Yes.', usage));
    const { money } = await produceWith((meter) => ask(claude, meter));
    // 10 × 3 + 400 × 3.75 + 600 × 6 + 3 × 15.
    expect(money.at(-1)).toMatchObject({ cost: 5175, estimated: false });
  });

  test('web searches: Anthropic counts them in its metadata, with OpenAI each is a tool call', async () => {
    const { claude } = await anthropic(
      anthropicMessage('Yes.', { server_tool_use: { web_search_requests: 2 } }),
    );
    const first = await produceWith((meter) => ask(claude, meter));
    expect(first.money.at(-1)).toMatchObject({ cost: 30 + 45 + 20_000, estimated: false });
    const search = {
      type: 'web_search_call',
      id: 'ws_1',
      status: 'completed',
      action: { type: 'search', query: 'bees' },
    };
    const { gpt } = await openai(openaiResponse('Yes.', { output: [search], usage: openaiUsage(100, 10) }));
    const second = await produceWith((meter) => ask(gpt, meter));
    // 100 × 1.75 + 10 × 14 + 10,000.
    expect(second.money.at(-1)).toMatchObject({ cost: 10_315, estimated: false });
  });

  test('a service tier stands only in the metadata: reserved at the full price, settled at its own', async () => {
    const flex = openaiResponse('Yes.', { service_tier: 'flex', usage: openaiUsage(1000, 100) });
    const { gpt } = await openai(flex);
    const { money } = await produceWith((meter) => ask(gpt, meter));
    expect(money.at(-1)).toMatchObject({ cost: (1750 + 1400) / 2, estimated: false });
    const { gpt: dear } = await openai(openaiResponse('Yes.', { service_tier: 'priority' }));
    const unknown = await produceWith((meter) => ask(dear, meter));
    expect(unknown.money.at(-1)).toMatchObject({ estimated: true });
  });

  test('OpenRouter says the cost in its raw usage: it is preferred, and rounded up once', async () => {
    const { qwen } = await broker(
      chatCompletion('Yes.', { prompt_tokens: 10, completion_tokens: 2, cost: 0.00125025 }),
    );
    const { money } = await produceWith((meter) => ask(qwen, meter));
    expect(money.at(-1)).toMatchObject({ cost: 1251, estimated: false });
  });

  test('a truncated object carries usage: it is settled, then tried again', async () => {
    const { gpt, server } = await openai(
      openaiResponse('{"point": "They da', {
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        usage: openaiUsage(100, 100),
      }),
      openaiResponse('{"point": "They dance."}', { usage: openaiUsage(100, 10) }),
    );
    const { produced, said } = await produceWith(async (meter) => {
      const model = wrapLanguageModel({ model: gpt, middleware: meteredMiddleware(meter) });
      return (await generateObject({ model, schema: Point, prompt: 'Why?' })).object;
    });
    expect(said).toEqual({ point: 'They dance.' });
    expect([server.requests.length, produced.state.total_cost]).toEqual([2, (175 + 1400 + 175 + 140) / 1e6]);
  });

  test('a refusal: empty text, tokens billed, the failure is that of a filter', async () => {
    const { claude, server } = await anthropic(
      anthropicMessage('', { output_tokens: 4 }, { stop_reason: 'refusal' }),
    );
    const { produced } = await produceWith((meter) => ask(claude, meter));
    expect(produced.failure?.code).toBe('content_filtered');
    expect([server.requests.length, produced.state.total_cost]).toEqual([1, (30 + 60) / 1e6]);
  });

  test.each([
    '<think>A bee {dances}.</think>\n{"point": "They dance."}',
    '```json\n{"point": "They dance."}\n```',
    'Here it is: {"point": "They dance."} I hope it helps.',
  ])('words around JSON (%j) are repaired once, for free', async (text) => {
    const { qwen, server } = await broker(
      chatCompletion(text, { prompt_tokens: 9, completion_tokens: 9, cost: 0.01 }),
    );
    const { said, produced } = await produceWith(
      async (meter) =>
        (await generateObject({ model: metered(qwen, meter), schema: Point, prompt: 'Why?' })).object,
    );
    expect(said).toEqual({ point: 'They dance.' });
    expect([server.requests.length, produced.state.total_cost]).toEqual([1, 0.01]);
  });

  test('a cut stream loses its usage: where money is counted nothing is streamed', async () => {
    const { gpt, server } = await openai(openaiResponse('x'));
    const { produced, money } = await produceWith(async (meter) => {
      let failed: unknown;
      const { textStream } = streamText({
        model: metered(gpt, meter),
        prompt: 'Why?',
        onError: ({ error }) => void (failed = error),
      });
      for await (const _ of textStream);
      throw failed;
    });
    expect(produced.failure?.message).toContain('does not stream');
    expect([money, server.requests]).toEqual([[], []]);
  });

  test('default retries: the SDK asks no more than the engine’s policy allows, each with a reservation of its own', async () => {
    const { gpt, server } = await openai({ body: { error: { message: 'overloaded' } }, status: 503 });
    const { produced, money } = await produceWith((meter) => ask(gpt, meter));
    expect(produced).toMatchObject({
      outcome: 'failed',
      failure: { code: 'provider_unavailable' },
      state: { total_cost: 0 },
    });
    expect(produced.failure?.message).toBe('overloaded');
    expect([server.requests.length, money.filter(({ amount }) => amount !== undefined).length]).toEqual([
      2, 2,
    ]);
  });

  test('a connection that is lost after sending: the call is held, and not made again', async () => {
    const { gpt, server } = await openai('cut');
    const { produced, money } = await produceWith((meter) => ask(gpt, meter));
    expect([server.requests.length, produced.state.total_cost]).toEqual([1, 0]);
    expect(money.at(-1)?.type).toBe('operation.held');
  });

  test('half an answer was billed like a whole one: its reservation counts, and the call is made as often as policy allows', async () => {
    const { gpt, server } = await openai('half a body');
    const { produced, money } = await produceWith((meter) => ask(gpt, meter));
    const reserved = money.flatMap(({ amount }) => amount ?? []);
    expect(produced).toMatchObject({ outcome: 'failed', failure: { code: 'provider_unavailable' } });
    expect(server.requests).toHaveLength(2);
    expect(reserved).toHaveLength(2);
    expect(produced.state.total_cost).toBe(reserved.reduce((sum, amount) => sum + amount, 0) / 1e6);
  });

  test('an answer that was paid for is given again after the work was begun anew, at another price too', async () => {
    const { gpt, server } = await openai(
      openaiResponse('They tell the way.', { usage: openaiUsage(100, 10) }),
    );
    const own = {
      version: 'later',
      prices: { 'openai:gpt-5.2': { input_mtok: 100, output_mtok: 100, multiplier: 1, service_tiers: {} } },
    };
    const { said, produced } = await produceWith(async (meter) => {
      const first = await ask(gpt, meter);
      const again = await ask(gpt, { ...meter, prices: own });
      return [first.text, again.text, again.providerMetadata?.['showrunner']];
    });
    const charge = { cost: 0.000315, basis: 'usage', table: '@pydantic/genai-prices 0.1.8' };
    expect(said).toEqual(['They tell the way.', 'They tell the way.', charge]);
    expect([server.requests.length, produced.state.total_cost]).toEqual([1, 0.000315]);
  });

  test.each([
    ['no longest answer', {}, { maxOutputTokens: undefined }, 'maxOutputTokens'],
    ['a search of the provider’s own', { tools: true }, {}, 'moreInputTokens'],
    ['a file at an address', { file: true }, {}, 'moreInputTokens'],
  ])('given %s, then nothing bounds the call, and it is refused', async (_, given, limits, field) => {
    const { claude, server } = await anthropic(anthropicMessage('x'));
    const tools =
      'tools' in given ? { search: createAnthropic({ apiKey: key }).tools.webSearch_20250305({}) } : {};
    const file = {
      type: 'file' as const,
      data: new URL('https://example.com/a.pdf'),
      mediaType: 'application/pdf',
    };
    const content = 'file' in given ? [file] : [{ type: 'text' as const, text: 'Why?' }];
    const { produced, money } = await produceWith((meter) =>
      generateText({
        model: metered(claude, { ...meter, ...limits }),
        messages: [{ role: 'user', content }],
        tools,
      }),
    );
    expect(produced.failure?.message).toContain(`${field}: nobody says`);
    expect([money, server.requests]).toEqual([[], []]);
  });
});
