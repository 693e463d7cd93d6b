import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { studioCrew } from '../../src/crew/studio/index.js';
import { bundleProcess } from '../support/bundle.js';
import type { PaidEpisode } from '../support/misbehaving-episode.js';
import { startModelServer, type ModelRequest, type Reply } from '../support/model-server.js';
import { billed, play } from '../support/playing-model.js';
import { isInBackground, isLook, StoredResponses } from '../support/stored-responses.js';
import { temporaryDirectory } from '../support/temporary.js';
import { openVoiced } from '../support/voiced.js';

const env = {
  PERPLEXITY_API_KEY: 'pplx-planted',
  OPENAI_API_KEY: 'sk-planted',
  ANTHROPIC_API_KEY: 'sk-planted',
  OPENROUTER_API_KEY: 'sk-planted',
};
const page = 'https://example.org/bees';
const searchId = 'resp_loopback_search';
const facts =
  'A bee tells the way to flowers with a dance. Honey is made of nectar. A queen lives for years.';

let bundled: Awaited<ReturnType<typeof bundleProcess>>;
beforeAll(async () => {
  bundled = await bundleProcess('test/support/paid-episode.ts', 'studio-killed');
});
afterAll(() => bundled.remove());

/** Providers that do all well, whose bill is exact. */
class Providers {
  readonly #stored = new StoredResponses();
  /** Requests that cost, in order. */
  readonly paid: string[] = [];
  bill = 0;

  reply(request: ModelRequest): Reply {
    if (isLook(request)) return this.#stored.look(request);
    if (request.path.includes('/agent/')) return { body: searched };
    this.paid.push(JSON.stringify([request.path, request.body]));
    if (request.path.endsWith('/agent')) {
      this.bill += 31_251;
      return { body: { id: searchId, object: 'response', status: 'queued', output: [] } };
    }
    if (request.path.endsWith('/audio/speech')) return 'cut';
    const { micros, body } = billed(request, play(request).answer);
    this.bill += micros;
    return isInBackground(request) ? this.#stored.begin(body) : { body };
  }
}

const searched = {
  id: searchId,
  object: 'response',
  status: 'completed',
  output: [
    { type: 'search_results', results: [{ id: 1, url: page, title: 'The dance', snippet: 'A bee …' }] },
    {
      type: 'message',
      role: 'assistant',
      content: [
        {
          type: 'output_text',
          text: JSON.stringify({ findings: facts.split('. ').map((text) => ({ text, url: page })) }),
        },
      ],
    },
  ],
  usage: { cost: { currency: 'USD', total_cost: 0.031251 } },
};

/** An episode whose process is killed when the provider has got the request that `at` names, before it is answered; then it is produced again, twice. */
async function killed(studio: Record<string, string>, at: (request: ModelRequest) => boolean) {
  const providers = new Providers();
  let child: ChildProcess | undefined;
  let victim = '';
  const server = await startModelServer((request) => {
    const reply = providers.reply(request);
    if (!child || !at(request)) return reply;
    victim = JSON.stringify([request.path, request.body]);
    child.kill('SIGKILL');
    child = undefined;
    return 'cut';
  });
  const directory = temporaryDirectory();
  const manager = await openVoiced(directory);
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const names = ['perplexity', 'openai', 'anthropic', 'openrouter', 'mine'];
  const crewOptions = {
    minutes: 0.2,
    studio: {
      research: 'perplexity:fast',
      script: 'anthropic:claude-sonnet-4-5',
      poll_ms: 1,
      prices: {
        version: '1',
        prices: {
          'openrouter:*': { input_mtok: 1, output_mtok: 1 },
          'mine:*': { input_mtok: 1, output_mtok: 1 },
          'openai:gpt-4o-mini-tts': { output_audio_hours: 0.9 },
        },
      },
      providers: Object.fromEntries(names.map((name) => [name, { base_url: server.url }])),
      ...studio,
    },
  };
  const work: PaidEpisode = { directory, sessionId, crewOptions, env };
  child = spawn(process.execPath, [bundled.file, JSON.stringify(work)], { stdio: 'ignore' });
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  const isSpoken = studio['voice'] !== undefined;
  const all = studioCrew({ env });
  const crew = isSpoken ? all : { ...all, audio: () => Promise.resolve(null) };
  const first = await manager.produce(sessionId, crew, { crewOptions });
  await manager.resume({ sessionId }).catch(() => undefined);
  const second = await manager.produce(sessionId, crew, { crewOptions });
  const { money, operations } = (await manager.getSnapshot(sessionId)).context;
  expect(await manager.verify()).toMatchObject({ ok: true });
  return {
    outcomes: [first.outcome, second.outcome],
    reason: second.reason,
    held: Object.values(operations).map(({ state }) => state),
    /** How often the provider has got the request of the killed process, where that is one that costs. */
    victims: providers.paid.filter((asked) => asked === victim).length,
    repeated: providers.paid.length - new Set(providers.paid).size,
    unbooked: providers.bill - money.spent,
  };
}

const posts = (path: string) => (request: ModelRequest) => request.path.endsWith(path);

describe('given a process is killed between send and answer', () => {
  test.each<[string, Record<string, string>, (request: ModelRequest) => boolean]>([
    ['Perplexity', {}, ({ path }) => path.includes('/agent/')],
    ['OpenAI', { script: 'openai:gpt-5.2' }, isLook],
  ])(
    'when %s has given an id, then the next one finds the answer by it, and neither asks nor pays again',
    async (_, studio, at) => {
      const { outcomes, held, repeated, unbooked } = await killed(studio, at);
      expect({ outcomes, held, repeated, unbooked }).toEqual({
        outcomes: ['complete', 'complete'],
        held: [],
        repeated: 0,
        unbooked: 0,
      });
    },
  );

  test.each<[string, Record<string, string>, string]>([
    ['Perplexity has given no id yet', {}, '/agent'],
    ['OpenAI has given no id yet', { script: 'openai:gpt-5.2' }, '/responses'],
    ['Anthropic is asked, which has nothing to look it up by', {}, '/messages'],
    [
      'OpenRouter is asked, whose generations are found by an id that only the answer has',
      { script: 'openrouter:anthropic/claude-sonnet-4' },
      '/chat/completions',
    ],
    ['a server of one’s own is asked', { script: 'mine:model' }, '/chat/completions'],
    ['OpenAI speaks', { voice: 'openai:alloy,verse' }, '/audio/speech'],
  ])(
    'when %s, then the call is held for a person, and not made again however often the episode is produced',
    async (_, studio, path) => {
      const { outcomes, reason, held, victims } = await killed(studio, posts(path));
      expect({ outcomes, held, victims }).toEqual({
        outcomes: ['waiting', 'waiting'],
        held: ['held'],
        victims: 1,
      });
      expect(reason).toContain('unknown outcome');
    },
  );
});
