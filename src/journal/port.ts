import type { Compacted } from './compact.js';
import type { Inspection } from './inspect.js';
import type { EncodedLine } from './line.js';
import type { LandingRequest } from './landing-request.js';
import type { LogTraffic } from './log-traffic.js';
import type { JournalEntry } from './reader.js';
import type { ScanRange } from './scan.js';
import type { ProductionError } from '../../machines/index.js';

/** What became of an append: the lines that are at their place and durable, from the first on, and what hindered the rest. */
export interface AppendResult {
  landed: EncodedLine[];
  error?: ProductionError;
}

/**
 * What became of commits that may land behind others': where they lie, all of them, or what hindered them. Neither: decide again, and in a turn where
 * `needsTurn` is set.
 */
export interface LandingResult {
  lines?: { position: number; end: number }[];
  /** They lie where they were decided, and count as read by this handle. */
  isRead?: boolean;
  needsTurn?: boolean;
  error?: ProductionError;
}

/**
 * What the engine needs of a journal: lines that claim their positions, read in one order by everybody and appended only behind what has been read.
 * Reading is synchronous, from this machine's disk; what other machines have appended comes here by {@link pull}.
 */
export interface JournalPort {
  /** Everything before it has been read by this handle. */
  readonly position: number;
  /** Checksum of the last valid line before {@link position}. */
  readonly lastCrc: string;
  /** Valid lines that end here or before are durable for certain. */
  readonly durableEnd: number;
  /** Begins reading after a line that ended at `position`; `crc` is that line's checksum. */
  seek(position: number, crc?: string): void;
  /**
   * Gives every commit after {@link position} that is here, in order.
   * @throws ProductionError `journal_damaged`, `journal_unavailable`, `journal_replaced`, `production_upgraded`.
   */
  refresh(onEntry: (entry: JournalEntry) => void): void;
  /** Where the journal's bytes end here, without reading them. */
  end(): number;
  /**
   * Appends commits, one line each, behind {@link position}, durably; gives the result at once where it can.
   * Nothing landed and no error: another writer came first; refresh and decide again.
   * After a `journal_unavailable` the outcome is unknown until the journal has been read again.
   */
  append(bodies: readonly string[]): AppendResult | Promise<AppendResult>;
  /** Lines of other writers that have been read are durable when this resolves. @throws ProductionError `journal_replaced`, `journal_unavailable`. */
  durable(): Promise<void>;
  /** Reads history on its own, without moving this handle. */
  scan(onEntry: (entry: JournalEntry) => void, range?: ScanRange): void;
  /** What there is, and what is wrong with it. Never throws on damage. */
  inspect(): Inspection;
  /** Calls back when commits may have been added by anyone, until the returned function is called. */
  follow(onChange: () => void): () => void;
  /** Compresses sealed segments without loss. */
  compact(): Compacted[];
  /** Looks whether the folder still has what this handle has read. @throws ProductionError `journal_replaced`. */
  seeThatItIsInPlace(): void;
  /** The same for who is about to show what this handle has read, also while an append is under way. @throws ProductionError `journal_replaced`. */
  seeThatItIsStillInPlace(): void;
  close(): void | Promise<void>;
  /**
   * Everything that anyone had committed when it was called is here to be read when it resolves; true where something has come that this handle has not read.
   * Without it whatever is committed is here at once: {@link refresh} reads it.
   */
  pull?(): Promise<boolean>;
  /**
   * Lands commits, durably, also behind others' that came after {@link position}: see {@link LandingRequest}. They can be read here when it resolves, and
   * but for `isRead` this handle has not read them.
   */
  land?: ((request: LandingRequest) => Promise<LandingResult>) | undefined;
  /** What has gone on with the log that carries it, where one does. */
  readonly traffic?: LogTraffic;
  /** Waits for a turn: until it is given back, no other writer's append lands. For who came second: else the quickest would always be first. */
  turn?(): Promise<() => Promise<void>>;
}
