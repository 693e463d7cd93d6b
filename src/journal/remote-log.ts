import type { LandingRequest } from './landing-request.js';

/**
 * A log of bytes that many machines append to: what carries a journal past one machine (docs/distributed.md).
 * Positions are bytes from the journal's beginning, headers and seals included. Every call may be made again after it failed.
 */
export interface RemoteLog {
  /** What it is and where, for people: without passwords. */
  readonly name: string;
  /** Where it ended when its last answer was made, where answers tell that: who has read up to there after that answer has everything. */
  readonly knownEnd?: number | undefined;
  /**
   * Lands only where the log ends exactly at `position`; durable when it resolves. `key` is the same at each resend of one append: an append whose
   * answer was lost is made once, and says that it landed, whatever has landed behind it.
   * @throws ProductionError `journal_unavailable` when the outcome is unknown (with the field `key` where to send it again tells nothing more), `machine_broken` when `key` has landed with other bytes or elsewhere.
   */
  append(position: number, bytes: Uint8Array, key: string): Promise<AppendAnswer>;
  /**
   * Lands commits at the log's end by {@link placeLanding}, also where others came after what they were decided upon. `key` as above. Without it
   * every commit is an {@link append}.
   * @throws ProductionError `journal_unavailable` when the outcome is unknown, `production_upgraded`.
   */
  land?(request: LandingRequest, key: string): Promise<LandingAnswer>;
  /** The bytes from `position` on, which may lie inside an append, to the end of some append; about `most`, and at least that of one append. Empty at the end. */
  read(position: number, most?: number): Promise<Uint8Array>;
  end(): Promise<{ end: number; at: string }>;
  /** Calls back when something may have been appended by anyone, until the returned function is called. */
  follow(onChange: () => void): () => void;
  /**
   * Waits for this client's turn: fair, first come first served. Until it is given back nobody else's append lands. A dead holder's turn ends by itself.
   */
  turn(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** `at` is the log's own time, ISO-8601 UTC. */
export interface AppendAnswer {
  landed: boolean;
  at: string;
}

/** `moved`: decide again; `turn`: somebody has a turn, and nothing else lands until it is over. */
export interface LandingAnswer {
  outcome: 'landed' | 'moved' | 'turn';
  /** Where the lines lie, where they landed. */
  lines: { position: number; end: number }[];
  /** The log from where the commits were decided to the end of their last line, where it is at hand. */
  bytes?: Uint8Array | undefined;
  at: string;
}
