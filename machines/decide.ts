import type { RecordedEvent } from './episode/events.js';
import { explain } from './episode/explain.js';
import type { EpisodeSnapshot } from './episode/persisted.js';
import { initialSnapshot, nextSnapshot } from './episode/step.js';
import { refuse, type Refusal } from './episode/refusal.js';
import { statusOf } from './episode/status-of.js';

/** What comes of an event: the next snapshot, or why not. What to tell the world once it is on disk, `announce` says. */
export type Decision = { accepted: true; snapshot: EpisodeSnapshot } | Rejected;

type Rejected = { accepted: false; refusal: Refusal };

/**
 * Decides one event against one episode. Pure: no clock, no files, no randomness.
 * `snapshot` is undefined for `episode.created`, which must be a session's first event. The event must have been parsed.
 */
export function decide(snapshot: EpisodeSnapshot | undefined, event: RecordedEvent): Decision {
  if (event.type === 'episode.created') {
    return snapshot
      ? rejected(refuse('wrong_state', `${event.sessionId} exists already; create another session.`))
      : { accepted: true, snapshot: initialSnapshot(event) };
  }
  if (!snapshot)
    return rejected(
      refuse('session_unknown', `the session of this ${event.type} does not exist; create it first.`),
    );
  const next = nextSnapshot(snapshot, event);
  return next === snapshot ? rejected(explain(snapshot, event)) : { accepted: true, snapshot: next };
}

function rejected(refusal: Refusal): Rejected {
  return { accepted: false, refusal };
}

/** The seed's status of a snapshot. */
export function episodeStatus(snapshot: EpisodeSnapshot): ReturnType<typeof statusOf> {
  return statusOf(snapshot.value);
}
