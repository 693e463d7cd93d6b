import type { EpisodeEvent, EpisodeEventType } from './events.js';
import { episodeEventTypes } from './events.js';
import { explainResume } from './branches.js';
import type { Check } from './check.js';
import { checks } from './guards.js';
import type { EpisodeSnapshot } from './persisted.js';
import { refuse, type Refusal } from './refusal.js';
import { spoken } from './spoken.js';
import { stateName } from './state-name.js';

/** Why the machine takes no transition for `event`: the reason of the guard that refused, or that the state has no way for it. */
export function explain(snapshot: EpisodeSnapshot, event: EpisodeEvent): Refusal {
  for (const name of guardsFor(snapshot, event.type)) {
    const check = Object.hasOwn(checks, name) ? (checks as Record<string, unknown>)[name] : explainResume;
    const refusal = (check as Check)(snapshot.context, event);
    if (refusal) return refusal;
  }
  const possible = possibleEvents(snapshot).filter((type) => !quiet.has(type));
  const ways = [...new Set(possible.map(spoken))].join(', ') || 'nothing';
  return refuse(
    'wrong_state',
    `${snapshot.context.sessionId} is in ${stateName(snapshot)}, where ${spoken(event.type)} is not possible${hint(snapshot)}; possible here: ${ways}.`,
  );
}

/** The event types for which the present state has a way, guards aside. */
export function possibleEvents(snapshot: EpisodeSnapshot): EpisodeEventType[] {
  return episodeEventTypes.filter((type) => waysFor(snapshot, type).length > 0);
}

// Always possible, hence not worth listing in an error.
const quiet = new Set<EpisodeEventType>([
  'episode.forked',
  'cost.recorded',
  'cost.corrected',
  'operation.settled',
  'operation.released',
  'operation.held',
  'operation.retry',
  'phase.sleep',
  'result.recorded',
  'artifact.edited',
  'quality.recorded',
  'episode.scheduled',
  'crew.chosen',
  'lease.claim',
  'lease.renew',
  'lease.release',
  'notice.begin',
  'notice.given',
  'notice.failed',
  'notice.remind',
  'budget.raise',
  'budget.set',
  'rules.changed',
  'checkpoint.save',
]);

// A failure's message may fill a screen; an error is one sentence.
const longestHint = 200;

function hint(snapshot: EpisodeSnapshot): string {
  const { failure } = snapshot.context;
  return failure
    ? ` (it failed: ${failure.code}, ${failure.message.slice(0, longestHint).toWellFormed()})`
    : '';
}

function guardsFor(snapshot: EpisodeSnapshot, type: EpisodeEventType): string[] {
  return waysFor(snapshot, type).flatMap((way) => (typeof way.guard === 'string' ? [way.guard] : []));
}

/** The innermost state that mentions the event decides; a mention without a way forbids it. */
function waysFor(snapshot: EpisodeSnapshot, type: EpisodeEventType): { guard?: unknown }[] {
  const nodes = snapshot._nodes.toSorted((a, b) => b.path.length - a.path.length);
  for (const node of nodes) {
    const ways = node.transitions.get(type);
    if (ways) return ways.filter((way) => way.target !== undefined || way.actions.length > 0);
  }
  return [];
}
