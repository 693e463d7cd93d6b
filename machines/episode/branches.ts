import type { PhaseName } from '../phases.js';
import type { EpisodeContext } from './context.js';
import type { EpisodeEvent } from './events.js';
import { checkResumePoint } from './_phase-checks.js';
import { checkComplete, checkForked, checkRestore } from './guards.js';
import { moneyMove, passesBudget, passesDay } from './money.js';

/** A guard that chooses between targets of one event. Pure. */
type Branch = (context: EpisodeContext, event: EpisodeEvent) => boolean;

const resumesAt =
  (phase: PhaseName): Branch =>
  (context, event) => {
    if (event.type === 'recovery.resume')
      return event.phase === phase && checkResumePoint(context, event) === null;
    if (event.type === 'checkpoint.restore')
      return event.resume === phase && checkRestore(context, event) === null;
    return event.type === 'episode.forked' && event.resume === phase && checkForked(context, event) === null;
  };

/** Branches by the names that the chart uses. Each is followed in the chart by a guarded way whose guard can explain a refusal. */
export const branches = {
  resumesAtResearch: resumesAt('research'),
  resumesAtScript: resumesAt('script'),
  resumesAtAudio: resumesAt('audio'),
  needsApproval: (context, event) =>
    event.type === 'phase.complete' &&
    context.rules.approvals.includes(event.phase) &&
    checkComplete(context, event) === null,
  /** The cost passes the episode's total, or a phase's hard budget. */
  passesBudget: (context, event) => mayLand(context, event) && passesBudget(context, event),
  passesDay: (context, event) => mayLand(context, event) && passesDay(context, event),
} satisfies Record<string, Branch>;

/** A repeated or unknown operation must reach the guard that explains it. */
function mayLand(context: EpisodeContext, event: EpisodeEvent): boolean {
  if (event.type === 'cost.recorded')
    return (
      event.key === undefined ||
      !(Object.hasOwn(context.settled, event.key) || Object.hasOwn(context.operations, event.key))
    );
  return event.type === 'operation.settled' && moneyMove(context, event) !== undefined;
}
