import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { IdleLimit } from '../../src/crew/idle-limit.js';
import { defineCrew } from '../../src/index.js';
import { temporaryProduction } from '../../src/testing/index.js';
import { workedMs, type EpisodeEvent, type Usd } from '../../machines/index.js';
import { apply, newEpisode } from '../machines/story.js';

const nothing = () => Promise.resolve(null);
const minuteMs = 60_000;
const usd = (amount: number) => amount as Usd;
const money = { date: '2025-09-03', spent: usd(0), reserved: usd(0), cap: usd(50_000_000) };
const hourMs = 60 * minuteMs;

test('given a phase that is left and taken up again, then its limit counts what was worked on it by all processes, and not what was in between; what is over is not begun again', async () => {
  const given = await temporaryProduction({ policy: { phaseTimeoutMs: 60 * minuteMs, retry: {} } });
  onTestFinished(() => given.remove());
  const { manager, clock } = given;
  const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  let begun = 0;
  /** Works for forty minutes, and is told to stop. */
  const workFor40Minutes = async () => {
    const stop = new AbortController();
    const crew = defineCrew({
      async research({ signal }) {
        begun += 1;
        clock.advance(40 * minuteMs);
        stop.abort();
        await sleep(hourMs, undefined, { signal });
      },
      script: nothing,
      audio: nothing,
    });
    return manager.produce(id, crew, { signal: stop.signal, graceMs: 0, leaseMs: 3 * hourMs });
  };
  expect(await workFor40Minutes()).toMatchObject({ outcome: 'interrupted' });
  clock.advance(24 * hourMs);
  expect(workedMs((await manager.getSnapshot(id)).context, clock.now())).toBeGreaterThan(24 * hourMs);
  expect(await workFor40Minutes()).toMatchObject({ outcome: 'interrupted' });
  const third = await workFor40Minutes();
  expect(third).toMatchObject({ outcome: 'failed', failure: { code: 'timeout', phase: 'research' } });
  expect(third.reason).toBe('research took longer than 3600000 ms');
  expect(begun).toBe(2);
  // Whoever recovers it gives it its time again.
  expect(await workFor40Minutes()).toMatchObject({ outcome: 'interrupted' });
});

test.each([
  ['a release, a day, and a claim', [claim(0, 10), start(0), release(4), claim(1440, 1450)], 1442, 6],
  [
    'a process that died, whose claim held until 10, and a day',
    [claim(0, 10), start(0), claim(1440, 1450)],
    1442,
    12,
  ],
  ['a start by hand, and a claim an hour later', [start(0, false), claim(60, 70)], 62, 2],
  [
    'a pause while nobody has claimed it',
    [
      claim(0, 10),
      start(0),
      release(3),
      { type: 'phase.pause', phase: 'research', at: at(5) },
      { type: 'phase.resume', phase: 'research', at: at(90) },
      claim(95, 100),
    ],
    96,
    4,
  ],
  [
    'work that has failed and is begun anew',
    [
      claim(0, 1000),
      start(0),
      { type: 'phase.failed', phase: 'research', code: 'timeout', message: 'x', at: at(50) },
      { type: 'recovery.begin', day: money, at: at(50) },
      { type: 'recovery.resume', phase: 'research', claim: 1, at: at(50) },
      start(50),
    ],
    55,
    5,
  ],
] as [string, EpisodeEvent[], number, number][])(
  'given %s, then %#: only what was worked counts',
  (_name, events, minute, worked) => {
    const withClaims = events.map((event) =>
      event.type === 'recovery.begin' ? { ...event, claim: 1 } : event,
    );
    const { context } = apply(newEpisode(), ...withClaims);
    expect(workedMs(context, at(minute))).toBe(worked * minuteMs);
  },
);

describe('a limit of idleness', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('given signs of life, then it counts from the last of them; while a call is under way it does not count, and after its end it never stops anything', async () => {
    let stopped = 0;
    const limit = new IdleLimit(1000, () => (stopped += 1));
    for (let sign = 0; sign < 5; sign += 1) {
      vi.advanceTimersByTime(999);
      limit.renew();
    }
    let endCall = (): void => {};
    const call = limit.during(new Promise<void>((resolve) => (endCall = resolve)));
    limit.renew();
    vi.advanceTimersByTime(10_000);
    endCall();
    await call;
    await expect(limit.during(Promise.reject(new Error('no')))).rejects.toThrow('no');
    vi.advanceTimersByTime(999);
    expect(stopped).toBe(0);
    vi.advanceTimersByTime(1);
    expect(stopped).toBe(1);
    limit.renew();
    limit.end();
    limit.renew();
    vi.advanceTimersByTime(10_000);
    expect([stopped, vi.getTimerCount()]).toEqual([1, 0]);
    new IdleLimit(null, () => (stopped += 1)).renew();
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('given a worker that shows no sign of life, then its phase is stopped; progress, files, scores and calls are signs', async () => {
  const given = await temporaryProduction({ policy: { phaseIdleMs: 1500, retry: {} } });
  onTestFinished(() => given.remove());
  const { manager } = given;
  const [signs, calls] = [vi.spyOn(IdleLimit.prototype, 'renew'), vi.spyOn(IdleLimit.prototype, 'during')];
  onTestFinished(() => void vi.restoreAllMocks());
  const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const grown: number[] = [];
  const crew = defineCrew({
    async research({ progress, operation, writeArtifact, artifact, score, signal }) {
      const counted = async (sign: () => unknown): Promise<void> => {
        const before = signs.mock.calls.length + calls.mock.calls.length;
        await sign();
        grown.push(signs.mock.calls.length + calls.mock.calls.length - before);
      };
      await counted(() => progress(0.1, 'goes on'));
      await counted(() => writeArtifact('a.txt', 'a'));
      await counted(async () => (await artifact('b.txt')).discard());
      await counted(() => score('depth', 1));
      await counted(() =>
        operation('call', { key: 'call', maxCost: '0.10' }, () =>
          Promise.resolve({ result: 1, cost: '0.05' }),
        ),
      );
      await sleep(hourMs, undefined, { signal });
    },
    script: nothing,
    audio: nothing,
  });
  expect(await manager.produce(id, crew)).toMatchObject({
    outcome: 'failed',
    failure: { code: 'timeout', phase: 'research' },
    reason: 'research showed no sign of life for 1500 ms',
  });
  // A call renews when it has ended, too.
  expect(grown).toEqual([1, 1, 1, 1, 2]);
});

function at(minute: number): string {
  return new Date(Date.parse('2025-09-03T15:00:00.000Z') + minute * minuteMs).toISOString();
}
function claim(minute: number, until: number): EpisodeEvent {
  return { type: 'lease.claim', holder: 'ann', at: at(minute), until: at(until) };
}
function start(minute: number, isClaimed = true): EpisodeEvent {
  return { type: 'phase.start', phase: 'research', at: at(minute), ...(isClaimed ? { claim: 1 } : {}) };
}
function release(minute: number): EpisodeEvent {
  return { type: 'lease.release', at: at(minute), claim: 1 };
}
