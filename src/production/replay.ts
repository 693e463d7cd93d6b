import { ProductionError, rehydrate, type EpisodeSnapshot, type PersistedEpisode, type SessionId } from '../../machines/index.js';
import type { Journal, JournalEntry } from '../journal/index.js';
import { parseCommit, type Commit, type CommitEntry } from './commit.js';
import { patch } from './delta.js';

/** A persisted episode and the journal position after the commit that led to it. */
export interface Located {
  persisted: PersistedEpisode;
  position: number;
}

/** The persisted snapshot after an entry. `before` is needed where the entry carries changes. */
export function persistedAfter(entry: CommitEntry, before: PersistedEpisode | undefined, position: number): PersistedEpisode {
  if (entry.snapshot) return entry.snapshot;
  if (!before || !entry.changes) {
    throw new ProductionError('journal_damaged', `the commit at ${position} changes ${entry.session}, whose earlier snapshot is missing.`, { sessionId: entry.session });
  }
  return patch(before, entry.changes) as PersistedEpisode;
}

/** The snapshot after an entry, in memory form. */
export function snapshotAfter(entry: CommitEntry, before: EpisodeSnapshot | undefined, position: number): EpisodeSnapshot {
  if (entry.snapshot) return rehydrate(entry.snapshot);
  if (!before || !entry.changes) return rehydrate(persistedAfter(entry, undefined, position));
  const { context } = patch({ context: before.context }, entry.changes) as Pick<PersistedEpisode, 'context'>;
  return rehydrate({ status: 'active', value: before.value, context, children: {}, historyValue: {} });
}

/** Walks one session's commits in the journal, from its first. The text is searched before it is parsed: most lines are others'. */
export function scanSession(journal: Journal, sessionId: SessionId, onCommit: (commit: Commit, entry: CommitEntry, line: JournalEntry) => void, to?: number): void {
  const mark = `"session":"${sessionId}"`;
  journal.scan((line) => {
    if (!line.text.includes(mark)) return;
    const commit = parseCommit(line.text, line.position);
    for (const entry of commit.entries) if (entry.session === sessionId) onCommit(commit, entry, line);
  }, to === undefined ? {} : { to });
}

/** One episode as the journal has it, up to `to`; undefined when it says nothing of it. */
export function replaySession(journal: Journal, sessionId: SessionId, to?: number): Located | undefined {
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
