import { isFinished, phaseNames, type PhaseName } from '../phase-names.js';
import type { EpisodeContext } from './context.js';

/** The first phase that is neither complete nor skipped; null when all are. */
export function currentPhase(context: Pick<EpisodeContext, 'phases'>): PhaseName | null {
  return phaseNames.find((phase) => !isFinished(context.phases[phase].status)) ?? null;
}
