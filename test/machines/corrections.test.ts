import { describe, expect, test } from 'vitest';
import {
  Ledger,
  announce,
  decide,
  hasKey,
  keysAndValues,
  stateName,
  valueAt,
  type EpisodeEvent,
  type EpisodeSnapshot,
  type EventOf,
} from '../../machines/index.js';
import { apply, newEpisode } from './story.js';
import { cost, dayOfMoney, finish, minute, reserve, settle, start, usd } from './words.js';

const correct = (
  was: string,
  now: string,
  change: Partial<EventOf<'cost.corrected'>> = {},
): EventOf<'cost.corrected'> => ({
  type: 'cost.corrected',
  at: minute(8),
  by: 'ann',
  phase: 'research',
  operation: 'q',
  key: 'k',
  was: usd(was),
  cost: usd(now),
  reason: 'the invoice says so',
  day: dayOfMoney(),
  ...change,
});
const estimated = (amount: string): EpisodeEvent => ({
  ...(settle('k', amount) as EventOf<'operation.settled'>),
  estimated: true,
});
const working = (policy = {}): EpisodeSnapshot => apply(newEpisode(policy), start('research'));
const withEstimate = apply(working(), reserve('research', '0.50'), estimated('0.50'));
const told = (before: EpisodeSnapshot, event: EpisodeEvent) =>
  announce(before, event, apply(before, event)).map(({ sessionId: _id, at: _at, ...what }) => what);

describe('a cost that nobody told', () => {
  test('given a call that is settled by an estimate, then that is announced with its key, and it stands among the estimates until it is corrected', () => {
    const reserved = apply(working(), reserve('research', '0.50'));
    expect(told(reserved, estimated('0.50'))).toContainEqual({
      type: 'cost:estimated',
      phase: 'research',
      operation: 'q',
      key: 'k',
      cost: usd('0.50'),
    });
    expect(keysAndValues(withEstimate.context.estimates)).toEqual([['k', usd('0.50')]]);
    const corrected = apply(withEstimate, correct('0.50', '0.12'));
    expect(keysAndValues(corrected.context.estimates)).toEqual([['k', 0]]);
  });

  test('given costs that were told, or of nothing, when they land, then nothing is said of an estimate', () => {
    const reserved = apply(working(), reserve('research', '0.50'));
    expect(told(reserved, settle('k', '0.50')).map(({ type }) => type)).toEqual(['cost']);
    expect(told(reserved, estimated('0')).map(({ type }) => type)).toEqual([]);
    expect(keysAndValues(apply(reserved, estimated('0')).context.estimates)).toEqual([]);
  });

  test('given a cost that was recorded by an estimate, then it is announced, with its key where it has one', () => {
    const event = { ...(cost('research', '0.30') as EventOf<'cost.recorded'>), estimated: true };
    expect(told(working(), event)).toContainEqual(
      expect.objectContaining({ type: 'cost:estimated', key: null, cost: usd('0.30') }),
    );
    const keyed = apply(working(), { ...event, key: 'k~failed1' });
    expect(keysAndValues(keyed.context.estimates)).toEqual([['k~failed1', usd('0.30')]]);
  });
});

describe('a correction', () => {
  test('given an estimate, when it is corrected down, then phase, episode and what is paid follow, and both amounts are told', () => {
    const after = apply(withEstimate, correct('0.50', '0.12'));
    expect(after.context.money.spent).toBe(usd('0.12'));
    expect(after.context.phases.research.spent).toBe(usd('0.12'));
    expect(valueAt(after.context.paid, 'k')).toBe(usd('0.12'));
    expect(told(withEstimate, correct('0.50', '0.12'))).toEqual([
      {
        type: 'cost:corrected',
        phase: 'research',
        operation: 'q',
        key: 'k',
        was: usd('0.50'),
        cost: usd('0.12'),
      },
    ]);
  });

  test('given a cost of yesterday, when it is corrected, then it is the ledger of yesterday that follows', () => {
    const ledger = new Ledger();
    ledger.set('2025-09-02', { spent: usd('0.50'), reserved: usd(0), raised: usd(0) });
    ledger.set('2025-09-03', { spent: usd('0.40'), reserved: usd(0), raised: usd(0) });
    ledger.book(
      withEstimate.context,
      correct('0.50', '0.12', { day: dayOfMoney({ date: '2025-09-02', spent: usd('0.50') }) }),
    );
    expect([ledger.day('2025-09-02')?.spent, ledger.day('2025-09-03')?.spent]).toEqual([
      usd('0.12'),
      usd('0.40'),
    ]);
  });

  test('given a correction that passes the total, then it lands and stops the episode; one that lowers stops nothing, also above the total', () => {
    const up = apply(withEstimate, correct('0.50', '7.01'));
    expect([stateName(up), up.context.failure?.code]).toEqual(['failed', 'budget_exhausted']);
    expect(up.context.money.spent).toBe(usd('7.01'));
    const low = apply(
      working({ budgets: { total: '0.40' } }),
      reserve('research', '0.40'),
      estimated('0.40'),
    );
    const raised = apply(low, correct('0.40', '0.39'));
    expect(stateName(raised)).toBe('research.active');
  });

  test('given hard phase budgets, when a correction passes one, then it stops the episode', () => {
    const hard = apply(working({ hardPhaseBudgets: true }), reserve('research', '0.50'), estimated('0.50'));
    expect(stateName(apply(hard, correct('0.50', '2.01')))).toBe('failed');
    expect(stateName(apply(withEstimate, correct('0.50', '2.01')))).toBe('research.active');
  });

  test('given a correction that passes a day, then it stops nobody, and who reserves next on that day is refused', () => {
    const day = dayOfMoney({ spent: usd('0.50'), cap: usd('0.60') });
    const after = apply(withEstimate, correct('0.50', '0.70', { day }));
    expect(stateName(after)).toBe('research.active');
    const next = decide(after, reserve('research', '0.01', 'n', { spent: usd('0.70'), cap: usd('0.60') }));
    expect(next).toMatchObject({ accepted: false, refusal: { code: 'daily_cap_reached' } });
  });

  test('given an episode that an estimate has stopped, when it is corrected down, then it can be recovered', () => {
    const stopped = apply(
      working({ budgets: { total: '0.50' } }),
      reserve('research', '0.50'),
      estimated('0.51'),
    );
    const recover: EpisodeEvent = { type: 'recovery.begin', at: minute(9), day: dayOfMoney() };
    expect(decide(stopped, recover)).toMatchObject({
      accepted: false,
      refusal: { code: 'budget_exhausted' },
    });
    const corrected = apply(stopped, correct('0.51', '0.10'));
    expect(stateName(corrected)).toBe('failed');
    expect(stateName(apply(corrected, recover))).toBe('recovery');
  });

  test('given a phase that was warned of, when a correction takes it below the threshold, then it can be warned of again', () => {
    const near = apply(working(), reserve('research', '1.60'), estimated('1.60'));
    expect(near.context.phases.research.warned).toBe(true);
    const below = apply(near, correct('1.60', '1.00'));
    expect(below.context.phases.research.warned).toBe(false);
    expect(told(below, correct('1.00', '1.60')).map(({ type }) => type)).toEqual([
      'cost',
      'cost:corrected',
      'budget:warning',
    ]);
  });

  test('given an episode that is complete, when a late bill comes, then it lands there and changes nothing else', () => {
    const skip = (phase: 'script' | 'audio'): EpisodeEvent => ({
      type: 'phase.skip',
      at: minute(7),
      phase,
      reason: 'x',
    });
    const complete = apply(withEstimate, finish('research'), skip('script'), skip('audio'));
    const after = apply(complete, correct('0.50', '7.01'));
    expect([stateName(after), after.context.failure]).toEqual(['complete', null]);
    expect(after.context.money.spent).toBe(usd('7.01'));
  });

  test.each([
    ['of a key that is not booked', correct('0', '0.10', { key: 'other' }), 'operation_unknown'],
    ['that read other books', correct('0.49', '0.10'), 'invalid_input'],
    ['of a phase that has not spent it', correct('0.50', '0.10', { phase: 'audio' }), 'invalid_input'],
  ])('given a correction %s, then it is refused and changes nothing', (_what, event, code) => {
    expect(decide(withEstimate, event)).toMatchObject({ accepted: false, refusal: { code } });
  });

  test('given a call under way, when its cost is corrected, then it is to be settled first', () => {
    const open = apply(working(), reserve('research', '0.50'));
    expect(decide(open, correct('0', '0.10'))).toMatchObject({
      accepted: false,
      refusal: { code: 'operation_unknown', message: expect.stringContaining('settle it with its cost') },
    });
    expect(hasKey(open.context.paid, 'k')).toBe(false);
  });
});
