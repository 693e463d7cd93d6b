import { describe, expect, test } from 'vitest';
import {
  committedOf,
  announce,
  decide,
  heldOperations,
  leftOf,
  leftOfPhase,
  moneyMove,
  parsePolicy,
  stateName,
  type Announcement,
  type EpisodeEvent,
  type EpisodeSnapshot,
  type Usd,
} from '../../machines/index.js';
import { apply, newEpisode } from './story.js';
import {
  claim,
  cost,
  dayOfMoney,
  episodeIn,
  fail,
  finish,
  minute,
  reserve,
  sample,
  saved,
  settle,
  start,
  usd,
  withContext,
} from './words.js';

describe('money', () => {
  const active = episodeIn('research.active');
  const told = (given: EpisodeSnapshot, when: EpisodeEvent): Announcement[] => {
    const decision = decide(given, when);
    return decision.accepted ? announce(given, when, decision.snapshot) : [];
  };
  const types = (given: EpisodeSnapshot, when: EpisodeEvent): string[] =>
    told(given, when).map(({ type }) => type);

  test('given 79.99995 % of a phase budget is spent, when it becomes 80 %, then a warning is given once, and again after a raise', () => {
    expect(types(active, cost('research', '1.599999'))).toEqual(['cost']);
    expect(told(active, cost('research', '1.6'))).toContainEqual(
      expect.objectContaining({
        type: 'budget:warning',
        phase: 'research',
        spent: 1_600_000,
        budget: 2_000_000,
      }),
    );
    const warned = apply(active, cost('research', '1.6'));
    expect(types(warned, cost('research', '0.01'))).toEqual(['cost']);
    const little = apply(warned, {
      type: 'budget.raise',
      at: minute(5),
      scope: 'research',
      amount: usd('0.00'),
      by: 'ann',
      reason: 'no more',
    });
    expect(types(little, cost('research', '0.01'))).toEqual(['cost']);
    const raised = apply(warned, {
      type: 'budget.raise',
      at: minute(5),
      scope: 'research',
      amount: usd('0.10'),
      by: 'ann',
      reason: 'more',
    });
    expect(raised.context.budgets).toEqual({
      research: 2_100_000,
      script: 2_000_000,
      audio: 3_000_000,
      total: 7_000_000,
    });
    expect(types(raised, cost('research', '0.079999'))).toEqual(['cost']);
    expect(types(raised, cost('research', '0.08'))).toEqual(['cost', 'budget:warning']);
  });

  test('given exactly the total is spent, then the stop is announced and the running phase may complete', () => {
    expect(types(active, cost('research', 7))).toEqual(['cost', 'budget:warning', 'budget:stopped']);
    const stopped = apply(active, cost('research', 7));
    expect(stateName(apply(stopped, finish('research')))).toBe('script.pending');
    expect(told(apply(active, reserve('research', 7)), settle('k', 7))).toContainEqual(
      expect.objectContaining({ type: 'budget:stopped', spent: 7_000_000, budget: 7_000_000 }),
    );
  });

  test('given a cost above the total, then it lands, the operations are held and the failure says how much', () => {
    const failed = apply(active, reserve('research', '0.50'), cost('research', '7.000001'));
    expect(failed.context).toMatchObject({
      money: { spent: 7_000_001, reserved: 500_000 },
      operations: { k: { state: 'held' } },
      phases: { research: { status: 'failed', endedAt: minute(4), spent: 7_000_001 } },
      failure: {
        code: 'budget_exhausted',
        phase: 'research',
        attempt: 1,
        retryable: false,
        at: minute(4),
        message: 'The episode has spent $7.000001, above its total of $7.00.',
      },
    });
    expect(types(active, cost('research', '7.000001'))).toEqual([
      'cost',
      'budget:warning',
      'budget:stopped',
      'transition',
      'failed',
    ]);
    expect(heldOperations(failed.context)).toEqual(['k']);
  });

  test('given a phase that has not begun, when money stops the episode, then no phase is blamed', () => {
    for (const state of ['initialized', 'script.pending', 'recovery'] as const) {
      const { failure, phases } = apply(episodeIn(state), cost('audio', '7.01')).context;
      expect(failure).toMatchObject({ phase: null, attempt: 0, code: 'budget_exhausted' });
      expect(phases.audio).toMatchObject({ status: 'pending', spent: 7_010_000, endedAt: null });
    }
  });

  test('given hard phase budgets, when a cost passes one, then the episode fails and the phase is named', () => {
    const hard = apply(newEpisode({ hardPhaseBudgets: true }), start('research'));
    expect(stateName(apply(hard, cost('research', 2)))).toBe('research.active');
    expect(apply(hard, cost('research', '2.01')).context.failure).toMatchObject({
      code: 'budget_exhausted',
      message: 'The research phase has spent $2.01, above its budget of $2.00.',
    });
    expect(told(hard, cost('research', '2.01'))).toContainEqual(
      expect.objectContaining({
        type: 'budget:stopped',
        phase: 'research',
        spent: 2_010_000,
        budget: 2_000_000,
      }),
    );
    expect(told(hard, cost('research', 7))).toContainEqual(
      expect.objectContaining({ type: 'budget:stopped', phase: null, spent: 7_000_000, budget: 7_000_000 }),
    );
    expect(stateName(apply(active, cost('research', '2.01')))).toBe('research.active');
  });

  test("given the day's cap, when a cost reaches it, then that is announced; when one passes it, then the episode fails", () => {
    const reaches = cost('research', '0.25', { spent: usd('49.75') });
    expect(types(active, reaches)).toEqual(['cost', 'daily:stopped']);
    expect(told(active, reaches)).toContainEqual(
      expect.objectContaining({
        type: 'daily:stopped',
        date: '2025-09-03',
        spent: 50_000_000,
        cap: 50_000_000,
      }),
    );
    expect(types(active, cost('research', '0.249999', { spent: usd('49.75') }))).toEqual(['cost']);
    const passed = apply(
      active,
      reserve('research', '0.50'),
      cost('research', '0.250001', { spent: usd('49.75') }),
    );
    expect(passed.context).toMatchObject({
      operations: { k: { state: 'held' } },
      money: { spent: 250_001 },
      failure: {
        code: 'daily_cap_reached',
        phase: 'research',
        message: "The production's spending has passed the cap of $50.00 for 2025-09-03.",
      },
    });
    expect(types(active, cost('research', '0.01', { spent: usd(50) }))).toEqual([
      'cost',
      'daily:stopped',
      'transition',
      'failed',
    ]);
    expect(types(episodeIn('complete'), cost('research', '0.01', { spent: usd(50) }))).toEqual(['cost']);
    expect(
      types(active, cost('research', '0.01', { spent: usd(49), reserved: usd(1) })),
      "others' reservations do not stop it",
    ).toEqual(['cost']);
  });

  test('given a cost that uses up the total and the day, when it passes both, then the total is the reason', () => {
    expect(apply(active, cost('research', '7.01', { spent: usd(50) })).context.failure?.code).toBe(
      'budget_exhausted',
    );
  });

  test('given a settled operation above its reservation, then all of it lands and the key is kept for ever', () => {
    const settled = apply(
      active,
      reserve('research', '0.50'),
      settle('k', '0.75'),
      finish('research'),
      start('script'),
      reserve('script', 1, 'k2'),
      settle('k2', 0),
      cost('script', '0.10'),
    );
    expect(settled.context).toMatchObject({
      paid: { k: 750_000, k2: 0 },
      money: { spent: 850_000, reserved: 0 },
      phases: { research: { spent: 750_000 }, script: { spent: 100_000 } },
    });
    expect(apply(settled, { ...cost('script', '0.01'), key: 'k3' } as EpisodeEvent).context.paid).toEqual({
      k: 750_000,
      k2: 0,
      k3: 10_000,
    });
  });

  test('given a release with a time to try again, then the attempts are counted until it is settled or given up', () => {
    const release = (retryAt?: string): EpisodeEvent => ({
      type: 'operation.released',
      at: minute(5),
      key: 'k',
      day: dayOfMoney(),
      ...(retryAt ? { retryAt } : {}),
    });
    const twice = apply(
      active,
      reserve('research', 1),
      release(minute(6)),
      reserve('research', 1),
      release(minute(8)),
    );
    expect(twice.context).toMatchObject({
      retries: { k: { attempts: 2, notBefore: minute(8) } },
      operations: {},
      money: { spent: 0, reserved: 0 },
    });
    expect(apply(twice, reserve('research', 1), settle('k', 1)).context.retries).toEqual({});
    expect(apply(twice, reserve('research', 1), release()).context.retries).toEqual({});
  });

  test('given operations of an earlier claim, when a new one is taken, then they are held, and those of nobody are not', () => {
    const working = apply(
      active,
      claim(),
      { ...reserve('research', '0.10', 'his'), claim: 1 },
      reserve('research', '0.10', 'hers'),
    );
    const taken = apply(working, claim(minute(10), minute(20), 'host 2'));
    expect(taken.context).toMatchObject({
      claims: 2,
      claim: { number: 2, by: 'host 2', until: minute(20) },
      operations: { his: { state: 'held', claim: 1 }, hers: { state: 'open', claim: null } },
    });
    const retried = apply(taken, { type: 'operation.retry', at: minute(11), key: 'his', claim: 2 });
    expect(retried.context.operations['his']).toMatchObject({ state: 'open', claim: 2, amount: 100_000 });
    expect(
      apply(retried, { type: 'operation.held', at: minute(11), key: 'his' }).context.operations['his'],
    ).toMatchObject({ state: 'held', claim: 2 });
  });

  test('given money was spent, when the episode is restored, recovered or cancelled, then it stays spent', () => {
    const spent = apply(
      episodeIn('script.active'),
      cost('research', '1.70'),
      cost('script', '0.30'),
      reserve('script', '0.20'),
    );
    const failed = apply(spent, fail('script'));
    const at = {
      ref: {
        phase: 'research' as const,
        at: minute(1),
        sha256: 'a'.repeat(64),
        bytes: 2,
        next: null,
        file: null,
      },
    };
    const restored = apply(withContext(failed, { checkpoints: { kept: at.ref } }), {
      ...sample['checkpoint.restore']('research'),
      quality: { depth: 1 },
    });
    const recovered = apply(
      failed,
      sample['recovery.begin']('script'),
      sample['recovery.resume']('research'),
    );
    const cancelled = apply(spent, sample['episode.cancelled']('script'));
    for (const { context } of [failed, restored, recovered, cancelled]) {
      expect(context.money).toEqual({ spent: 2_000_000, reserved: 200_000, inherited: 0 });
      expect(context.phases).toMatchObject({
        research: { spent: 1_700_000, warned: true },
        script: { spent: 300_000, reserved: 200_000 },
      });
      expect(context.operations['k']?.state).toBe('held');
    }
    expect(restored.context).toMatchObject({
      failure: null,
      quality: { depth: 1 },
      phases: {
        research: { status: 'pending', attempt: 1, checkpoint: null, startedAt: null, endedAt: null },
      },
    });
  });

  test('given totals, then what is left is never below zero', () => {
    const { context } = apply(active, cost('research', '2.50'), reserve('research', '0.50'));
    expect([
      committedOf(context),
      leftOf(context),
      leftOfPhase(context, 'research'),
      leftOfPhase(context, 'audio'),
    ]).toEqual([3_000_000, 4_000_000, 0, 3_000_000]);
    expect(leftOf(apply(active, cost('research', 9)).context)).toBe(0);
    expect(moneyMove(context, fail('research'))).toBeUndefined();
    expect(moneyMove(context, settle('nobody', 1))).toBeUndefined();
  });

  test('given a policy of seventy cents, when it fits ten times into seven dollars, then ten are granted', () => {
    let snapshot: EpisodeSnapshot = active;
    let granted = 0;
    const policy = parsePolicy();
    expect(policy.budgets.total).toBe(7_000_000);
    for (let index = 0; index < 12; index += 1) {
      const decision = decide(snapshot, reserve('research', '0.70', `k${index}`));
      if (!decision.accepted) continue;
      granted += 1;
      snapshot = decision.snapshot;
    }
    expect(granted).toBe(10);
    expect(saved('x').payload).toEqual({});
    expect(leftOf(snapshot.context)).toBe(0 as Usd);
  });
});
