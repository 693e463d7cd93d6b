import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { meteredFetch, parseSettings, studioCrew } from '../../src/crew/studio/index.js';
import { defineCrew } from '../../src/index.js';
import { scrape } from '../../src/studio/scrape.js';
import { deliver, Endpoints } from '../../src/telemetry/index.js';
import { instrument } from '../../src/telemetry/instrument.js';
import { start } from '../support/cli.js';
import { anthropicMessage, openaiResponse } from '../support/model-server.js';
import { play } from '../support/playing-model.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';
import { startReceiver } from '../telemetry/_receiver.js';
import { sent, served } from './served.js';

/** Of no known form, and in variables whose names say nothing: whoever does not know them as keys lets them pass. */
const env = {
  WORDS_OF_SEARCH: 'seven wide rivers, planted 1',
  WORDS_OF_SCRIPT: 'eight tall towers, planted 2',
  WORDS_OF_JUDGE: 'nine slow trains, planted 3',
  WORDS_OF_VOICE: 'ten cold winters, planted 4',
};
const keys = Object.values(env);

/** How a provider says the key that it was sent. */
const ways = ['as JSON', 'as a page', 'in its headers', 'in an answer that is none', 'elsewhere'] as const;
type Way = (typeof ways)[number];
const stages = ['search', 'script', 'judge', 'voice'] as const;
type Stage = (typeof stages)[number];

/** One provider for all: at one stage it repeats the key that it was sent, and before that it does well. */
let say: { stage: Stage; way: Way } = { stage: 'search', way: 'as JSON' };
/** What came to another address than the one that was asked. */
const elsewhere: string[] = [];
let repeated = 0;
let url = '';

function stageOf(path: string): Stage {
  if (path.includes('/agent')) return 'search';
  if (path.endsWith('/messages')) return 'script';
  return path.endsWith('/responses') ? 'judge' : 'voice';
}

function keyIn({ headers }: IncomingMessage): string {
  const { authorization = '' } = headers;
  const key = headers['x-api-key'] ?? headers['xi-api-key'] ?? authorization.replace('Bearer ', '');
  return String(key);
}

beforeAll(async () => {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += String(part)));
    request.on('end', () => {
      const path = request.url ?? '';
      if (path === '/elsewhere') {
        elsewhere.push(inspect(request.headers));
        return void response.writeHead(401).end();
      }
      const stage = stageOf(path);
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
      const answer = (value: unknown, status = 200, headers = {}): void =>
        void response
          .writeHead(status, { 'content-type': 'application/json', ...headers })
          .end(typeof value === 'string' ? value : JSON.stringify(value));
      if (stage === say.stage) {
        const key = keyIn(request);
        repeated += Number(keys.includes(key));
        const message = `Incorrect key: ${key}`;
        if (say.way === 'as JSON')
          return answer(
            {
              type: 'error',
              error: { type: 'authentication_error', message, code: message },
              detail: { status: message, message },
            },
            401,
          );
        if (say.way === 'as a page') return answer(`<html>${message} ${encodeURIComponent(key)}</html>`, 503);
        if (say.way === 'in its headers')
          return answer({}, 429, {
            'x-your-key': key,
            'retry-after': '0',
            'x-request-id': key,
            location: key,
          });
        if (say.way === 'elsewhere') return answer('', 307, { location: `${url}/elsewhere` });
        return answer(`${message}, and this is no JSON`);
      }
      if (stage === 'search')
        return answer({
          id: 'resp_1',
          status: 'completed',
          output: [
            { type: 'search_results', results: [{ url: 'https://example.org', title: 'Bees' }] },
            {
              type: 'message',
              content: [
                {
                  type: 'output_text',
                  text: JSON.stringify({
                    findings: [{ text: 'The dance of the bee is old.', url: 'https://example.org' }],
                  }),
                },
              ],
            },
          ],
          usage: { cost: { total_cost: 0.01 } },
        });
      const played = JSON.stringify(play({ number: 0, method: 'POST', path, headers: {}, body }).answer);
      return answer((stage === 'script' ? anthropicMessage(played) : openaiResponse(played)).body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return () => {
    server.closeAllConnections();
    server.close();
  };
});

function settings(): Record<string, unknown> {
  const at = (key_env: string) => ({ base_url: `${url}/v1`, key_env });
  return {
    research: 'perplexity:fast',
    poll_ms: 1,
    script: 'anthropic:claude-sonnet-4-5',
    judge: 'openai:gpt-5.2',
    voice: 'elevenlabs:robin-voice,sam-voice',
    prices: { version: '1', prices: { 'elevenlabs:*': { input_mchars: 220 } } },
    providers: {
      perplexity: at('WORDS_OF_SEARCH'),
      anthropic: at('WORDS_OF_SCRIPT'),
      openai: at('WORDS_OF_JUDGE'),
      elevenlabs: at('WORDS_OF_VOICE'),
    },
  };
}

/** All bytes below a folder, without the studio's own token. */
function everything(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && !path.endsWith('.studio-token'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}

function found(...told: unknown[]): string[] {
  const all = told.map((each) => (typeof each === 'string' ? each : inspect(each, { depth: 12 }))).join('\n');
  return keys.flatMap((key) => [key, encodeURIComponent(key)]).filter((key) => all.includes(key));
}

const none = { attempts: 2, baseMs: 0, maxMs: 0 };
const retry = { rate_limited: none, provider_unavailable: none, invalid_output: none };

test('given providers that repeat the key they were sent, each in each way, then it is in no file, event, error, trace, webhook, measure or progress, and no redirect takes it elsewhere', async () => {
  const directory = temporaryDirectory();
  const manager = await openProduction(directory, { policy: { retry } });
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  onTestFinished(instrument(manager, { tracerProvider }));
  const receiver = await startReceiver();
  const endpoints = new Endpoints(directory);
  endpoints.add({ url: receiver.url, types: ['*'], from: 0, allowPrivate: true });
  const told: unknown[] = [];
  let number = 0;
  for (const stage of stages)
    for (const way of ways) {
      say = { stage, way };
      repeated = 0;
      number += 1;
      const sessionId = await manager.createEpisodeSession({ episodeNum: number, topic: 'Bees' });
      const produced = await manager.produce(sessionId, studioCrew({ env }), {
        crewOptions: { minutes: 0.2, studio: settings() },
        onProgress: (progress) => told.push(progress),
      });
      expect([stage, way, produced.outcome === 'complete', repeated > 0]).toEqual([stage, way, false, true]);
      told.push(produced, await manager.history(sessionId), await manager.getSnapshot(sessionId));
    }
  const signal = new AbortController().signal;
  await deliver({
    production: manager.production,
    endpoints,
    signal,
    once: true,
    note: (note) => told.push(note),
  });
  const spans = exporter
    .getFinishedSpans()
    .map(({ name, attributes, status, events }) => ({ name, attributes, status, events }));
  const bodies = receiver.received.map(({ body }) => body);
  expect(inspect(told, { depth: 12 })).toContain('Incorrect key: [key]');
  expect([spans.length > number, bodies.length > number]).toEqual([true, true]);
  expect(found(...told, spans, ...bodies, await scrape(manager), everything(directory))).toEqual([]);
  expect(elsewhere).toEqual([]);
});

test('given one who repeats the key at the command line, then neither what is printed nor the studio’s page and its answers have it', async () => {
  const directory = join(temporaryDirectory(), 'production');
  const file = join(temporaryDirectory(), 'crew.json');
  writeFileSync(file, JSON.stringify(settings()));
  const said: string[] = [];
  const heard = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await start(directory, args, env).ended;
    said.push(stdout, stderr);
    return stdout + stderr;
  };
  const produce = ['produce', '--topic', 'Bees', '--crew', 'studio', '--studio', file, '--minutes', '0.2'];
  say = { stage: 'script', way: 'as JSON' };
  expect(await heard(...produce)).toContain('Incorrect key: [key]');
  say = { stage: 'judge', way: 'as JSON' };
  await heard(...produce, '--json');
  const id = readdirSync(directory).find((name) => name.startsWith('ep_')) ?? '';
  for (const look of [['show', id], ['history', id, '--json'], ['metrics']]) await heard(...look);
  const studio = await served('studio', directory, env);
  const head = `Host: 127.0.0.1:${String(studio.port)}\r\nAuthorization: Bearer ${studio.token}\r\nConnection: close`;
  for (const path of [
    '/',
    '/api/production',
    '/api/episodes',
    `/api/episodes/${id}`,
    `/api/episodes/${id}/history`,
  ])
    said.push(await sent(studio, `GET ${path} HTTP/1.1\r\n${head}\r\n\r\n`));
  await studio.kill();
  expect(said.at(-1)).toContain('[key]');
  expect(found(...said, everything(directory))).toEqual([]);
});

test('given a key where none belongs in crew.json, then it is refused without a word of it', () => {
  const [key = ''] = keys;
  const providers = [
    { api_key: key },
    { key_env: key },
    { base_url: `https://user:${encodeURIComponent(key)}@example.org/v1` },
    { base_url: `https://example.org/v1?key=${encodeURIComponent(key)}` },
  ];
  for (const openai of providers) {
    let refused: unknown;
    try {
      parseSettings({ script: 'openai:gpt-5.2', providers: { openai } });
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({ code: 'invalid_input' });
    expect(found(refused)).toEqual([]);
  }
});

test('given a request of another pipeline whose key is repeated, then meteredFetch throws an error without it', async () => {
  say = { stage: 'judge', way: 'as JSON' };
  const [, , key = ''] = keys;
  const manager = await openProduction(temporaryDirectory(), { policy: { retry } });
  const errors: unknown[] = [];
  const crew = defineCrew({
    research: async ({ operation }) => {
      for (const way of ['as JSON', 'in its headers'] as const) {
        say = { stage: 'judge', way };
        const paid = meteredFetch({
          operation,
          maxCost: '0.10',
          cost: () => undefined,
          key: () => way.replaceAll(' ', '-'),
        });
        await paid(`${url}/v1/responses`, {
          method: 'POST',
          body: '{}',
          headers: { authorization: `Bearer ${key}` },
        }).catch((error: unknown) => errors.push(error));
      }
      return null;
    },
    script: () => Promise.resolve(null),
    audio: () => Promise.resolve(null),
  });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  await manager.produce(sessionId, crew);
  expect(errors).toHaveLength(2);
  expect(found(errors)).toEqual([]);
});
