import type { SessionId } from '../../machines/index.js';
import type { Journal, JournalEntry } from '../journal/index.js';
import type { Commit, CommitEntry } from './commit.js';
import { decodeCommit } from './decode.js';
import { replaySteps } from './replay-steps.js';
import { afterEntry, inMemory, replaySession, type Followed } from './replay.js';
import type { Committed, DecidedStep } from './step.js';

/** Reads a journal's commits on from a position, each with the snapshots around its events, as whoever listened at the time heard them. */
export class CommitsAfter {
  readonly #journal: Journal;
  readonly #episodes = new Map<SessionId, Followed>();
  #position: number;

  constructor(journal: Journal, position: number) {
    this.#journal = journal;
    this.#position = position;
  }

  /** The next commits that begin before `to`, at most so many; none when there are no more. */
  next(most: number, to: number): Committed[] {
    const found: Committed[] = [];
    this.#journal.scan(
      (line) => {
        if (found.length < most) found.push(this.#committed(line));
      },
      { from: this.#position, to },
    );
    this.#position = found.at(-1)?.end ?? this.#position;
    return found;
  }

  #committed(line: JournalEntry): Committed {
    const commit: Commit = decodeCommit(line);
    const { position, end } = line;
    return {
      position,
      end,
      at: commit.at,
      by: commit.by,
      local: false,
      steps: commit.entries.flatMap((entry) => this.#steps(entry, line)),
      policy: commit.policy,
      opening: commit.opening,
    };
  }

  #steps(entry: CommitEntry, line: JournalEntry): DecidedStep[] {
    const known = this.#episodes.get(entry.session) ?? this.#before(entry.session, line.position);
    const followed = afterEntry(entry, { snapshot: known?.snapshot, older: known?.older }, line);
    this.#episodes.set(entry.session, followed);
    const steps = replaySteps(entry, known?.snapshot);
    const last = steps.at(-1);
    if (last) last.after = followed.snapshot;
    return steps;
  }

  #before(sessionId: SessionId, position: number): Followed | undefined {
    const located = replaySession(this.#journal, sessionId, position);
    return located && inMemory(located.recorded, located.position, sessionId);
  }
}
