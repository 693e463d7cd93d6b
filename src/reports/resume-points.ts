import {
  currentPhase, isFinished, leftOf, phaseNames, toDollars, type DayMoney, type EpisodeContext, type PhaseName,
} from '../../machines/index.js';
import type { Tally } from './tally.js';

/** One way to go on with an episode. Costs in decimal dollars. */
export interface ResumePoint {
  phase: PhaseName;
  /** Finished phases whose work stays. */
  keeps: PhaseName[];
  /** Phases that are to be done, in order. */
  redoes: PhaseName[];
  /** From the production's history of completed phases; null where there is none. */
  expected_cost: number | null;
  /** What the episode's and the day's caps leave. */
  left: number;
  affordable: boolean;
  reason: string;
}

/** The phases at which an episode could go on, best first: the first unfinished one keeps the most; each earlier one redoes more. */
export function rankResumePoints(context: EpisodeContext, total: Tally, day: DayMoney): ResumePoint[] {
  const first = currentPhase(context);
  if (first === null) return [];
  const left = Math.min(leftOf(context), Math.max(0, day.cap - day.spent - day.reserved));
  const points = phaseNames.slice(0, phaseNames.indexOf(first) + 1).toReversed();
  return points.map((phase) => {
    const index = phaseNames.indexOf(phase);
    const redoes = phaseNames.slice(index).filter((name) => index < phaseNames.indexOf(first) || !isFinished(context.phases[name].status));
    const keeps = phaseNames.slice(0, index).filter((name) => isFinished(context.phases[name].status));
    const expected = expectedCost(redoes, total);
    return {
      phase, keeps, redoes,
      expected_cost: expected === null ? null : expected / 1e6,
      left: toDollars(left as Parameters<typeof toDollars>[0]),
      affordable: expected === null ? left > 0 : expected <= left,
      reason: phase === first ? 'keeps everything that is finished' : `does ${redoes.filter((name) => isFinished(context.phases[name].status)).join(', ')} again by choice`,
    };
  });
}

/** Micro-dollars, from what completed phases have cost on average. */
function expectedCost(phases: readonly PhaseName[], total: Tally): number | null {
  const each = phases.map((name) => {
    const { completed, spent } = total.phases[name];
    return completed === 0 ? null : Math.round(spent / completed);
  });
  return each.includes(null) ? null : each.reduce<number>((sum, cost) => sum + (cost ?? 0), 0);
}
