import { expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager, defineCrew, type Crew } from '../../src/index.js';
import { needsOf, waitOf } from '../../src/reports/index.js';
import { rehydrate } from '../../machines/index.js';
import { fixedClock } from '../../src/testing/index.js';
import { expectSound } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const six = '2025-09-03T18:00:00.000Z';
const nothing = () => Promise.resolve(null);

/** A production that can be opened again, by a process that knows nothing of the one before. */
function kept() {
  const directory = temporaryDirectory();
  const clock = fixedClock();
  const open = async (): Promise<ProductionStateManager> => {
    const manager = await ProductionStateManager.open({ directory, clock });
    onTestFinished(() => manager.close().catch(() => {}));
    return manager;
  };
  return { clock, open };
}

/** A crew whose research pays, sleeps and pays again; and what has happened to it. */
function sleepyCrew(until: () => string, key?: string): { crew: Crew; did: string[] } {
  const did: string[] = [];
  const crew = defineCrew({
    async research({ operation, sleepUntil }) {
      const pay = (name: string) =>
        operation(name, { key: name, maxCost: '0.10' }, () => {
          did.push(name);
          return Promise.resolve({ result: null, cost: '0.05' });
        });
      did.push('begins');
      await pay('before');
      await sleepUntil(until(), key === undefined ? {} : { key });
      await pay('after');
      return null;
    },
    script: nothing,
    audio: nothing,
  });
  return { crew, did };
}

test('given a worker sleeps, then its claim is given up and where people look they see until when; when all processes have died meanwhile, whoever comes after goes on, and nothing is paid twice', async () => {
  const { clock, open } = kept();
  const { crew, did } = sleepyCrew(() => '2025-09-03T20:00:00+02:00');
  const first = await open();
  const id = await first.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const reason = `research sleeps until ${six}; a worker (showrunner work) takes it up then, or go on yourself: showrunner resume ${id}`;
  expect(await first.produce(id, crew)).toMatchObject({ outcome: 'waiting', reason });
  const snapshot = rehydrate(await first.getSnapshot(id));
  expect(snapshot).toMatchObject({ value: { research: 'active' }, context: { claim: null } });
  expect(waitOf('research', snapshot.context, { now: clock.now(), timeZone: 'UTC' })).toEqual({
    for: 'sleep',
    until: six,
    text: `research sleeps until ${six}`,
  });
  expect(needsOf(snapshot, clock.now())).toEqual([]);
  clock.advance(3 * 3_600_000);
  expect(await first.cleanupOrphanedSessions({ olderThanHours: 1 })).toEqual({ archived: [], waiting: [id] });
  await first.close();

  const second = await open();
  // Asked too early, it wakes nobody.
  expect(await second.produce(id, crew)).toMatchObject({ outcome: 'waiting', reason });
  expect(did).toEqual(['begins', 'before']);
  clock.set(six);
  expect(await second.produce(id, crew)).toMatchObject({ outcome: 'complete' });
  expect(did).toEqual(['begins', 'before', 'begins', 'after']);
  await expectSound(second);
});

test('given workers, then they take other episodes while one sleeps, and it when it is time', async () => {
  const { clock, open } = kept();
  const manager = await open();
  const { crew, did } = sleepyCrew(() => six);
  const sleeper = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Sleeps' });
  const other = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Does not' });
  const end = new AbortController();
  const ended: string[] = [];
  const both = defineCrew({
    ...crew,
    research: (context) => (context.sessionId === sleeper ? crew.research(context) : nothing()),
  });
  await manager.work(both, {
    pollMs: 20,
    signal: end.signal,
    onProduced: ({ sessionId, outcome }) => {
      ended.push(`${sessionId === sleeper ? 'sleeper' : 'other'} ${outcome}`);
      if (sessionId === other) clock.set(six);
      if (ended.length === 3) end.abort();
    },
  });
  expect(ended).toEqual(['sleeper waiting', 'other complete', 'sleeper complete']);
  expect(did).toEqual(['begins', 'before', 'begins', 'after']);
});

test('given a time that is reckoned from now on, when it has a key, then the first one counts, also after the phase has failed; a new revision sleeps anew', async () => {
  const { clock, open } = kept();
  const manager = await open();
  const hourAhead = () => new Date(Date.parse(clock.now()) + 3_600_000).toISOString();
  const { crew } = sleepyCrew(hourAhead, 'cool down');
  const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees', approvals: ['research'] });
  const outcome = async () => (await manager.produce(id, crew)).outcome;
  expect(await outcome()).toBe('waiting');
  clock.advance(1_800_000);
  await manager.markPhaseFailed({ sessionId: id, phase: 'research', error: new Error('by hand') });
  clock.advance(1_800_000);
  expect(await outcome()).toBe('waiting');
  expect((await manager.getSnapshot(id)).value).toEqual({ research: 'review' });
  await manager.reject({ sessionId: id, reason: 'again' });
  expect(await outcome()).toBe('waiting');
  expect((await manager.getSnapshot(id)).value).toEqual({ research: 'active' });
  clock.advance(3_600_000);
  expect(await outcome()).toBe('waiting');
  expect((await manager.getSnapshot(id)).value).toEqual({ research: 'review' });
});

test.each(['tomorrow', '2025-09-03T18:00:00', 7, new Date(Number.NaN)])(
  'given %s as a time, then the phase fails and says so',
  async (time) => {
    const manager = await kept().open();
    const crew = defineCrew({
      research: ({ sleepUntil }) => sleepUntil(time as string),
      script: nothing,
      audio: nothing,
    });
    const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    expect(await manager.produce(id, crew)).toMatchObject({ outcome: 'failed' });
    expect((await manager.getSnapshot(id)).context.sleeps).toEqual({});
  },
);
