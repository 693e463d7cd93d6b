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
import { decodeState, stateAfter, type RecordedState } from './decode.js';
import { inMemory, replaySession, scanSession } from './replay.js';

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

/** Every event of a session, oldest first; empty when the journal knows nothing of it. */
export function historyOf(journal: JournalPort, sessionId: SessionId): HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  let recorded: RecordedState | undefined;
  let last: EpisodeSnapshot | undefined;
  scanSession(journal, sessionId, (commit, entry, line) => {
    let before = last;
    recorded = stateAfter(entry, recorded, line);
    const end = inMemory(recorded, line.position, sessionId).snapshot;
    last = end;
    for (const [index, event] of entry.events.entries()) {
      const decision = decide(before, event);
      const after = index === entry.events.length - 1 || !decision.accepted ? end : decision.snapshot;
      entries.push({
        position: line.end,
        at: event.at,
        by: commit.by,
        type: event.type,
        event,
        state: stateName(after),
        total_cost: toDollars(after.context.money.spent),
      });
      before = after;
    }
  });
  return entries;
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
