import * as z from 'zod';
import {
  PersistedEpisode,
  ProductionError,
  RecordedEvent,
  isSessionId,
  type SessionId,
} from '../../machines/index.js';
import type { Change } from './delta.js';

/** One session's part in a commit: its events, and the persisted snapshot they led to, whole or as changes to the one before. */
export interface CommitEntry {
  session: SessionId;
  events: RecordedEvent[];
  snapshot?: PersistedEpisode;
  changes?: Change[];
}

/** What one journal line records: all of it happened or none. */
export interface Commit {
  at: string;
  /** Which process wrote it. */
  by: string;
  /**
   * Which handle wrote it, at random: no two write the same bytes. A writer looks whether its line is where it claims to be, and without this
   * would take another's equal one for its own.
   */
  handle: string;
  entries: CommitEntry[];
}

const Path = z.array(z.string());

/** The decoder of journal commits. The CRC has been checked before, so a mismatch means another program's journal, or a bug. */
export const CommitLine = z.object({
  at: z.string(),
  by: z.string(),
  handle: z.string(),
  entries: z.array(
    z.object({
      session: z.custom<SessionId>(isSessionId),
      events: z.array(RecordedEvent).min(1),
      snapshot: PersistedEpisode.optional(),
      changes: z.array(z.union([z.tuple([Path]), z.tuple([Path, z.unknown()])])).optional(),
    }),
  ),
});

/** Reads a commit that the journal has verified by CRC; with `strict`, checks every field too (used by audits). */
export function parseCommit(text: string, position: number, strict = false): Commit {
  const parsed: unknown = JSON.parse(text);
  if (strict) {
    const checked = CommitLine.safeParse(parsed);
    if (!checked.success) {
      const issue = checked.error.issues[0];
      throw new ProductionError(
        'journal_damaged',
        `the commit at ${position} is not one of this program's: ${issue?.path.join('.')}: ${issue?.message}.`,
      );
    }
  } else if (!looksLikeCommit(parsed)) {
    throw new ProductionError(
      'journal_damaged',
      `the line at ${position} is intact and yet no commit of this program; run showrunner doctor.`,
    );
  }
  return parsed as Commit;
}

function looksLikeCommit(value: unknown): value is Commit {
  const commit = value as Partial<Commit> | null;
  return (
    typeof commit?.at === 'string' &&
    Array.isArray(commit.entries) &&
    commit.entries.every((entry) => isSessionId(entry?.session) && Array.isArray(entry.events))
  );
}
