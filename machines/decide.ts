import { announce, type Announcement } from './episode/announcements.js';
import { type EpisodeEvent, type RecordedEvent } from './episode/events.js';
import { explain } from './episode/explain.js';
import { initialSnapshot, nextSnapshot, type EpisodeSnapshot } from './episode/persisted.js';
import { refuse, type Refusal } from './episode/refusal.js';
import { statusOf } from './episode/context.js';

/** What comes of an event: the next snapshot and what to tell the world once it is on disk, or why not. */
export type Decision =
  { accepted: true; snapshot: EpisodeSnapshot; announcements: Announcement[] } | Rejected;

type Rejected = { accepted: false; refusal: Refusal };

/**
 * Decides one event against one episode. Pure: no clock, no files, no randomness.
 * `snapshot` is undefined for `episode.created`, which must be a session's first event. The event must have been parsed.
 */
export function decide(snapshot: EpisodeSnapshot | undefined, event: RecordedEvent): Decision {
  const advanced = advance(snapshot, event);
  if (!advanced.accepted) return advanced;
  return {
    accepted: true,
    snapshot: advanced.snapshot,
    announcements: announcementsOf(snapshot, event, advanced.snapshot),
  };
}

/** {@link decide} without the announcements, for who has nobody to tell. */
export function advance(
  snapshot: EpisodeSnapshot | undefined,
  event: RecordedEvent,
): { accepted: true; snapshot: EpisodeSnapshot } | Rejected {
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

/** What an accepted event tells the world. Pure. */
export function announcementsOf(
  before: EpisodeSnapshot | undefined,
  event: RecordedEvent,
  after: EpisodeSnapshot,
): Announcement[] {
  if (event.type === 'episode.created')
    return [{ type: 'created', sessionId: event.sessionId, at: event.at }];
  return before ? announce(before, event, after) : [];
}

/** The refusal that `event` would meet now, or null: a dry run of {@link decide}. */
export function wouldRefuse(snapshot: EpisodeSnapshot, event: EpisodeEvent): Refusal | null {
  return nextSnapshot(snapshot, event) === snapshot ? explain(snapshot, event) : null;
}

function rejected(refusal: Refusal): Rejected {
  return { accepted: false, refusal };
}

/** The seed's status of a snapshot. */
export function episodeStatus(snapshot: EpisodeSnapshot): ReturnType<typeof statusOf> {
  return statusOf(snapshot.value);
}
