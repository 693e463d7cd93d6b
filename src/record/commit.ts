import * as z from 'zod';
import type { RecordedEvent } from '../../machines/index.js';
import { Actor, Reason, isSessionId, type SessionId } from '../../machines/index.js';
import type { Change } from './delta.js';
import type { OpeningSet } from './opening-record.js';
import type { PolicyChange } from './policy-record.js';

/**
 * One session's part in a commit: its events, and the persisted snapshot they led to, whole or as changes to the one before. Snapshot and
 * changes are in the form of the machine version that wrote them.
 */
export interface CommitEntry {
  session: SessionId;
  events: RecordedEvent[];
  snapshot?: unknown;
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
  /** A change of the production's policy. Such a line need not have entries. Written since machine version 2. */
  policy?: PolicyChange;
  /** Somebody has said that the clock of this commit is right and an earlier one was ahead: times go on from here. Written since machine version 2. */
  clock?: ClockAccepted;
  /** What an older production had spent outside of its episodes. Such a line need not have entries. Written since machine version 2. */
  opening?: OpeningSet[];
  /** What the writer's clock said, where it was ahead of everybody's: `at` is the disk's time then. Written since machine version 2. */
  ahead?: string | undefined;
}

/** Who goes on with a clock that is behind the last commit's, and why. */
export interface ClockAccepted {
  by: string;
  reason: string;
  /** What the last commit said; ISO-8601 UTC. */
  from: string;
}

const Path = z.array(z.string());

/** The form of a commit's line, whatever the machine version of what is in it. The CRC has been checked before, so a mismatch means another program's journal, or a bug. */
export const CommitLine = z.object({
  at: z.string(),
  ahead: z.string().optional(),
  by: z.string(),
  handle: z.string(),
  entries: z.array(
    z.object({
      session: z.custom<SessionId>(isSessionId),
      events: z.array(z.unknown()).min(1),
      snapshot: z.unknown().optional(),
      changes: z.array(z.union([z.tuple([Path]), z.tuple([Path, z.unknown()])])).optional(),
    }),
  ),
  /** Its form is {@link decodePolicy}'s to check. */
  policy: z.unknown().optional(),
  clock: z.object({ by: Actor, reason: Reason, from: z.iso.datetime() }).optional(),
  /** Its form is `OpeningRecord`'s to check. */
  opening: z.unknown().optional(),
  /** Its form is `RedactionRecord`'s to check. */
  redaction: z.unknown().optional(),
});

/**
 * Whether a line is a commit in which {@link CommitLine} would find nothing wrong, as far as a short look tells: a no says nothing. Most lines are
 * such, and asking Zod was a tenth of an audit (Node 20.20, zod 4.6.7). A test holds this against the schema.
 */
export function isPlainCommit(line: unknown): line is Commit {
  const { at, ahead, by, handle, entries, clock } = (line ?? {}) as Partial<Record<keyof Commit, unknown>>;
  return (
    typeof at === 'string' &&
    typeof by === 'string' &&
    typeof handle === 'string' &&
    ahead === undefined &&
    clock === undefined &&
    Array.isArray(entries) &&
    entries.every(isPlainEntry)
  );
}

function isPlainEntry(entry: unknown): boolean {
  const { session, events, changes } = (entry ?? {}) as Partial<Record<keyof CommitEntry, unknown>>;
  return (
    typeof session === 'string' &&
    isSessionId(session) &&
    Array.isArray(events) &&
    events.length > 0 &&
    (changes === undefined || (Array.isArray(changes) && changes.every(isPlainChange)))
  );
}

function isPlainChange(change: unknown): boolean {
  if (!Array.isArray(change) || change.length < 1 || change.length > 2) return false;
  const path: unknown = change[0];
  return Array.isArray(path) && path.every((key) => typeof key === 'string');
}
