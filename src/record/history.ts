import {
  decide,
  stateName,
  toDollars,
  type EpisodeSnapshot,
  type PersistedEpisode,
  type RecordedEvent,
  type SessionId,
} from '../../machines/index.js';
import type { JournalPort } from '../journal/index.js';
import type { Commit, CommitEntry } from './commit.js';
import { decodeState } from './decode.js';
import { afterEntry, replaySession, scanSession, type Followed } from './replay.js';

/** One event of a session's past. */
export interface HistoryEntry {
  /** Journal position after the commit it belongs to: pass it to `stateAt`. */
  position: number;
  at: string;
  /** The process that wrote it. */
  by: string;
  type: RecordedEvent['type'];
  event: RecordedEvent;
  /** The state after it: `script.active`. */
  state: string;
  /** The episode's spending after it, in decimal dollars. */
  total_cost: number;
}

/** Hears after each line of the journal how far it has been read. Bytes. */
export type OnJournal = (read: number, end: number) => void;

/** Every event of a session, oldest first; empty when the journal knows nothing of it. */
export function historyOf(journal: JournalPort, sessionId: SessionId, onJournal?: OnJournal): HistoryEntry[] {
  return new SessionPast(journal, sessionId).next(onJournal);
}

/** A session's past, by and by: each look reads what has come since the one before, and no more. */
export class SessionPast {
  readonly #journal: JournalPort;
  readonly #sessionId: SessionId;
  #last: Followed | undefined;
  /** Where the last look ended. */
  #end: number | undefined;

  constructor(journal: JournalPort, sessionId: SessionId) {
    this.#journal = journal;
    this.#sessionId = sessionId;
  }

  /** Every event since the last look, oldest first. What throws has looked at nothing. */
  next(onJournal?: OnJournal): HistoryEntry[] {
    const entries: HistoryEntry[] = [];
    const until = onJournal ? this.#journal.end() : 0;
    let end = this.#end;
    let last = this.#last;
    scanSession(
      this.#journal,
      this.#sessionId,
      (commit, entry, line) => {
        const before = last?.snapshot;
        last = afterEntry(entry, { snapshot: before, older: last?.older }, line);
        entries.push(...entriesOf(commit, entry, line.end, { before, after: last.snapshot }));
      },
      {
        from: end,
        onLine: (line) => {
          end = line.end;
          onJournal?.(line.end, until);
        },
      },
    );
    this.#end = end;
    this.#last = last;
    return entries;
  }
}

/** Where an entry has several events, what came between them is decided again. */
function entriesOf(
  { by }: Commit,
  { events }: CommitEntry,
  position: number,
  { before, after: end }: { before: EpisodeSnapshot | undefined; after: EpisodeSnapshot },
): HistoryEntry[] {
  let present = before;
  return events.map((event, index) => {
    const decision = index === events.length - 1 ? undefined : decide(present, event);
    const after = decision?.accepted ? decision.snapshot : end;
    present = after;
    return {
      position,
      at: event.at,
      by,
      type: event.type,
      event,
      state: stateName(after),
      total_cost: toDollars(after.context.money.spent),
    };
  });
}

/** The persisted snapshot as it stood at a journal position; undefined when the session did not exist then. */
export function stateAt(
  journal: JournalPort,
  sessionId: SessionId,
  position: number,
): PersistedEpisode | undefined {
  const found = replaySession(journal, sessionId, position);
  return found && decodeState(found.recorded);
}
