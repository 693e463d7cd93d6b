import { expect, onTestFinished, test } from 'vitest';
import { studioCrew } from '../../../src/crew/studio/index.js';
import { ProductionStateManager, type Produced } from '../../../src/index.js';
import { finding } from '../../support/finding.js';
import { startModelServer, type ModelRequest, type Reply } from '../../support/model-server.js';
import { billed, play } from '../../support/playing-model.js';
import { isInBackground, isLook, StoredResponses } from '../../support/stored-responses.js';
import { temporaryDirectory } from '../../support/temporary.js';

type Answer = (request: ModelRequest, number: { post: number; look: number }) => Reply | undefined;

/** A production whose script OpenAI writes in the background; `answer` says what it does otherwise than well. Its lives share one provider and its bill. */
async function story({ background }: { background?: boolean } = {}) {
  const stored = new StoredResponses();
  const posts: ModelRequest[] = [];
  const looks: ModelRequest[] = [];
  let answer: Answer = () => undefined;
  let bill = 0;
  const server = await startModelServer((request) => {
    (isLook(request) ? looks : posts).push(request);
    const odd = answer(request, { post: posts.length, look: looks.length });
    if (odd !== undefined) return odd;
    if (isLook(request)) return stored.look(request);
    const { micros, body } = billed(request, play(request).answer);
    bill += micros;
    return isInBackground(request) ? stored.begin(body) : { body };
  });
  const once = { attempts: 2, baseMs: 0, maxMs: 0 };
  const retry = { provider_unavailable: once, rate_limited: once, invalid_output: once };
  const manager = await ProductionStateManager.open({ directory: temporaryDirectory(), policy: { retry } });
  onTestFinished(() => manager.close());
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const openai = { base_url: server.url, ...(background === undefined ? {} : { background }) };
  const studio = { script: 'openai:gpt-5.2', poll_ms: 1, providers: { openai } };
  const said = ['The dance of a bee tells the way.', 'Honey is made of nectar.'];
  const crew = {
    ...studioCrew({ env: { OPENAI_API_KEY: 'sk-planted' } }),
    research: finding(said),
    audio: () => Promise.resolve(null),
  };
  return {
    manager,
    sessionId,
    stored,
    posts,
    looks,
    bill: () => bill / 1e6,
    live: async (how: Answer = () => undefined, signal?: AbortSignal): Promise<Produced> => {
      answer = how;
      const options = { crewOptions: { minutes: 0.3, studio }, graceMs: 0, ...(signal ? { signal } : {}) };
      const produced = await manager.produce(sessionId, crew, options);
      expect(await manager.verify()).toMatchObject({ ok: true });
      return produced;
    },
    asked: () => new Set(posts.map(({ body }) => JSON.stringify(body))).size,
    estimates: async () =>
      (await manager.history(sessionId)).filter(({ event }) => (event as { estimated?: boolean }).estimated),
  };
}

test('given OpenAI, then an answer is begun in the background, kept there, and asked for by its id until it is over, at the cost of its usage', async () => {
  const made = await story();
  expect(await made.live()).toMatchObject({ outcome: 'complete', state: { total_cost: made.bill() } });
  expect(made.posts.length).toBeGreaterThan(3);
  for (const { body } of made.posts) expect(body).toMatchObject({ background: true, store: true });
  expect(made.looks).toHaveLength(2 * made.posts.length);
});

test('given the work ends after an answer was begun, then the next one finds it by its id, and asks and pays once', async () => {
  const made = await story();
  const stop = new AbortController();
  const first = await made.live((request, { look }) => {
    if (isLook(request) && look === 1) stop.abort();
    return undefined;
  }, stop.signal);
  expect([first.outcome, made.posts.length]).toEqual(['interrupted', 1]);
  expect(await made.live()).toMatchObject({ outcome: 'complete', state: { total_cost: made.bill() } });
  expect(made.asked()).toBe(made.posts.length);
});

test('given what was found is of no use, then it is settled at its cost, and asked for once more', async () => {
  const made = await story();
  const stop = new AbortController();
  let garbage = 0;
  await made.live((request, { post }) => {
    if (isLook(request)) stop.abort();
    else if (post === 1) {
      const { micros, body } = billed(request, { lines: 'none' });
      garbage = micros / 1e6;
      return made.stored.begin(body);
    }
    return undefined;
  }, stop.signal);
  const { outcome, state } = await made.live();
  expect([outcome, state.total_cost]).toEqual(['complete', Number((made.bill() + garbage).toFixed(6))]);
  expect(made.posts).toHaveLength(made.asked() + 1);
});

test('given its end cannot be asked for, then it is looked up again, and not begun again nor taken for free', async () => {
  const made = await story();
  const produced = await made.live((request, { look }) =>
    !isLook(request) || look > 8 ? undefined : look % 2 === 0 ? 'cut' : { body: {}, status: 503 },
  );
  expect(produced).toMatchObject({ outcome: 'complete', state: { total_cost: made.bill() } });
  expect(made.posts).toHaveLength(made.asked());
});

test('given OpenAI has an answer no more, then the call is held, a person is asked, and it is not begun again', async () => {
  const made = await story();
  const stop = new AbortController();
  await made.live((request) => {
    if (isLook(request)) stop.abort();
    return undefined;
  }, stop.signal);
  made.stored.forget();
  const { outcome, reason } = await made.live();
  expect([outcome, made.posts.length]).toEqual(['waiting', 1]);
  expect(reason).toContain('unknown outcome');
});

test('given the connection is lost before an id came, then the call is held, and not made again', async () => {
  const made = await story();
  const { outcome } = await made.live((_request, { post }) => (post === 1 ? 'cut' : undefined));
  expect([outcome, made.posts.length, made.looks.length]).toEqual(['waiting', 1, 0]);
});

test('given a person has answered for a call, and the next one is lost before its id came, then the first one is not taken for it', async () => {
  const made = await story();
  const stop = new AbortController();
  await made.live((request) => {
    if (isLook(request)) stop.abort();
    return undefined;
  }, stop.signal);
  const { sessionId, manager } = made;
  const [key = ''] = Object.keys((await manager.getSnapshot(sessionId)).context.operations);
  await manager.releaseCost({ sessionId, key });
  expect(await made.live((_request, { post }) => (post === 2 ? 'cut' : undefined))).toMatchObject({
    outcome: 'waiting',
  });
  await manager.resume({ sessionId });
  expect(await made.live()).toMatchObject({ outcome: 'waiting', state: { total_cost: 0 } });
  expect(made.posts).toHaveLength(2);
});

test.each([
  ['was refused for its rate', { code: 'rate_limit_exceeded', message: 'Rate limit reached' }, 0],
  ['has failed', { code: 'server_error', message: 'The model failed' }, 1],
])(
  'given an answer that %s, then it is begun once more, and what may have been billed counts',
  async (_, error, estimates) => {
    const made = await story();
    const failed = { id: 'x', object: 'response', status: 'failed', error, output: [], usage: null };
    const produced = await made.live((request, { post }) =>
      !isLook(request) && post === 1 ? made.stored.begin(failed) : undefined,
    );
    expect(produced.outcome).toBe('complete');
    expect(made.posts).toHaveLength(made.asked() + 1);
    expect(await made.estimates()).toHaveLength(estimates);
    expect(produced.state.total_cost > made.bill()).toBe(estimates > 0);
  },
);

test('given what was found is in a form that nobody can read, then it counts with its reservation, and is not held for ever', async () => {
  const made = await story();
  const stop = new AbortController();
  await made.live((request, { post }) => {
    if (isLook(request)) stop.abort();
    else if (post === 1)
      return made.stored.begin({ object: 'response', status: 'completed', output: 'none', usage: [] });
    return undefined;
  }, stop.signal);
  expect(await made.live()).toMatchObject({ outcome: 'complete' });
  expect(await made.estimates()).toHaveLength(1);
  expect(made.posts).toHaveLength(made.asked() + 1);
});

test('given the settings want nothing kept, then an answer is asked for as ever', async () => {
  const made = await story({ background: false });
  expect(await made.live()).toMatchObject({ outcome: 'complete', state: { total_cost: made.bill() } });
  expect(made.looks).toEqual([]);
  for (const { body } of made.posts) expect(body).not.toHaveProperty('background');
});
