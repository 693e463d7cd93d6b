import { describe, expect, test } from 'vitest';
import {
  Ledger, committedOf, decide, errorRemedies, heldOperations, leftOf, leftOfPhase, moneyMove, parsePolicy, phaseNames, stateName,
  type Announcement, type EpisodeEvent, type EpisodeSnapshot, type PhaseName, type PolicyInput, type Usd,
} from '../../machines/index.js';
import { apply, newEpisode } from './story.js';
import { claim, cost, dayOfMoney, episodeIn, fail, finish, minute, reserve, sample, saved, settle, start, usd, withContext } from './words.js';

const date = '2025-09-03';
const cap = usd('1.20');

/** An episode with its day's ledger and what an outsider who only sees accepted events has counted. */
interface Node {
  snapshot: EpisodeSnapshot;
  ledger: Ledger;
  paid: number;
  /** Whether all spending so far was reserved before and settled within the reservation. */
  guarded: boolean;
}

/** Amounts around 80 % and 100 % of a phase's 0.50, the total's 1.00 and the day's 1.20. */
const amounts = ['0', '0.399999', '0.4', '0.400001', '0.6', '1', '1.000001', '1.2'];

type Timeless = (day: ReturnType<typeof dayOfMoney>, phase: PhaseName) => EpisodeEvent;

const moves: Timeless[] = [
  ...amounts.flatMap<Timeless>((amount) => [
    (day, phase) => ({ ...cost(phase, amount), day }) as EpisodeEvent,
    (day, phase) => ({ ...reserve(phase, amount, 'a'), day }),
  ]),
  (day, phase) => ({ ...reserve(phase, '0.4', 'b'), day }),
  ...['0.4', '0.6', '1.000001'].map<Timeless>((amount) => (day) => ({ ...settle('a', amount), day }) as EpisodeEvent),
  (day) => ({ ...settle('b', '0.4'), day }) as EpisodeEvent,
  (day) => ({ type: 'operation.released', at: minute(5), key: 'a', day }),
  (_day, phase) => start(phase),
  (_day, phase) => finish(phase),
  (_day, phase) => sample['phase.skip'](phase),
  (_day, phase) => fail(phase),
  (day) => ({ type: 'recovery.begin', at: minute(5), day }),
  (_day, phase) => sample['recovery.resume'](phase),
  () => ({ type: 'budget.raise', at: minute(5), scope: 'total', amount: usd('0.5'), by: 'ann', reason: 'worth it' }),
  () => sample['episode.archive']('research'),
];

function nextPhase({ context }: EpisodeSnapshot): PhaseName {
  return phaseNames.find((phase) => !['complete', 'skipped'].includes(context.phases[phase].status)) ?? 'audio';
}

function keyOf({ snapshot: { context, value }, guarded }: Node): string {
  const { phases, money, operations, budgets, failure, recoveries } = context;
  return JSON.stringify([value, guarded, money, operations, budgets.total, failure?.code, recoveries, phaseNames.map((name) => [phases[name].status, phases[name].spent, phases[name].warned])]);
}

function booked(ledger: Ledger, before: EpisodeSnapshot, event: EpisodeEvent): Ledger {
  const next = new Ledger();
  for (const [day, money] of ledger.days) next.set(day, money);
  next.book(before.context, event);
  return next;
}

/** What must hold after each accepted step (DESIGN.md, sections 6 and 10). */
function check(before: Node, event: EpisodeEvent, after: Node, told: Announcement[]): void {
  const { context } = after.snapshot;
  const { money, phases, operations, budgets } = context;
  const sum = (of: (phase: PhaseName) => number): number => phaseNames.reduce((total, name) => total + of(name), 0);
  const where = (): string => `${event.type} in ${stateName(before.snapshot)}: ${JSON.stringify(event)} → ${stateName(after.snapshot)} ${JSON.stringify(money)}`;
  const hold = (what: string, truth: boolean): void => {
    if (!truth) throw new Error(`${what}: ${where()}`);
  };
  hold('no cost is lost', after.paid === money.spent);
  hold('phases sum to the spent total', sum((name) => phases[name].spent) === money.spent);
  hold('phases sum to the reserved total', sum((name) => phases[name].reserved) === money.reserved);
  hold('operations sum to the reserved total', Object.values(operations).reduce((total, { amount }) => total + amount, 0) === money.reserved);
  hold('money never rewinds', money.spent >= before.snapshot.context.money.spent);
  hold('the ledger agrees', (after.ledger.money(date, cap).spent as number) === money.spent && (after.ledger.money(date, cap).reserved as number) === money.reserved);
  if (after.guarded) hold('guarded spending stays within the total and the day', money.spent + money.reserved <= Math.min(budgets.total, cap));
  if (event.type === 'cost.reserve' && event.amount > 0) hold('a reservation stays within the total and the day', money.spent + money.reserved <= Math.min(budgets.total, cap));
  for (const phase of phaseNames) {
    const { status, checkpoint, reason } = phases[phase];
    hold(`${phase} has something to show`, status !== 'complete' || checkpoint !== null);
    hold(`${phase} was skipped for a reason`, status !== 'skipped' || reason !== null);
  }
  checkStops(before.snapshot, event, after.snapshot, told, hold);
}

function checkStops(before: EpisodeSnapshot, event: EpisodeEvent, after: EpisodeSnapshot, told: Announcement[], hold: (what: string, truth: boolean) => void): void {
  const move = moneyMove(before.context, event);
  if (!move) return;
  const ended = ['complete', 'failed', 'archived'].includes(stateName(before));
  const [was, is] = [before.context.money.spent, after.context.money.spent];
  const { total } = after.context.budgets;
  const passes = is > was && (is > total || is > cap);
  hold('spending above a cap fails the episode, and nothing else does', (stateName(after) === 'failed' && !ended) === (passes && !ended));
  hold('an end stays an end', !ended || stateName(after) === stateName(before));
  if (stateName(after) === 'failed' && !ended) {
    hold('the failure names the cap', after.context.failure?.code === (is > total ? 'budget_exhausted' : 'daily_cap_reached'));
    hold('nothing is left open', Object.values(after.context.operations).every(({ state }) => state === 'held'));
  }
  const says = (type: Announcement['type']): number => told.filter((each) => each.type === type).length;
  hold('the total is announced when it is reached', says('budget:stopped') === Number((is >= total && was < total) || (!ended && is > was && is > total)));
  hold('the day is announced when it is reached', says('daily:stopped') === Number((is >= cap && was < cap) || (!ended && is > was && is <= total && is > cap)));
  const { spent, warned } = after.context.phases[move.phase];
  const crossed = spent >= 400_000;
  hold('a warning is given once', says('budget:warning') === Number(crossed && !before.context.phases[move.phase].warned) && warned === crossed);
  hold('what is spent is told', says('cost') === Number(move.spent > 0));
}

describe('money', () => {
  test('given amounts around every threshold, when everything is tried in every order, then nothing is lost and no cap is passed', { timeout: 60_000 }, () => {
    const policy: PolicyInput = { budgets: { research: '0.50', script: '0.50', audio: '0.50', total: '1.00' } };
    let level: Node[] = [{ snapshot: newEpisode(policy), ledger: new Ledger(), paid: 0, guarded: true }];
    const seen = new Set<string>();
    let steps = 0;
    const refusedWith = new Set<string>();
    for (let depth = 0; depth < 9 && steps < 250_000; depth += 1) {
      const next: Node[] = [];
      for (const node of level) {
        const day = node.ledger.money(date, cap);
        for (const move of moves) {
          steps += 1;
          const event = move(day, nextPhase(node.snapshot));
          const decision = decide(node.snapshot, event);
          if (!decision.accepted) {
            const { code, message } = decision.refusal;
            refusedWith.add(code);
            if (!Object.hasOwn(errorRemedies, code) || !/ep_001_20250903_143022.*\.$/s.test(message)) throw new Error(`${event.type} is refused without a code and a sentence: ${code} ${message}`);
            continue;
          }
          const moved = moneyMove(node.snapshot.context, event);
          const unguarded = event.type === 'cost.recorded' || (moved !== undefined && moved.spent + moved.reserved > 0 && event.type === 'operation.settled');
          const after: Node = { snapshot: decision.snapshot, ledger: booked(node.ledger, node.snapshot, event), paid: node.paid + (moved?.spent ?? 0), guarded: node.guarded && !unguarded };
          check(node, event, after, decision.announcements);
          const key = keyOf(after);
          if (seen.has(key)) continue;
          seen.add(key);
          next.push(after);
        }
      }
      level = next;
    }
    expect(steps).toBeGreaterThan(100_000);
    expect([...refusedWith].toSorted()).toEqual([
      'budget_exhausted', 'daily_cap_reached', 'operation_exists', 'operation_settled', 'operation_unknown', 'operations_open', 'wrong_state',
    ]);
  });

  const active = episodeIn('research.active');
  const told = (given: EpisodeSnapshot, when: EpisodeEvent): Announcement[] => {
    const decision = decide(given, when);
    return decision.accepted ? decision.announcements : [];
  };
  const types = (given: EpisodeSnapshot, when: EpisodeEvent): string[] => told(given, when).map(({ type }) => type);

  test('given 79.99995 % of a phase budget is spent, when it becomes 80 %, then a warning is given once, and again after a raise', () => {
    expect(types(active, cost('research', '1.599999'))).toEqual(['cost']);
    expect(told(active, cost('research', '1.6'))).toContainEqual(expect.objectContaining({ type: 'budget:warning', phase: 'research', spent: 1_600_000, budget: 2_000_000 }));
    const warned = apply(active, cost('research', '1.6'));
    expect(types(warned, cost('research', '0.01'))).toEqual(['cost']);
    const little = apply(warned, { type: 'budget.raise', at: minute(5), scope: 'research', amount: usd('0.00'), by: 'ann', reason: 'no more' });
    expect(types(little, cost('research', '0.01'))).toEqual(['cost']);
    const raised = apply(warned, { type: 'budget.raise', at: minute(5), scope: 'research', amount: usd('0.10'), by: 'ann', reason: 'more' });
    expect(raised.context.budgets).toEqual({ research: 2_100_000, script: 2_000_000, audio: 3_000_000, total: 7_000_000 });
    expect(types(raised, cost('research', '0.079999'))).toEqual(['cost']);
    expect(types(raised, cost('research', '0.08'))).toEqual(['cost', 'budget:warning']);
  });

  test('given exactly the total is spent, then the stop is announced and the running phase may complete', () => {
    expect(types(active, cost('research', 7))).toEqual(['cost', 'budget:warning', 'budget:stopped']);
    const stopped = apply(active, cost('research', 7));
    expect(stateName(apply(stopped, finish('research')))).toBe('script.pending');
    expect(told(apply(active, reserve('research', 7)), settle('k', 7))).toContainEqual(expect.objectContaining({ type: 'budget:stopped', spent: 7_000_000, budget: 7_000_000 }));
  });

  test('given a cost above the total, then it lands, the operations are held and the failure says how much', () => {
    const failed = apply(active, reserve('research', '0.50'), cost('research', '7.000001'));
    expect(failed.context).toMatchObject({
      money: { spent: 7_000_001, reserved: 500_000 }, operations: { k: { state: 'held' } }, phases: { research: { status: 'failed', endedAt: minute(4), spent: 7_000_001 } },
      failure: { code: 'budget_exhausted', phase: 'research', attempt: 1, retryable: false, at: minute(4), message: 'The episode has spent $7.000001, above its total of $7.00.' },
    });
    expect(types(active, cost('research', '7.000001'))).toEqual(['cost', 'budget:warning', 'budget:stopped', 'transition', 'failed']);
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
    expect(apply(hard, cost('research', '2.01')).context.failure).toMatchObject({ code: 'budget_exhausted', message: 'The research phase has spent $2.01, above its budget of $2.00.' });
    expect(stateName(apply(active, cost('research', '2.01')))).toBe('research.active');
  });

  test("given the day's cap, when a cost reaches it, then that is announced; when one passes it, then the episode fails", () => {
    const reaches = cost('research', '0.25', { spent: usd('49.75') });
    expect(types(active, reaches)).toEqual(['cost', 'daily:stopped']);
    expect(told(active, reaches)).toContainEqual(expect.objectContaining({ type: 'daily:stopped', date, spent: 50_000_000, cap: 50_000_000 }));
    expect(types(active, cost('research', '0.249999', { spent: usd('49.75') }))).toEqual(['cost']);
    const passed = apply(active, reserve('research', '0.50'), cost('research', '0.250001', { spent: usd('49.75') }));
    expect(passed.context).toMatchObject({
      operations: { k: { state: 'held' } }, money: { spent: 250_001 },
      failure: { code: 'daily_cap_reached', phase: 'research', message: "The production's spending has passed the cap of $50.00 for 2025-09-03." },
    });
    expect(types(active, cost('research', '0.01', { spent: usd(50) }))).toEqual(['cost', 'daily:stopped', 'transition', 'failed']);
    expect(types(episodeIn('complete'), cost('research', '0.01', { spent: usd(50) }))).toEqual(['cost']);
    expect(types(active, cost('research', '0.01', { spent: usd(49), reserved: usd(1) })), "others' reservations do not stop it").toEqual(['cost']);
  });

  test('given a cost that uses up the total and the day, when it passes both, then the total is the reason', () => {
    expect(apply(active, cost('research', '7.01', { spent: usd(50) })).context.failure?.code).toBe('budget_exhausted');
  });

  test('given a settled operation above its reservation, then all of it lands and the key is kept for ever', () => {
    const settled = apply(active, reserve('research', '0.50'), settle('k', '0.75'), finish('research'), start('script'), reserve('script', 1, 'k2'), settle('k2', 0), cost('script', '0.10'));
    expect(settled.context).toMatchObject({ settled: { k: 750_000, k2: 0 }, money: { spent: 850_000, reserved: 0 }, phases: { research: { spent: 750_000 }, script: { spent: 100_000 } } });
    expect(apply(settled, { ...cost('script', '0.01'), key: 'k3' } as EpisodeEvent).context.settled).toEqual({ k: 750_000, k2: 0, k3: 10_000 });
  });

  test('given a release with a time to try again, then the attempts are counted until it is settled or given up', () => {
    const release = (retryAt?: string): EpisodeEvent => ({ type: 'operation.released', at: minute(5), key: 'k', day: dayOfMoney(), ...(retryAt ? { retryAt } : {}) });
    const twice = apply(active, reserve('research', 1), release(minute(6)), reserve('research', 1), release(minute(8)));
    expect(twice.context).toMatchObject({ retries: { k: { attempts: 2, notBefore: minute(8) } }, operations: {}, money: { spent: 0, reserved: 0 } });
    expect(apply(twice, reserve('research', 1), settle('k', 1)).context.retries).toEqual({});
    expect(apply(twice, reserve('research', 1), release()).context.retries).toEqual({});
  });

  test('given operations of an earlier claim, when a new one is taken, then they are held, and those of nobody are not', () => {
    const working = apply(active, claim(), { ...reserve('research', '0.10', 'his'), claim: 1 }, reserve('research', '0.10', 'hers'));
    const taken = apply(working, claim(minute(10), minute(20), 'host 2'));
    expect(taken.context).toMatchObject({ claims: 2, claim: { number: 2, by: 'host 2', until: minute(20) }, operations: { his: { state: 'held', claim: 1 }, hers: { state: 'open', claim: null } } });
    const retried = apply(taken, { type: 'operation.retry', at: minute(11), key: 'his', claim: 2 });
    expect(retried.context.operations['his']).toMatchObject({ state: 'open', claim: 2, amount: 100_000 });
    expect(apply(retried, { type: 'operation.held', at: minute(11), key: 'his' }).context.operations['his']).toMatchObject({ state: 'held', claim: 2 });
  });

  test('given money was spent, when the episode is restored, recovered or cancelled, then it stays spent', () => {
    const spent = apply(episodeIn('script.active'), cost('research', '1.70'), cost('script', '0.30'), reserve('script', '0.20'));
    const failed = apply(spent, fail('script'));
    const at = { ref: { phase: 'research' as const, at: minute(1), sha256: 'a'.repeat(64), bytes: 2, next: null, file: null } };
    const restored = apply(withContext(failed, { checkpoints: { kept: at.ref } }), { ...sample['checkpoint.restore']('research'), quality: { depth: 1 } });
    const recovered = apply(failed, sample['recovery.begin']('script'), sample['recovery.resume']('research'));
    const cancelled = apply(spent, sample['episode.cancelled']('script'));
    for (const { context } of [failed, restored, recovered, cancelled]) {
      expect(context.money).toEqual({ spent: 2_000_000, reserved: 200_000, inherited: 0 });
      expect(context.phases).toMatchObject({ research: { spent: 1_700_000, warned: true }, script: { spent: 300_000, reserved: 200_000 } });
      expect(context.operations['k']?.state).toBe('held');
    }
    expect(restored.context).toMatchObject({ failure: null, quality: { depth: 1 }, phases: { research: { status: 'pending', attempt: 1, checkpoint: null, startedAt: null, endedAt: null } } });
  });

  test('given totals, then what is left is never below zero', () => {
    const { context } = apply(active, cost('research', '2.50'), reserve('research', '0.50'));
    expect([committedOf(context), leftOf(context), leftOfPhase(context, 'research'), leftOfPhase(context, 'audio')]).toEqual([3_000_000, 4_000_000, 0, 3_000_000]);
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
