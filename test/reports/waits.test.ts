import { describe, expect, onTestFinished, test } from 'vitest';
import { dayOf, endOfDay } from '../../machines/index.js';
import { waitOf } from '../../src/reports/index.js';
import { defineCrew } from '../../src/index.js';
import { newEpisode } from '../machines/story.js';
import { boardEpisode } from '../../src/studio/index.js';
import { temporaryProduction } from '../../src/testing/index.js';

const now = '2025-09-03T14:30:22.000Z';
const failure = (code: 'daily_cap_reached' | 'rate_limited' | 'timeout', at = now) => ({
  code,
  phase: 'research' as const,
  message: 'x',
  retryable: true,
  attempt: 1,
  at,
});
const utc = { now, timeZone: 'UTC' };
/** What an episode has of phases and times that has not begun. */
const { startAt, phases, sleeps } = newEpisode().context;

describe('the end of a day', () => {
  test.each([
    ['UTC', '2025-09-03', '2025-09-04T00:00:00.000Z'],
    ['Asia/Kolkata', '2025-09-03', '2025-09-03T18:30:00.000Z'],
    ['Pacific/Kiritimati', '2025-09-03', '2025-09-03T10:00:00.000Z'],
    ['Pacific/Pago_Pago', '2025-09-03', '2025-09-04T11:00:00.000Z'],
    // The clocks go back in the night of the 26th: that day has 25 hours.
    ['Europe/Berlin', '2025-10-26', '2025-10-26T23:00:00.000Z'],
  ])('given %s, then %s is over at %s, and not a second before', (zone, date, end) => {
    expect(endOfDay(date, zone)).toBe(end);
    expect(dayOf(new Date(Date.parse(end) - 1000).toISOString(), zone)).toBe(date);
  });
});

describe('what only time brings', () => {
  test('given the day is used up, then it is waited for until its end in the policy’s time zone, and no longer', () => {
    const failed = { failure: failure('daily_cap_reached'), retries: {}, startAt, phases, sleeps };
    expect(waitOf('failed', failed, utc)).toMatchObject({ for: 'day', until: '2025-09-04T00:00:00.000Z' });
    expect(waitOf('failed', failed, { now, timeZone: 'Asia/Kolkata' })).toMatchObject({
      until: '2025-09-03T18:30:00.000Z',
    });
    expect(waitOf('failed', failed, { ...utc, now: '2025-09-04T00:00:00.000Z' })).toBeNull();
  });

  test('given calls that are not due yet, then an episode at work waits for the first of them, and one that failed for the last', () => {
    const retries = {
      a: { attempts: 1, notBefore: '2025-09-03T14:31:00.000Z' },
      b: { attempts: 2, notBefore: '2025-09-03T14:32:00.000Z' },
      c: { attempts: 2, notBefore: now },
    };
    expect(waitOf('research', { failure: null, retries, startAt, phases, sleeps }, utc)?.until).toBe(
      '2025-09-03T14:31:00.000Z',
    );
    expect(
      waitOf('failed', { failure: failure('rate_limited'), retries, startAt, phases, sleeps }, utc)?.until,
    ).toBe('2025-09-03T14:32:00.000Z');
    expect(
      waitOf('failed', { failure: failure('rate_limited'), retries: {}, startAt, phases, sleeps }, utc),
    ).toMatchObject({
      for: 'provider',
      until: null,
    });
  });

  test.each([
    ['research', null],
    ['failed', failure('timeout')],
    ['archived', failure('rate_limited')],
    ['complete', null],
  ] as const)(
    'given an episode that is %s for another reason, then it waits for nothing that time brings',
    (status, why) => {
      expect(waitOf(status, { failure: why, retries: {}, startAt, phases, sleeps }, utc)).toBeNull();
    },
  );
});

test('given a day that is used up, when somebody asks again and again, then no call is made, nothing is paid and no recovery is used up, until the day is over', async () => {
  const given = await temporaryProduction({ policy: { dailyCap: '0.10' } });
  onTestFinished(() => given.remove());
  const { manager, clock } = given;
  const other = await manager.createEpisodeSession({ episodeNum: 1, topic: 'First' });
  await manager.updatePhase({ sessionId: other, phase: 'research', status: 'active' });
  await manager.addCost({ sessionId: other, phase: 'research', operation: 'ask', cost: '0.05' });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Second' });
  let calls = 0;
  const crew = defineCrew({
    research: ({ operation }) =>
      operation('ask', { key: 'k', maxCost: '0.08' }, async () => {
        calls += 1;
        return { result: 1, cost: '0.06' };
      }),
    script: async () => null,
    audio: async () => null,
  });
  const ask = () => manager.produce(sessionId, crew);
  expect((await ask()).failure?.code).toBe('daily_cap_reached');
  await manager.addCost({ sessionId: other, phase: 'research', operation: 'ask', cost: '0.05' });
  for (let time = 0; time < 5; time += 1) {
    const before = manager.production.position;
    expect(await ask()).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('used up') as unknown,
    });
    // A claim and its end, and nothing else.
    const types = (await manager.history(sessionId))
      .filter(({ position }) => position > before)
      .map(({ type }) => type);
    expect(types).toEqual(['lease.claim', 'lease.release']);
  }
  const { production } = manager;
  const board = boardEpisode(production.episode(sessionId), production);
  expect(board.wait).toMatchObject({
    for: 'day',
    until: expect.stringMatching(/T00:00:00\.000Z$/) as unknown,
  });
  clock.advance(24 * 3_600_000);
  expect(await ask()).toMatchObject({ outcome: 'complete' });
  expect([calls, (await manager.getSnapshot(sessionId)).context.recoveries]).toEqual([1, 0]);
});
