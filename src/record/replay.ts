import {
  machineVersion,
  rehydrate,
  type EpisodeSnapshot,
  type PersistedEpisode,
  type SessionId,
} from '../../machines/index.js';
import type { JournalPort, JournalEntry } from '../journal/index.js';
import type { Commit, CommitEntry } from './commit.js';
import {
  asDamage,
  decodeCommit,
  decodeState,
  recordedNow,
  stateAfter,
  type RecordedState,
} from './decode.js';
import { placesIn } from './session-places.js';

/** A recorded state and the journal position after the commit that led to it. */
export interface Located {
  recorded: RecordedState;
  position: number;
}

/** An episode in memory; and as it was recorded, where an older version did that, since the changes that follow may be in its form. */
export interface Followed {
  snapshot: EpisodeSnapshot;
  older?: RecordedState | undefined;
}

/** The episode after an entry that follows on what is in memory. */
export function afterEntry(
  entry: CommitEntry,
  { snapshot, older }: { snapshot: EpisodeSnapshot | undefined; older: RecordedState | undefined },
  line: JournalEntry,
): Followed {
  const known = older ?? (snapshot && recordedNow(snapshot));
  const recorded = stateAfter(entry, known, line);
  const { value, context } = recorded.persisted as PersistedEpisode;
  // Most change the context alone.
  if (snapshot && !older && entry.snapshot === undefined && value === snapshot.value)
    return { snapshot: { ...snapshot, context } };
  return inMemory(recorded, line.position, entry.session);
}

/** @throws ProductionError `journal_damaged`, when what is recorded is no episode. */
export function inMemory(recorded: RecordedState, position: number, sessionId: SessionId): Followed {
  try {
    const snapshot = rehydrate(decodeState(recorded));
    return recorded.version === machineVersion ? { snapshot } : { snapshot, older: recorded };
  } catch (error) {
    throw asDamage(error, position, sessionId);
  }
}

const never = Number.POSITIVE_INFINITY;

type OnCommit = (commit: Commit, entry: CommitEntry, line: JournalEntry) => void;

interface Walk {
  /** Where to begin, after an earlier walk; without it at the session's first commit. */
  from?: number | undefined;
  to?: number | undefined;
  /** Hears of every line that was looked at, also of others', after its commit was given. */
  onLine?: ((line: JournalEntry) => void) | undefined;
}

/** Walks one session's commits in the journal, from its first. The text is searched before it is parsed: most lines are others'. */
export function scanSession(
  journal: JournalPort,
  sessionId: SessionId,
  onCommit: OnCommit,
  { from, to, onLine }: Walk = {},
): void {
  const onOwn = commitsOf(sessionId, onCommit);
  const onEach = (line: JournalEntry): void => {
    onOwn(line);
    onLine?.(line);
  };
  const places = placesIn(journal);
  if (from === undefined && !places.isMade) {
    places.make(journal, (line) => {
      if (to === undefined || line.position < to) onEach(line);
    });
    return;
  }
  if (from !== undefined) return journal.scan(onEach, { from, ...(to === undefined ? {} : { to }) });
  places.catchUp(journal);
  const first = places.first(sessionId);
  const last = places.last(sessionId);
  // A line that begins before is given: the last one is.
  if (first !== undefined && last !== undefined)
    journal.scan(onEach, { from: first, to: Math.min(to ?? never, last + 1) });
}

function commitsOf(sessionId: SessionId, onCommit: OnCommit): (line: JournalEntry) => void {
  const mark = `"session":"${sessionId}"`;
  return (line) => {
    if (!line.text.includes(mark)) return;
    const commit = decodeCommit(line);
    for (const entry of commit.entries) if (entry.session === sessionId) onCommit(commit, entry, line);
  };
}

/** One episode as the journal has it, up to `to`; undefined when it says nothing of it. */
export function replaySession(journal: JournalPort, sessionId: SessionId, to?: number): Located | undefined {
  const near = replayFromWhole(journal, sessionId, to);
  if (near) return near;
  let found: Located | undefined;
  scanSession(
    journal,
    sessionId,
    (_commit, entry, line) => {
      found = { recorded: stateAfter(entry, found?.recorded, line), position: line.end };
    },
    { to },
  );
  return found;
}

/** The same from the last snapshot that was written whole; undefined where none is known to be. */
function replayFromWhole(journal: JournalPort, sessionId: SessionId, to = never): Located | undefined {
  const places = placesIn(journal);
  if (!places.isMade) return undefined;
  places.catchUp(journal);
  const at = places.sinceWhole(sessionId, to);
  let found: Located | undefined;
  let isBroken = false;
  let read = 0;
  const onOwn = commitsOf(sessionId, (_commit, entry, line) => {
    // What looked like a whole snapshot was somebody's data.
    isBroken ||= !found && entry.snapshot === undefined;
    if (!isBroken) found = { recorded: stateAfter(entry, found?.recorded, line), position: line.end };
  });
  journal.scan(
    (line) => {
      read += 1;
      onOwn(line);
    },
    { at },
  );
  return isBroken || read < at.length ? undefined : found;
}
