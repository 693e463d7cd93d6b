import type { PhaseName } from '../phase-names.js';
import type { EpisodeContext } from './context.js';

/** A score that policy asks for before a phase may complete, and that is missing or too low. */
export interface MissedGate {
  name: string;
  least: number;
  /** Undefined: not recorded. */
  score: number | undefined;
}

/** The gates of a phase that the scores do not pass. */
export function missedGates(
  { rules, quality }: Pick<EpisodeContext, 'rules' | 'quality'>,
  phase: PhaseName,
): MissedGate[] {
  return Object.entries(rules.quality[phase] ?? {}).flatMap(([name, least]) => {
    const score = Object.hasOwn(quality, name) ? quality[name] : undefined;
    return score === undefined || score < least ? [{ name, least, score }] : [];
  });
}
