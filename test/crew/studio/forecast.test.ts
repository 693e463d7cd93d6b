import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { estimate, parseSettings, studioCrew } from '../../../src/crew/studio/index.js';
import { needsOf } from '../../../src/reports/index.js';
import { ProductionStateManager, type Produced } from '../../../src/index.js';
import { startFakeElevenLabs } from '../../support/fake-elevenlabs.js';
import { finding } from '../../support/finding.js';
import { startModelServer } from '../../support/model-server.js';
import { billed, play } from '../../support/playing-model.js';
import { temporaryDirectory } from '../../support/temporary.js';

const keys = { OPENAI_API_KEY: 'sk-a', ANTHROPIC_API_KEY: 'sk-b', ELEVENLABS_API_KEY: 'xi-c' };
const prices = { version: '2026-11-01', prices: { 'elevenlabs:*': { input_mchars: 220 } } };
const models = {
  script: 'anthropic:claude-sonnet-4-5',
  judge: 'openai:gpt-5.2',
  voice: 'elevenlabs:robin,sam',
  prices,
};
const said = Array.from({ length: 12 }, (_, index) => `A bee of kind ${String(index)} dances on its own.`);

/** A production with models and voices on loopback, and an episode in it. Speaking takes seconds: it is done where it is asked for. */
async function studio(policy: object, { isSpoken = false, minutes = 1, begin_short = false } = {}) {
  let invoice = 0;
  let onRequest = (_number: number): void => {};
  const server = await startModelServer((request) => {
    onRequest(request.number);
    const { micros, ...reply } = billed(request, play(request).answer);
    invoice += micros;
    return reply;
  });
  const voice = await startFakeElevenLabs({ apiKey: keys.ELEVENLABS_API_KEY });
  onTestFinished(() => voice.close());
  const directory = temporaryDirectory();
  const manager = await ProductionStateManager.open({ directory, policy });
  onTestFinished(() => manager.close());
  const providers = {
    openai: { base_url: server.url },
    anthropic: { base_url: server.url },
    elevenlabs: { base_url: voice.url },
  };
  const paid = studioCrew({ env: keys });
  const audio = isSpoken ? paid.audio : () => Promise.resolve(null);
  const crew = { ...paid, audio, research: finding(said) };
  const told: string[] = [];
  const produce = (sessionId: string, signal?: AbortSignal): Promise<Produced> =>
    manager.produce(sessionId, crew, {
      crewOptions: { minutes, studio: { ...models, providers, begin_short } },
      onProgress: ({ message }) => void told.push(message),
      ...(signal ? { signal } : {}),
    });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Why bees dance' });
  const spoken = (): number => voice.spoken.reduce((sum, { credits }) => sum + credits * 220, 0);
  const needs = () => needsOf(manager.production.episode(sessionId), manager.production.now());
  return {
    manager,
    directory,
    server,
    voice,
    sessionId,
    produce,
    told,
    needs,
    bill: () => (invoice + spoken()) / 1e6,
    hear: (listen: typeof onRequest) => (onRequest = listen),
  };
}
type Studio = Awaited<ReturnType<typeof studio>>;

/** Does what `next` says, word for word, but for the reason that a person fills in. */
async function follow({ manager, sessionId, produce }: Studio, next: readonly string[]): Promise<Produced> {
  const raises = next.flatMap((command) => [
    ...command.matchAll(/^showrunner budget \S+ (\w+) \+(\d+\.\d\d) --reason "…"$/g),
  ]);
  // The last step is to go on, and there is none that is neither.
  expect(next.slice(raises.length)).toEqual([`showrunner resume ${sessionId}`]);
  for (const [, scope, amount = ''] of raises)
    await manager.raiseBudget({ sessionId, scope: scope as 'total', amount, by: 'Ada', reason: 'worth it' });
  await manager.resume({ sessionId });
  return produce(sessionId);
}

describe('given less money than a phase will cost to its end', () => {
  test('when the episode has too little, then the script is not begun and nothing reserved; what it says it needs lets it go on to its end', async () => {
    const made = await studio({ budgets: { total: '0.30' } });
    const waiting = await made.produce(made.sessionId);
    expect(waiting).toMatchObject({ outcome: 'waiting', failure: null, state: { total_cost: 0 } });
    expect(waiting.reason).toMatch(
      /^script is not begun, and nothing is reserved: the episode has \$0\.30 left of the \$1\.\d+ that it may take\. Raise it and go on: showrunner budget ep_001_\S+ total \+\d\.\d\d --reason "…"; showrunner resume ep_001_\S+\. By the forecast script will cost \$0\.\d+ to \$0\.\d+; produce --begin-short \(begin_short in crew\.json\) begins it all the same, and stops where the money ends$/,
    );
    expect(made.server.requests).toEqual([]);
    expect((await made.manager.getSnapshot(made.sessionId)).context.money.reserved).toBe(0);
    const [need] = made.needs();
    expect(need).toMatchObject({ need: 'paused', by: null });
    expect(need?.next).toHaveLength(2);
    const done = await follow(made, need?.next ?? []);
    expect(done).toMatchObject({ outcome: 'complete', reason: null, state: { total_cost: made.bill() } });
    expect(await made.manager.verify()).toMatchObject({ ok: true });
  });

  test('when the budget was raised already, then it is said no more, and resuming is enough', async () => {
    const made = await studio({ budgets: { total: '0.30' } });
    await made.produce(made.sessionId);
    const { sessionId } = made;
    await made.manager.raiseBudget({ sessionId, scope: 'total', amount: '5', by: 'Ada', reason: 'x' });
    expect(made.needs()[0]?.next).toEqual([`showrunner resume ${sessionId}`]);
  });

  test('when it is resumed as it was, then it waits as before, and still nothing is called', async () => {
    const made = await studio({ budgets: { total: '0.30' } });
    const first = await made.produce(made.sessionId);
    await made.manager.resume({ sessionId: made.sessionId });
    const second = await made.produce(made.sessionId);
    expect([second.outcome, second.reason]).toEqual([first.outcome, first.reason]);
    expect(made.server.requests).toEqual([]);
  });

  test('when the day has too little for the voice, then the paid script stays, the audio is not begun, and more for the day lets it go on without paying the script again', async () => {
    const made = await studio({ dailyCap: '0.50' }, { isSpoken: true, minutes: 0.2 });
    const waiting = await made.produce(made.sessionId);
    expect(waiting).toMatchObject({ outcome: 'waiting', failure: null });
    expect(waiting.reason).toContain('audio is not begun, and nothing is reserved: the day has $0.');
    expect(waiting.state.phases.script.status).toBe('complete');
    expect(made.voice.requests).toEqual([]);
    expect(made.told.filter((message) => message.includes(' will cost '))).toEqual([
      expect.stringMatching(/^script will cost \$0\.\d+ to \$0\.\d+, by prices; the phase has/),
      expect.stringMatching(/^audio will cost \$0\.\d+ to \$0\.\d+, by prices; the phase has/),
    ]);
    const asked = made.server.requests.length;
    const [need] = made.needs();
    expect(need?.next[0]).toMatch(/^showrunner budget \S+ day \+0\.\d\d --reason "…"$/);
    expect(await follow(made, need?.next ?? [])).toMatchObject({ outcome: 'complete', reason: null });
    expect(made.server.requests).toHaveLength(asked);
  });

  test.each([
    ['reaches all the same', '0.60', 'complete'],
    ['does not reach for its first call', '0.14', 'failed'],
  ])(
    'when it is to be begun all the same, and the money %s, then it goes on as far, never above it',
    async (_, total, outcome) => {
      const made = await studio({ budgets: { total } }, { begin_short: true });
      const produced = await made.produce(made.sessionId);
      expect([produced.outcome, produced.state.total_cost]).toEqual([outcome, made.bill()]);
      expect(made.bill() > 0).toBe(outcome === 'complete');
      expect(made.bill()).toBeLessThanOrEqual(Number(total));
      expect(made.told.some((message) => message.startsWith('script will cost'))).toBe(true);
    },
  );

  test('when policy holds the phases to their budgets, then the script’s own counts', async () => {
    const made = await studio({ hardPhaseBudgets: true, budgets: { script: '0.10' } });
    const waiting = await made.produce(made.sessionId);
    expect(waiting.reason).toContain('the budget of script has $0.10 left of the $0.');
    const [need] = made.needs();
    expect(need?.next[0]).toMatch(/^showrunner budget \S+ script \+0\.\d\d --reason "…"$/);
    expect(await follow(made, need?.next ?? [])).toMatchObject({ outcome: 'complete', reason: null });
  });
});

test('given a script that was begun and interrupted, when less is left than a whole one costs, then it is gone on with', async () => {
  const made = await studio({});
  const stop = new AbortController();
  made.hear((number) => number === 1 && stop.abort());
  expect(await made.produce(made.sessionId, stop.signal)).toMatchObject({ outcome: 'interrupted' });
  expect(made.server.requests.length).toBeGreaterThan(0);
  const { sessionId } = made;
  await made.manager.setBudget({ sessionId, scope: 'total', amount: '0.90', by: 'Ada', reason: 'less' });
  made.hear(() => {});
  expect(await made.produce(made.sessionId)).toMatchObject({ outcome: 'complete', reason: null });
});

test('given an earlier episode by the same models, then the next one’s forecast says so, is narrower, and holds', async () => {
  const made = await studio({ budgets: { total: '9' } });
  expect(await made.produce(made.sessionId)).toMatchObject({ outcome: 'complete' });
  const first = made.bill();
  const next = await made.manager.createEpisodeSession({ episodeNum: 2, topic: 'Why bees dance' });
  made.told.length = 0;
  expect(await made.produce(next)).toMatchObject({ outcome: 'complete' });
  const forecasts = made.told.filter((message) => message.includes(' will cost '));
  expect(forecasts).toEqual([
    expect.stringMatching(
      /^script will cost \$0\.\d+ to \$0\.\d+, by prices and 1 earlier episode; the phase has/,
    ),
  ]);
  const written = JSON.parse(readFileSync(join(made.directory, next, 'script/forecast.json'), 'utf8')) as {
    low: number;
    high: number;
  };
  const alone = await estimate(parseSettings(models), 1, '2026-11-29T00:00:00Z');
  expect(written.high - written.low).toBeLessThan((alone.script.high - alone.script.low) / 1e6 / 2);
  const { costs } = await pastOf(made);
  expect(costs.script).toBeGreaterThanOrEqual(written.low);
  expect(costs.script).toBeLessThanOrEqual(written.high);
  expect(made.bill()).toBeGreaterThan(first);
});

async function pastOf({ manager }: Studio) {
  const { pastEpisodes } = await import('../../../src/crew/past.js');
  const [latest] = pastEpisodes(manager.production);
  if (!latest) throw new Error('there is no finished episode');
  return latest;
}
