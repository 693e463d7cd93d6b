import type { JournalPort } from '../journal/index.js';
import { decodeCommit } from './decode.js';

/** A commit whose clock was ahead. */
export interface CommitAhead {
  /** Where it begins in the journal. */
  position: number;
  at: string;
  /** The process that wrote it. */
  writer: string;
}

/** The first of the commits that are later than `now`, after the last time that somebody set the clock right. */
export function commitAhead(journal: JournalPort, now: string, lastAt: string): CommitAhead | undefined {
  if (lastAt <= now) return undefined;
  let first: CommitAhead | undefined;
  journal.scan((line) => {
    const { at, by, clock } = decodeCommit(line);
    if (clock) first = undefined;
    if (at > now) first ??= { position: line.position, at, writer: by };
  });
  return first;
}

/** A commit that got the disk's time, since its writer's clock was ahead of everybody's. */
export interface MarkedAhead extends CommitAhead {
  /** What that clock said. */
  said: string;
}

/** The last of them, after the last time that somebody said which clock is right. */
export function markedAhead(journal: JournalPort): MarkedAhead | undefined {
  let last: MarkedAhead | undefined;
  journal.scan((line) => {
    const { at, by, ahead, clock } = decodeCommit(line);
    if (clock) last = undefined;
    if (ahead !== undefined) last = { position: line.position, at, writer: by, said: ahead };
  });
  return last;
}
