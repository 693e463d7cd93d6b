import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { defineCrew, type PhaseWorker } from '../../src/index.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const tokens = { prompt_tokens: 40, completion_tokens: 7, total_tokens: 47 };
// 40 × 1.25 and 7 × 10 micro-dollars.
const micros = 120;

interface Asked {
  messages: { role: string; content: unknown }[];
  stream?: boolean;
}

/** OpenAI's chat completions on loopback, whole or as a stream; `onAsked` may end the connection. */
async function givenProvider(onAsked: (number: number) => 'answer' | 'cut' = () => 'answer') {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Asked;
      asked.push(body);
      if (onAsked(asked.length) === 'cut') return void response.destroy();
      const content = `answer ${asked.length}`;
      const whole = { id: 'c1', created: 1, model: 'gpt-5.2' };
      if (!body.stream) {
        const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }];
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ ...whole, object: 'chat.completion', choices, usage: tokens }));
        return;
      }
      const delta = (each: object, end: string | null) => ({
        ...whole,
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta: each, finish_reason: end }],
      });
      const last = { ...whole, object: 'chat.completion.chunk', choices: [], usage: tokens };
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of [delta({ role: 'assistant', content }, null), delta({}, 'stop'), last])
        response.write(`data: ${JSON.stringify(event)}\n\n`);
      response.end('data: [DONE]\n\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

async function given(name: string, url: string) {
  const { research } = (await import(pathToFileURL(join(here, `${name}.mjs`)).href)) as {
    research: PhaseWorker;
  };
  const idle = () => Promise.resolve(null);
  const crew = defineCrew({ research, script: idle, audio: idle });
  const manager = await openProduction(temporaryDirectory());
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'dancing bees' });
  return { manager, sessionId, produce: () => manager.produce(sessionId, crew, { crewOptions: { url } }) };
}

beforeAll(() => {
  if (!existsSync(join(here, 'node_modules/@mastra')))
    execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: here, stdio: 'ignore' });
  vi.stubEnv('OPENAI_API_KEY', 'sk-planted-example-7c1e');
  vi.stubEnv('MASTRA_TELEMETRY_DISABLED', '1');
});

describe.each(['langgraph', 'mastra', 'plain-fetch'])('the worked example %s', (name) => {
  test('given a provider that answers, when an episode is produced, then its calls are operations, settled to the micro-dollar', async () => {
    const { asked, url } = await givenProvider();
    const { manager, sessionId, produce } = await given(name, url);
    expect(await produce()).toMatchObject({ outcome: 'complete', reason: null });
    expect(asked).toHaveLength(2);
    expect(await manager.getPhaseCost(sessionId, 'research')).toBe((2 * micros) / 1e6);
    expect((await manager.loadCheckpoint(sessionId, 'research')).data).toMatchObject({
      notes: 'answer 1',
      doubts: 'answer 2',
    });
    expect(JSON.stringify(await manager.history(sessionId))).not.toContain('sk-planted');
  });

  test('given the second answer is lost, when a person says that the call was not made and the episode goes on, then the first is not paid again', async () => {
    const { asked, url } = await givenProvider((number) => (number === 2 ? 'cut' : 'answer'));
    const { manager, sessionId, produce } = await given(name, url);
    await produce();
    expect(asked).toHaveLength(2);
    const [held = ''] = Object.keys((await manager.getSnapshot(sessionId)).context.operations);
    await manager.releaseCost({ sessionId, key: held });
    await manager.resumeEpisode(sessionId);
    expect(await produce()).toMatchObject({ outcome: 'complete' });
    expect(asked).toHaveLength(3);
    expect(asked[2]).toEqual(asked[1]);
    expect(await manager.getPhaseCost(sessionId, 'research')).toBe((2 * micros) / 1e6);
  });

  test('given its page, then the example stands there word for word', () => {
    const page = readFileSync(join(here, '../../docs/metering.md'), 'utf8');
    expect(page).toContain(readFileSync(join(here, `${name}.mjs`), 'utf8').trim());
    expect(page).toContain(readFileSync(join(here, 'prices.mjs'), 'utf8').trim());
  });
});
