import { isFinished, phaseNames, type PhaseName } from '../phase-names.js';
import { checkMover } from './_claim-checks.js';
import type { Check } from './check.js';
import type { EpisodeContext, Phases } from './context.js';
import { currentPhase } from './current-phase.js';
import type { EventOf } from './events.js';
import { refuse, type Refusal } from './refusal.js';

/** An intent that names a phase must name the one that is under way. */
export const checkPhase = (context: EpisodeContext, phase: PhaseName): Refusal | null => {
  const current = currentPhase(context);
  if (phase === current) return null;
  const { status } = context.phases[phase];
  const why = isFinished(status)
    ? `${phase} is ${status} already`
    : `${phase} cannot come before ${current} is finished`;
  const next = current === null ? 'no phase is left to work on' : `go on with ${current}`;
  return refuse('phase_out_of_order', `${why} in ${context.sessionId}; ${next}.`);
};

/** Whoever goes on at a phase must have finished those before it; else no phase could ever start. */
export const checkProgress = (
  { sessionId }: EpisodeContext,
  phases: Phases,
  resume: PhaseName,
): Refusal | null => {
  const missing = phaseNames
    .slice(0, phaseNames.indexOf(resume))
    .find((phase) => !isFinished(phases[phase].status));
  return missing
    ? refuse(
        'phase_out_of_order',
        `${sessionId} cannot go on with ${resume}: ${missing} is not finished there; resume at ${missing}.`,
      )
    : null;
};

/** Recovery goes to the first unfinished phase, or to an earlier one by choice. */
export const checkResumePoint: Check<EventOf<'recovery.resume'>> = (context, event) => {
  const early = checkMover(context, event);
  if (early) return early;
  const first = currentPhase(context);
  if (first !== null && phaseNames.indexOf(event.phase) > phaseNames.indexOf(first)) {
    return refuse(
      'phase_out_of_order',
      `${context.sessionId} cannot resume at ${event.phase}: ${first} is not finished; resume at ${first}.`,
    );
  }
  return null;
};
