import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { nodeDisk } from '../../src/disk/index.js';
import { systemClock } from '../../src/production/clock.js';
import { fixedClock } from '../../src/testing/index.js';
import { expectSound, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const at = (day: number) => ({ now: () => `2025-09-0${day}T14:30:22.000Z` });
const cost = { phase: 'research', operation: 'query', cost: '0.10' } as const;

/** One commit, with money, of a clock that was two days ahead. */
async function given() {
  const directory = temporaryDirectory();
  const right = await openProduction(directory, { clock: at(3) });
  const sessionId = await right.createEpisodeSession({ episodeNum: 1, topic: 'Clocks' });
  await right.updatePhase({ sessionId, phase: 'research', status: 'active' });
  const ahead = await openProduction(directory, { clock: at(5) });
  await ahead.addCost({ sessionId, ...cost });
  return { directory, sessionId, right };
}

describe('a clock that was ahead for one commit', () => {
  test('given whoever has the right clock is refused, when somebody accepts it, then work goes on, on the right day, for every process', async () => {
    const { directory, sessionId, right } = await given();
    await expect(right.addCost({ sessionId, ...cost })).rejects.toMatchObject({ code: 'clock_backwards' });
    expect(right.production.commitAhead('2025-09-03T15:30:22.000Z')).toMatchObject({
      at: '2025-09-05T14:30:22.000Z',
    });
    const why = { by: 'ann', reason: 'the network time came late' };
    expect(await right.acceptClock(why)).toBe(true);
    expect(await right.acceptClock(why)).toBe(false);
    await right.addCost({ sessionId, ...cost });
    expect(right.production.today()).toMatchObject({ date: '2025-09-03', spent: 100_000 });
    expect(right.production.commitAhead('2025-09-03T15:30:22.000Z')).toBeUndefined();
    await expectSound(right);
    const another = await openProduction(directory, { clock: at(3) });
    await another.addCost({ sessionId, ...cost });
    expect(another.production.today()).toMatchObject({ date: '2025-09-03', spent: 200_000 });
  });

  test.each([true, false])(
    'given the clock was accepted, when it is opened again with documents: %s, then the right day still counts',
    async (withDocuments) => {
      const { directory, sessionId, right } = await given();
      await right.acceptClock({ by: 'ann', reason: 'late' });
      await right.close();
      if (!withDocuments) rmSync(join(directory, 'state.json'), { force: true });
      const again = await openProduction(directory, { clock: at(3) });
      await again.addCost({ sessionId, ...cost });
      expect(again.production.today()).toMatchObject({ date: '2025-09-03', spent: 100_000 });
      await expectSound(again);
    },
  );

  test('given a clock that is behind, when somebody only looks, then it is no error', async () => {
    const { right, sessionId } = await given();
    expect((await right.getEpisodeState(sessionId)).total_cost).toBe(0.1);
    expect(right.production.today().date).toBe('2025-09-05');
  });
});

const rightTime = '2025-09-03T14:30:22.000Z';
const dayMs = 86_400_000;

/** Two handles of one folder, whose file system has a time of its own; the second one's clock is `aheadMs` ahead. */
async function givenShared(aheadMs: number, diskAheadMs = 0) {
  const directory = temporaryDirectory();
  let asked = 0;
  const disk = {
    ...nodeDisk,
    time: () => {
      asked += 1;
      return Date.parse(rightTime) + diskAheadMs;
    },
  };
  const right = await openProduction(directory, { clock: fixedClock(rightTime), disk });
  const sessionId = await right.createEpisodeSession({ episodeNum: 1, topic: 'Clocks' });
  await right.updatePhase({ sessionId, phase: 'research', status: 'active' });
  const clock = fixedClock(new Date(Date.parse(rightTime) + aheadMs).toISOString());
  const ahead = await openProduction(directory, { clock, disk });
  return { directory, disk, sessionId, right, ahead, clock, timesAsked: () => asked };
}

describe("a writer whose clock is ahead of everybody's", () => {
  test("given others have written last, when he writes, then the disk's time counts, the money is on its day, nobody is refused, and the commit says what his clock said", async () => {
    const { sessionId, right, ahead, clock } = await givenShared(2 * dayMs);
    await ahead.addCost({ sessionId, ...cost });
    await ahead.addCost({ sessionId, ...cost });
    await right.addCost({ sessionId, ...cost });
    await ahead.reserveCost({ sessionId, phase: 'research', operation: 'call', key: 'k', maxCost: '0.20' });
    await ahead.settleCost({ sessionId, key: 'k', cost: '0.15' });
    for (const manager of [right, ahead]) {
      await manager.listEpisodes();
      expect(manager.production.today()).toMatchObject({ date: '2025-09-03', spent: 450_000, reserved: 0 });
    }
    const history = await right.history(sessionId);
    expect(new Set(history.map(({ at }) => at))).toEqual(new Set([rightTime]));
    expect(right.production.commitAhead(rightTime)).toBeUndefined();
    expect(right.production.markedAhead()).toMatchObject({ at: rightTime, said: clock.now() });
    await expectSound(right);
  });

  test('given he claims an episode that somebody works on, then that claim is not over for him; and his own lasts as long as he said', async () => {
    const { directory, disk, sessionId, right, ahead } = await givenShared(dayMs);
    const { production } = right;
    const claim = (holder: string) => (view: { at: string }) => [
      {
        sessionId: sessionId as never,
        event: {
          type: 'lease.claim' as const,
          at: view.at,
          holder,
          until: new Date(Date.parse(view.at) + 60_000).toISOString(),
        },
      },
    ];
    await production.commit(claim('the right one'));
    await expect(ahead.production.commit(claim('the one ahead'))).rejects.toMatchObject({
      code: 'claimed_elsewhere',
    });
    const later = await openProduction(directory, { clock: fixedClock('2025-09-03T14:31:22.000Z'), disk });
    await later.production.commit(claim('the next one'));
    expect((await right.getSnapshot(sessionId)).context.claim?.until).toBe('2025-09-03T14:32:22.000Z');
  });

  test.each<[what: string, aheadMs: number, diskAheadMs: number]>([
    ['within five minutes', 300_000, 0],
    ["as far as the disk's, since nobody has worked for two days", 2 * dayMs, 2 * dayMs],
  ])('given it is ahead %s, then it counts', async (_what, aheadMs, diskAheadMs) => {
    const { sessionId, ahead, clock } = await givenShared(aheadMs, diskAheadMs);
    await ahead.addCost({ sessionId, ...cost });
    expect((await ahead.history(sessionId)).at(-1)?.at).toBe(clock.now());
    expect(ahead.production.markedAhead()).toBeUndefined();
  });

  test('given everybody is ahead of the disk, or somebody is alone, then their clocks count, as in a simulation', async () => {
    const { directory, disk, sessionId, right } = await givenShared(0, -2 * dayMs);
    const next = await openProduction(directory, { clock: at(4), disk });
    await next.addCost({ sessionId, ...cost });
    expect(next.production.today()).toMatchObject({ date: '2025-09-04', spent: 100_000 });
    await right.close();
    const alone = await givenShared(0);
    const clock = fixedClock(rightTime);
    const one = await openProduction(temporaryDirectory(), { clock, disk: alone.disk });
    const made = await one.createEpisodeSession({ episodeNum: 1, topic: 'Alone' });
    clock.advance(3 * dayMs);
    await one.updatePhase({ sessionId: made, phase: 'research', status: 'active' });
    expect((await one.history(made)).at(-1)?.at).toBe(clock.now());
  });

  test('given his clock is set right, when he writes, then it counts again; and where it is right and the disk is not, he says so', async () => {
    const { sessionId, right, ahead, clock } = await givenShared(dayMs);
    await ahead.addCost({ sessionId, ...cost });
    clock.set('2025-09-03T14:31:00.000Z');
    await ahead.addCost({ sessionId, ...cost });
    expect((await ahead.history(sessionId)).at(-1)?.at).toBe(clock.now());
    clock.advance(dayMs);
    await right.addCost({ sessionId, ...cost });
    const why = { by: 'ann', reason: 'the file server has lost its time' };
    expect(await ahead.acceptClock(why)).toBe(true);
    await ahead.addCost({ sessionId, ...cost });
    expect(ahead.production.today()).toMatchObject({ date: '2025-09-04', spent: 100_000 });
    expect(ahead.production.markedAhead()).toBeUndefined();
    await expect(right.addCost({ sessionId, ...cost })).rejects.toMatchObject({ code: 'clock_backwards' });
    await expectSound(ahead);
  });

  test('given many commits, then the disk is asked its time once, and by who only looks never', async () => {
    const { sessionId, right, ahead, timesAsked } = await givenShared(dayMs);
    const steady = vi.spyOn(performance, 'now').mockReturnValue(1000);
    onTestFinished(() => steady.mockRestore());
    await ahead.listEpisodes();
    expect(timesAsked()).toBe(0);
    for (let n = 0; n < 20; n += 1) {
      await ahead.addCost({ sessionId, ...cost, cost: '0.000001' });
      await right.addCost({ sessionId, ...cost, cost: '0.000001' });
    }
    expect(timesAsked()).toBe(1);
    expect((await ahead.history(sessionId)).filter(({ at: time }) => time !== rightTime)).toEqual([]);
  });

  test("given the real disk, when it is asked, then its time is this machine's, and it leaves nothing; one that cannot be written to tells none", () => {
    const directory = temporaryDirectory();
    const before = Date.parse(systemClock.now());
    // Coarse: the kernel's tick.
    expect(nodeDisk.time?.(directory)).toBeGreaterThanOrEqual(before - 1000);
    expect(nodeDisk.list(directory)).toEqual([]);
    expect(nodeDisk.time?.(join(directory, 'gone'))).toBeUndefined();
  });
});
