import { phaseNames, type PhaseName, type PhaseStatus } from '../phase-names.js';
import type { EpisodeContext } from './context.js';
import { currentPhase } from './current-phase.js';
import { committedOf, leftOf, leftOfPhase } from './money.js';

/** The seed's status of one phase. */
export function phaseStatus(context: EpisodeContext, phase: PhaseName): PhaseStatus {
  return context.phases[phase].status;
}

/** Phases that are neither complete nor skipped. */
export function unfinishedPhases(context: EpisodeContext): PhaseName[] {
  return phaseNames.filter((phase) => !['complete', 'skipped'].includes(context.phases[phase].status));
}

/** Keys of operations whose outcome is unknown. */
export function heldOperations(context: EpisodeContext): string[] {
  return Object.entries(context.operations).flatMap(([key, operation]) =>
    operation.state === 'held' ? [key] : [],
  );
}

export { committedOf, currentPhase, leftOf, leftOfPhase };
