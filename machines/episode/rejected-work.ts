import type { PhaseName } from '../phase-names.js';
import type { EpisodeContext } from './context.js';

/** The checkpoint that keeps what was rejected of a revision. */
export function rejectedName(phase: PhaseName, revision: number): string {
  return `${phase}_rejected_${revision}`;
}

/** The name of the checkpoint that keeps the present revision's rejected work; null where none does. */
export function keptRejected(
  { phases, checkpoints }: Pick<EpisodeContext, 'phases' | 'checkpoints'>,
  phase: PhaseName,
): string | null {
  const name = rejectedName(phase, phases[phase].revision);
  return Object.hasOwn(checkpoints, name) ? name : null;
}
