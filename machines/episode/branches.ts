import type { PhaseName } from '../phase-names.js';
import type { Check } from './check.js';
import type { EpisodeContext } from './context.js';
import type { EpisodeEvent } from './events.js';
import { hasKey } from './key-tree.js';
import { checkMover } from './_claim-checks.js';
import { checkResumePoint } from './_phase-checks.js';
import { checkComplete, checkCorrected, checkForked, checkRestore } from './guards.js';
import { unfinishedPhases } from './selectors.js';
import { moneyMove, passesBudget, passesDay } from './money.js';

/** A guard that chooses between targets of one event. Pure. */
type Branch = (context: EpisodeContext, event: EpisodeEvent) => boolean;

/** Why the episode cannot go on at the phase that the event names: each of the three branches by phase gives the same answer. */
export const explainResume: Check = (context, event) => {
  if (event.type === 'recovery.resume') return checkResumePoint(context, event);
  if (event.type === 'checkpoint.restore') return checkRestore(context, event);
  return event.type === 'episode.forked' ? checkForked(context, event) : null;
};

const resumesAt =
  (phase: PhaseName): Branch =>
  (context, event) =>
    phaseToResume(event) === phase && explainResume(context, event) === null;

function phaseToResume(event: EpisodeEvent): PhaseName | undefined {
  if (event.type === 'recovery.resume') return event.phase;
  return event.type === 'checkpoint.restore' || event.type === 'episode.forked' ? event.resume : undefined;
}

/** Branches by the names that the chart uses. A refusal is explained by {@link explainResume}, or by the guard of the way that follows in the chart. */
export const branches = {
  resumesAtResearch: resumesAt('research'),
  resumesAtScript: resumesAt('script'),
  resumesAtAudio: resumesAt('audio'),
  needsApproval: (context, event) =>
    event.type === 'phase.complete' &&
    context.rules.approvals.includes(event.phase) &&
    checkComplete(context, event) === null,
  /** Nothing of the episode is unfinished. */
  isFinished: (context, event) =>
    unfinishedPhases(context).length === 0 && checkMover(context, event) === null,
  /** The cost passes the episode's total, or a phase's hard budget. */
  passesBudget: (context, event) => mayLand(context, event) && passesBudget(context, event),
  passesDay: (context, event) => mayLand(context, event) && passesDay(context, event),
} satisfies Record<string, Branch>;

/** A repeated or unknown operation must reach the guard that explains it. */
function mayLand(context: EpisodeContext, event: EpisodeEvent): boolean {
  if (event.type === 'cost.recorded')
    return (
      event.key === undefined ||
      !(hasKey(context.paid, event.key) || Object.hasOwn(context.operations, event.key))
    );
  if (event.type === 'cost.corrected') return checkCorrected(context, event) === null;
  return event.type === 'operation.settled' && moneyMove(context, event) !== undefined;
}
