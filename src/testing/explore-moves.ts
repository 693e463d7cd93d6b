import {
  completionName,
  phaseAfter,
  phaseNames,
  type DayMoney,
  type EpisodeEvent,
  type EpisodeSnapshot,
  type PhaseName,
  type Policy,
  type SavedCheckpoint,
  type Usd,
} from '../../machines/index.js';

/** An event that can be tried on an episode, made for the day's money as it is and the first phase that is not done. */
export type Move = (day: DayMoney, phase: PhaseName) => EpisodeEvent;

const at = '2025-09-03T15:00:00.000Z';

/** The calendar day of every explored event. */
export const exploredDay = at.slice(0, 10);

/** The phase that the next event is about. */
export function nextPhase({ context }: EpisodeSnapshot): PhaseName {
  return (
    phaseNames.find((phase) => !['complete', 'skipped'].includes(context.phases[phase].status)) ?? 'audio'
  );
}

/** Everything that can happen to an episode, with amounts on, just below and just above each of the policy's thresholds. */
export function movesFor({ budgets, warnAtPercent, dailyCap }: Policy): Move[] {
  const warning = Math.ceil((budgets.research * warnAtPercent) / 100);
  const amounts = distinct([
    0,
    warning - 1,
    warning,
    warning + 1,
    budgets.total - warning,
    budgets.total,
    budgets.total + 1,
    dailyCap,
  ]);
  return [
    ...amounts.flatMap((amount): Move[] => [
      (day, phase) => ({ type: 'cost.recorded', at, phase, operation: 'q', cost: amount, day }),
      (day, phase) => ({ type: 'cost.reserve', at, phase, operation: 'q', key: 'a', amount, day }),
    ]),
    (day, phase) => ({
      type: 'cost.reserve',
      at,
      phase,
      operation: 'q',
      key: 'b',
      amount: warning as Usd,
      day,
    }),
    ...distinct([warning, budgets.total - warning, budgets.total + 1]).map((cost): Move => (day) => ({
      type: 'operation.settled',
      at,
      key: 'a',
      cost,
      estimated: false,
      day,
    })),
    (day) => ({ type: 'operation.settled', at, key: 'b', cost: warning as Usd, estimated: true, day }),
    ...distinct([0, budgets.total + 1]).map((cost): Move => (day, phase) => ({
      type: 'cost.corrected',
      at,
      by: 'explorer',
      phase,
      operation: 'q',
      key: 'a',
      was: warning as Usd,
      cost,
      reason: 'the invoice',
      day,
    })),
    (day) => ({ type: 'operation.released', at, key: 'a', day }),
    () => ({ type: 'operation.held', at, key: 'a' }),
    () => ({ type: 'operation.retry', at, key: 'a' }),
    (_day, phase) => ({ type: 'phase.start', at, phase }),
    (_day, phase) => ({ type: 'phase.complete', at, phase, checkpoint: checkpointOf(phase) }),
    (_day, phase) => ({ type: 'phase.skip', at, phase, reason: 'not needed' }),
    (_day, phase) => ({ type: 'phase.failed', at, phase, code: 'timeout', message: 'it took too long' }),
    (_day, phase) => ({ type: 'phase.pause', at, phase }),
    (_day, phase) => ({ type: 'phase.resume', at, phase }),
    (_day, phase) => ({ type: 'review.approve', at, phase }),
    (_day, phase) => ({ type: 'review.reject', at, phase, reason: 'too shallow' }),
    (day) => ({ type: 'recovery.begin', at, day }),
    (_day, phase) => ({ type: 'recovery.resume', at, phase }),
    () => ({
      type: 'budget.raise',
      at,
      scope: 'total',
      amount: (budgets.total / 2) as Usd,
      by: 'explorer',
      reason: 'worth it',
    }),
    () => ({ type: 'episode.cancelled', at, reason: 'out of date' }),
    () => ({ type: 'episode.archive', at }),
  ];
}

function distinct(amounts: number[]): Usd[] {
  return [...new Set(amounts.filter((amount) => amount >= 0))] as Usd[];
}

function checkpointOf(phase: PhaseName): SavedCheckpoint {
  return {
    name: completionName(phase),
    // SHA-256 of the payload's JSON text.
    sha256: '55fdd2d547cd6d9402e7bf00f2914c1c68d9969b0852a8b61352e26b9210b8a5',
    bytes: 28,
    next: phaseAfter(phase),
    file: null,
    payload: { data: null, artifacts: [] },
  };
}
