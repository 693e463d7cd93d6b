import type { SessionId } from '../../machines/index.js';
import type { JournalPort, JournalEntry } from '../journal/index.js';
import type { Commit, CommitEntry } from './commit.js';
import { decodeCommit } from './decode.js';
import { replaySteps } from './replay-steps.js';
import { afterEntry, inMemory, replaySession, type Followed } from './replay.js';
import type { Committed, DecidedStep } from './step.js';

// Episodes are taken up in turns: whoever has not been met for so many others is read from the journal again.
const mostFollowed = 2000;

/** Reads a journal's commits on from a position, each with the snapshots around its events, as whoever listened at the time heard them. */
export class CommitsAfter {
  readonly #journal: JournalPort;
  /** The episodes met last, that which was met longest ago first. */
  readonly #episodes = new Map<SessionId, Followed>();
  readonly #most: number;
  #position: number;

  /** `most` is how many episodes are kept in memory. */
  constructor(journal: JournalPort, position: number, most = mostFollowed) {
    this.#most = most;
    this.#journal = journal;
    this.#position = position;
  }

  /** The next commits that begin before `to`, at most so many; none when there are no more. */
  next(most: number, to: number): Committed[] {
    const found: Committed[] = [];
    this.#journal.scan((line) => found.push(this.#committed(line)), { from: this.#position, to, most });
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
    this.#keep(entry.session, followed);
    const steps = replaySteps(entry, known?.snapshot);
    const last = steps.at(-1);
    if (last) last.after = followed.snapshot;
    return steps;
  }

  #keep(sessionId: SessionId, followed: Followed): void {
    this.#episodes.delete(sessionId);
    this.#episodes.set(sessionId, followed);
    if (this.#episodes.size <= this.#most) return;
    const [longestAgo] = this.#episodes.keys();
    if (longestAgo !== undefined) this.#episodes.delete(longestAgo);
  }

  /** How many episodes are in memory. */
  get followed(): number {
    return this.#episodes.size;
  }

  #before(sessionId: SessionId, position: number): Followed | undefined {
    const located = replaySession(this.#journal, sessionId, position);
    return located && inMemory(located.recorded, located.position, sessionId);
  }
}
