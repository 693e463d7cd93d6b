import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { studioCrew } from '../../../src/crew/studio/index.js';
import { ProductionStateManager, type Produced } from '../../../src/index.js';
import { startModelServer, type ModelRequest, type Reply } from '../../support/model-server.js';
import { billed, play } from '../../support/playing-model.js';
import { temporaryDirectory } from '../../support/temporary.js';

const id = 'resp_loopback_search_1';
const page = 'https://example.org/bees';
const found = {
  findings: [
    { text: 'A bee tells the way to flowers with a dance.', url: page },
    { text: 'The dance was decoded in the year 1944.', url: page },
    { text: 'This stands on a page that nobody found.', url: 'https://example.org/made-up' },
  ],
};

/** As Perplexity answers for a response that is over (docs.perplexity.ai, November 2026; no answer of a live one has been seen). */
function ended(usage: object | undefined = { cost: { currency: 'USD', total_cost: 0.0312505 } }): Reply {
  return {
    body: {
      id,
      object: 'response',
      status: 'completed',
      model: 'perplexity/sonar',
      output: [
        { type: 'search_results', results: [{ id: 1, url: page, title: 'The dance', snippet: 'A bee …' }] },
        {
          type: 'message',
          role: 'assistant',
          content: [{ type: 'output_text', text: JSON.stringify(found) }],
        },
      ],
      ...(usage === undefined ? {} : { usage: { input_tokens: 900, output_tokens: 200, ...usage } }),
    },
  };
}

interface Life {
  produced: Produced;
  script: string;
  searches: ModelRequest[];
  looks: ModelRequest[];
}

/** A production whose lives share a provider: `answer` says what the search's two addresses do. */
function story(answer: (request: ModelRequest, look: number) => Reply | Promise<Reply>) {
  const directory = temporaryDirectory();
  let sessionId = '';
  return async (signal?: AbortSignal): Promise<Life> => {
    const seen: ModelRequest[] = [];
    const server = await startModelServer((request) => {
      seen.push(request);
      const isSearch = /\/agent(?:\/|$)/.test(request.path);
      if (isSearch) return answer(request, seen.filter(({ method }) => method === 'GET').length);
      return billed(request, play(request).answer);
    });
    const retry = { provider_unavailable: { attempts: 4, baseMs: 0, maxMs: 0 } };
    const manager = await ProductionStateManager.open({ directory, policy: { retry } });
    onTestFinished(() => manager.close());
    if (sessionId === '') sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const providers = Object.fromEntries(
      ['perplexity', 'openai'].map((each) => [each, { base_url: server.url }]),
    );
    const studio = { research: 'perplexity:deep', script: 'openai:gpt-5.2', poll_ms: 1, providers };
    const env = { PERPLEXITY_API_KEY: 'pplx-planted', OPENAI_API_KEY: 'sk-planted' };
    const crew = { ...studioCrew({ env }), audio: () => Promise.resolve(null) };
    const produced = await manager.produce(sessionId, crew, {
      crewOptions: { minutes: 0.3, studio },
      graceMs: 0,
      ...(signal ? { signal } : {}),
    });
    expect(await manager.verify()).toMatchObject({ ok: true });
    const path = join(directory, sessionId, 'script/script.json');
    const script = produced.outcome === 'complete' ? readFileSync(path, 'utf8') : '';
    await manager.close();
    return {
      produced,
      script,
      searches: seen.filter(({ path }) => path.endsWith('/agent')),
      looks: seen.filter(({ method }) => method === 'GET'),
    };
  };
}

const begun: Reply = { body: { id, object: 'response', status: 'queued', output: [] } };
const costOf = ({ produced }: Life): number | undefined => produced.state.phases.research.cost;

test('given a topic and no sources, then a search in the background gives findings that stand on pages, at the cost that Perplexity states', async () => {
  const live = story(({ method }, look) => (method === 'POST' ? begun : look < 3 ? begun : ended()));
  const life = await live();
  expect(life.produced).toMatchObject({ outcome: 'complete', reason: null });
  expect([costOf(life), life.searches.length, life.looks.length]).toEqual([0.031251, 1, 3]);
  expect(life.script).toContain(found.findings[0]?.text);
  expect(life.script).not.toContain('nobody found');
  expect(life.searches[0]?.body).toMatchObject({
    tool_choice: 'required',
    max_steps: 10,
    background: true,
    preset: 'deep-research',
  });
});

test('given a search that somebody has stopped, then its end is waited for, and it is settled at what it did cost', async () => {
  const stopping = { body: { id, object: 'response', status: 'cancelling', output: [] } };
  const usage = { cost: { total_cost: 0.02 } };
  const stopped = { body: { id, object: 'response', status: 'cancelled', output: [], usage } };
  const life = await story(({ method }, look) =>
    method === 'POST' ? begun : look === 1 ? stopping : stopped,
  )();
  expect([life.produced.failure?.code, costOf(life), life.looks.length]).toEqual(['invalid_output', 0.02, 2]);
});

test('given no cost in the answer, then the whole reservation counts', async () => {
  const life = await story(({ method }) => (method === 'POST' ? begun : ended({})))();
  expect(costOf(life)).toBe(0.5);
});

test.each([
  ['a negative one', { total_cost: -1 }],
  ['one that nobody could pay', { total_cost: 1e21 }],
  ['a word', { total_cost: 'free' }],
  ['null', { total_cost: null }],
  ['null in the place of all costs', null],
])(
  'given a cost that cannot be (%s), then the whole reservation counts, estimated, and nothing is held',
  async (_, cost) => {
    const life = await story(({ method }) => (method === 'POST' ? begun : ended({ cost })))();
    expect([life.produced.outcome, costOf(life), life.searches.length]).toEqual(['complete', 0.5, 1]);
  },
);

test('given a cost as a text, then it is that', async () => {
  const usage = { cost: { total_cost: '0.03' } };
  expect(costOf(await story(({ method }) => (method === 'POST' ? begun : ended(usage)))())).toBe(0.03);
});

test('given the end cannot be asked for, then the search is looked up again, and not begun again nor taken for free', async () => {
  const life = await story(({ method }, look) =>
    method === 'POST' ? begun : look === 1 ? { body: {}, status: 503 } : look === 2 ? 'cut' : ended(),
  )();
  expect([life.produced.outcome, costOf(life), life.searches.length]).toEqual(['complete', 0.031251, 1]);
});

test('given the work ends amid a search, then the next one looks it up by its id and pays once', async () => {
  const stop = new AbortController();
  let isOver = false;
  const live = story(({ method }) => {
    if (method === 'POST') return begun;
    if (!isOver) stop.abort();
    return isOver ? ended() : begun;
  });
  const first = await live(stop.signal);
  expect([first.produced.outcome, costOf(first), first.searches.length]).toEqual(['interrupted', 0, 1]);
  isOver = true;
  const second = await live();
  expect([second.produced.outcome, costOf(second), second.searches.length]).toEqual([
    'complete',
    0.031251,
    0,
  ]);
});

test('given the connection is lost before an id came, then a person is asked, and the search is not begun again', async () => {
  const live = story(({ method }) => (method === 'POST' ? 'cut' : ended()));
  const first = await live();
  expect(first.produced.outcome).toBe('waiting');
  expect(first.produced.reason).toContain('unknown outcome');
  expect(first.searches).toHaveLength(1);
});

test('given Perplexity has a search no more, then a person is asked, and the search is not begun again', async () => {
  const gone = { body: { error: { message: 'response not found' } }, status: 404 };
  const life = await story(({ method }) => (method === 'POST' ? begun : gone))();
  expect([life.produced.outcome, life.searches.length]).toEqual(['waiting', 1]);
  expect(life.produced.reason).toContain('unknown outcome');
});

test('given a person has answered for a search whose end was unknown, and the next one is lost before its id came, then the first one is not looked up for it, and not paid twice', async () => {
  let posts = 0;
  const server = await startModelServer(({ method }) => {
    if (method === 'POST') return (posts += 1) === 1 ? begun : 'cut';
    return posts === 1 ? 'cut' : ended();
  });
  const manager = await ProductionStateManager.open({
    directory: temporaryDirectory(),
    policy: { retry: {} },
  });
  onTestFinished(() => manager.close());
  const studio = {
    research: 'perplexity:deep',
    script: 'openai:gpt-5.2',
    poll_ms: 1,
    providers: { perplexity: { base_url: server.url } },
  };
  const crew = studioCrew({ env: { PERPLEXITY_API_KEY: 'pplx-planted', OPENAI_API_KEY: 'sk-planted' } });
  const crewOptions = { minutes: 0.3, studio };
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  await manager.produce(sessionId, crew, { crewOptions });
  const [key = ''] = Object.keys((await manager.getSnapshot(sessionId)).context.operations);
  await manager.releaseCost({ sessionId, key });
  await manager.addCost({ sessionId, phase: 'research', operation: 'billed', cost: '0.031251' });
  await manager.recoverFailedSession(sessionId).catch(() => manager.resume({ sessionId }));
  await manager.produce(sessionId, crew, { crewOptions });
  await manager.recoverFailedSession(sessionId).catch(() => manager.resume({ sessionId }));
  await manager.produce(sessionId, crew, { crewOptions });
  const { operations, money } = (await manager.getSnapshot(sessionId)).context;
  expect([posts, Object.values(operations).map(({ state }) => state), money.spent]).toEqual([
    2,
    ['held'],
    31_251,
  ]);
});

test('given Perplexity refuses the key, then nothing is billed', async () => {
  const body = { error: { message: 'Invalid API key provided', type: 'invalid_api_key', code: 401 } };
  const life = await story(() => ({ body, status: 401 }))();
  expect(life.produced).toMatchObject({ outcome: 'failed', failure: { code: 'provider_refused' } });
  expect(costOf(life)).toBe(0);
});
