import {
  currentPhase,
  isFinished,
  leftOf,
  phaseNames,
  toDollars,
  type DayMoney,
  type EpisodeContext,
  type PhaseName,
} from '../../machines/index.js';
import type { EpisodeState } from '../shapes/index.js';
import { tallyOf } from './tally.js';

/** One way to go on with an episode. Costs in decimal dollars. */
export interface ResumePoint {
  phase: PhaseName;
  /** Finished phases whose work stays. */
  keeps: PhaseName[];
  /** Phases that are to be done, in order. */
  redoes: PhaseName[];
  /** What completed phases of the listed episodes have cost on average; null where a phase was never completed. */
  expected_cost: number | null;
  /** What the episode's and the day's caps leave. */
  left: number;
  affordable: boolean;
  reason: string;
}

/** The phases at which an episode could go on, best first: the first unfinished one keeps the most; each earlier one redoes more. */
export function rankResumePoints(
  context: EpisodeContext,
  states: readonly EpisodeState[],
  day: DayMoney,
): ResumePoint[] {
  const first = currentPhase(context);
  if (first === null) return [];
  const left = Math.min(leftOf(context), Math.max(0, day.cap - day.spent - day.reserved));
  const points = phaseNames.slice(0, phaseNames.indexOf(first) + 1).toReversed();
  return points.map((phase) => {
    const index = phaseNames.indexOf(phase);
    const redoes = phaseNames
      .slice(index)
      .filter((name) => index < phaseNames.indexOf(first) || !isFinished(context.phases[name].status));
    const keeps = phaseNames.slice(0, index).filter((name) => isFinished(context.phases[name].status));
    const expected = expectedCost(redoes, states);
    return {
      phase,
      keeps,
      redoes,
      expected_cost: expected === null ? null : expected / 1e6,
      left: toDollars(left as Parameters<typeof toDollars>[0]),
      affordable: expected === null ? left > 0 : expected <= left,
      reason:
        phase === first
          ? 'keeps everything that is finished'
          : `does ${redoes.filter((name) => isFinished(context.phases[name].status)).join(', ')} again by choice`,
    };
  });
}

/** Micro-dollars. What failed phases have cost is no part of it: it says nothing about what finishing one takes. */
function expectedCost(phases: readonly PhaseName[], states: readonly EpisodeState[]): number | null {
  const each = phases.map((name) => {
    const completed = states
      .map((state) => tallyOf(state).phases[name])
      .filter((phase) => phase.completed > 0);
    return completed.length === 0
      ? null
      : Math.round(completed.reduce((sum, { spent }) => sum + spent, 0) / completed.length);
  });
  return each.includes(null) ? null : each.reduce<number>((sum, cost) => sum + (cost ?? 0), 0);
}
