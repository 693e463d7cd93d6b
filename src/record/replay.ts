import {
  ProductionError,
  rehydrate,
  type EpisodeSnapshot,
  type PersistedEpisode,
  type SessionId,
} from '../../machines/index.js';
import type { Journal, JournalEntry } from '../journal/index.js';
import { parseCommit, type Commit, type CommitEntry } from './commit.js';
import { patch } from './delta.js';
import { placesIn } from './session-places.js';

/** A persisted episode and the journal position after the commit that led to it. */
export interface Located {
  persisted: PersistedEpisode;
  position: number;
}

/** The persisted snapshot after an entry. `before` is needed where the entry carries changes. */
export function persistedAfter(
  entry: CommitEntry,
  before: PersistedEpisode | undefined,
  position: number,
): PersistedEpisode {
  if (entry.snapshot) return entry.snapshot;
  if (!before || !entry.changes) {
    throw new ProductionError(
      'journal_damaged',
      `the commit at ${position} changes ${entry.session}, whose earlier snapshot is missing.`,
      { sessionId: entry.session },
    );
  }
  return patch(before, entry.changes) as PersistedEpisode;
}

/** The snapshot after an entry, in memory form. */
export function snapshotAfter(
  entry: CommitEntry,
  before: EpisodeSnapshot | undefined,
  position: number,
): EpisodeSnapshot {
  if (entry.snapshot) return rehydrate(entry.snapshot);
  if (!before || !entry.changes) return rehydrate(persistedAfter(entry, undefined, position));
  const { context } = patch({ context: before.context }, entry.changes) as Pick<PersistedEpisode, 'context'>;
  return rehydrate({ status: 'active', value: before.value, context, children: {}, historyValue: {} });
}

type OnCommit = (commit: Commit, entry: CommitEntry, line: JournalEntry) => void;

/** Walks one session's commits in the journal, from its first. The text is searched before it is parsed: most lines are others'. */
export function scanSession(journal: Journal, sessionId: SessionId, onCommit: OnCommit, to?: number): void {
  const onLine = commitsOf(sessionId, onCommit);
  const places = placesIn(journal);
  if (!places.isMade) {
    places.make(journal, (line) => {
      if (to === undefined || line.position < to) onLine(line);
    });
    return;
  }
  places.catchUp(journal);
  const from = places.first(sessionId);
  if (from !== undefined) journal.scan(onLine, { from, ...(to === undefined ? {} : { to }) });
}

function commitsOf(sessionId: SessionId, onCommit: OnCommit): (line: JournalEntry) => void {
  const mark = `"session":"${sessionId}"`;
  return (line) => {
    if (!line.text.includes(mark)) return;
    const commit = parseCommit(line.text, line.position);
    for (const entry of commit.entries) if (entry.session === sessionId) onCommit(commit, entry, line);
  };
}

/** One episode as the journal has it, up to `to`; undefined when it says nothing of it. */
export function replaySession(journal: Journal, sessionId: SessionId, to?: number): Located | undefined {
  const near = replayFromWhole(journal, sessionId, to);
  if (near) return near;
  let found: Located | undefined;
  scanSession(
    journal,
    sessionId,
    (_commit, entry, line) => {
      found = { persisted: persistedAfter(entry, found?.persisted, line.position), position: line.end };
    },
    to,
  );
  return found;
}

/** The same from the last snapshot that was written whole; undefined where none is known to be. */
function replayFromWhole(
  journal: Journal,
  sessionId: SessionId,
  to = Number.POSITIVE_INFINITY,
): Located | undefined {
  const places = placesIn(journal);
  if (!places.isMade) return undefined;
  places.catchUp(journal);
  const from = places.wholeBefore(sessionId, to);
  if (from === undefined) return undefined;
  let found: Located | undefined;
  let isBroken = false;
  const onCommit: OnCommit = (_commit, entry, line) => {
    // What looked like a whole snapshot was somebody's data.
    isBroken ||= !found && !entry.snapshot;
    if (!isBroken)
      found = { persisted: persistedAfter(entry, found?.persisted, line.position), position: line.end };
  };
  journal.scan(commitsOf(sessionId, onCommit), { from, to });
  return isBroken ? undefined : found;
}
