import type { ArtifactRef } from '../documents/index.js';
import type { Readable } from 'node:stream';
import { ProductionError, phaseNames, type PhaseName } from '../../machines/index.js';

export type { ArtifactRef };
/** A number or a decimal string in US dollars, at most six decimals: `0.15`, `"0.150000"`. */
export type Dollars = number | string;

/**
 * A file being written into the phase's folder. It appears under its name, synced and hashed, only when `finish` resolves;
 * until then it has a temporary name, so that a crash never leaves half an artifact.
 */
export interface ArtifactWriter {
  write(chunk: Uint8Array | string): Promise<void>;
  finish(): Promise<ArtifactRef>;
  /** Removes the temporary file; safe to call after `finish`. */
  discard(): Promise<void>;
}

/** What an operation's body gets. */
export interface OperationCall {
  /** Pass this to the provider: the same key on every attempt of the same operation. */
  idempotencyKey: string;
  /** Aborted on cancel, time-out and drain. */
  signal: AbortSignal;
  /** 1 for the first attempt. */
  attempt: number;
  /** When the money for it was reserved, ISO-8601 UTC: under another reservation the same key is another call. What is written down of a call is looked up by both. */
  reservedAt: string;
}

/** What an operation's body returns. An undefined cost settles at the whole reservation and is marked estimated. */
export interface OperationOutcome<T> {
  result: T;
  cost?: Dollars | undefined;
}

/**
 * What to do on resume with an operation whose outcome is unknown because the process died between call and settle:
 * `'ask'` a person (the default), `'retry'` (declared idempotent: call again with the same key, under the same reservation), or a
 * function that looks the operation up by its key: it returns the outcome, `'retry'` when the provider knows nothing of it, or `'ask'`.
 */
export type Reconcile<T> =
  'ask' | 'retry' | ((call: OperationCall) => Promise<OperationOutcome<T> | 'retry' | 'ask'>);

export interface OperationOptions<T> {
  /** Unique in the episode; the operation's identity across crashes and resumes. A new revision pays anew under the same key. */
  key: string;
  /** The key says all about the content: its result is used again in later revisions, so that an unchanged line is not spoken and paid twice. */
  acrossRevisions?: boolean | undefined;
  /** The same for forks: what the episode that this one was forked from has paid for under the key, for the same operation of the same phase, is used again and costs nothing. Its files are its own: `readInherited` gives them. */
  acrossForks?: boolean | undefined;
  /** The most this call can cost; reserved before the call. */
  maxCost: Dollars;
  /** The key says all about what is asked, and not what it costs: what was paid for is used again though `maxCost` has changed since. */
  priceMayChange?: boolean | undefined;
  reconcile?: Reconcile<T> | undefined;
  /** Aborts the attempt after this long: a whole number of milliseconds from 1, at most a day. */
  timeoutMs?: number | undefined;
  /** An earlier phase whose result under this key is meant: without it a key of another phase is refused with `key_reused`. */
  reuseFrom?: PhaseName | undefined;
  /** What the call is made with, for people: kept with the reservation, secrets taken out, as the first 2,048 characters, the hash and the size. */
  input?: unknown;
}

/** What a worker asks a person. */
export interface AskOptions {
  /** Unique in the episode, as an operation's: the same key is the same question, across crashes. */
  key: string;
  /** For people: 1 to 1000 characters. */
  question: string;
  /** The answers there are. */
  choices?: readonly string[] | undefined;
  /** A JSON Schema that the answer must fit. */
  schema?: Readonly<Record<string, unknown>> | undefined;
  /** The answer when nobody has given one by the deadline. */
  default?: unknown;
  /** ISO-8601 UTC; needs a default. */
  deadline?: string | undefined;
}

/** Reserve, run, settle; a settled operation's result is returned again without calling. The result must be JSON. */
export type RunOperation = <T>(
  name: string,
  options: OperationOptions<T>,
  body: (call: OperationCall) => Promise<OperationOutcome<T>>,
) => Promise<T>;

/** A finished phase as later phases see it. */
export interface FinishedPhase<Data = unknown> {
  /** What the phase's worker returned, after JSON. */
  data: Data;
  artifacts: readonly ArtifactRef[];
}

/** Checkpoints of the phases before one, by phase; a phase that was skipped has none. */
export interface EarlierPhases<Research = unknown, Script = unknown> {
  research?: FinishedPhase<Research>;
  script?: FinishedPhase<Script>;
}

/** What a reviewer said of one revision. */
export interface PhaseReview {
  reason: string | null;
  by: string | null;
  at: string;
  /** The revision that was rejected. */
  revision: number;
  checkpoint: string | null;
}

/** A finished episode of the same production: by which crew, with which of its kept options, and what its phases did cost, in dollars. */
export interface PastEpisode {
  crew: string;
  options: Readonly<Record<string, unknown>>;
  costs: Readonly<Record<PhaseName, number>>;
}

/** What a phase's worker gets to work with. */
export interface PhaseContext<Earlier = EarlierPhases> {
  sessionId: string;
  episodeNumber: number;
  topic: string;
  phase: 'research' | 'script' | 'audio';
  /** 1 for the first run of the phase; rises with each, also when the one before did not finish. No part of a key: the same work would be paid twice. */
  attempt: number;
  /** 1 until somebody wants the work anew: a reviewer who rejects it, a restore, a recovery to an earlier phase. Keys hold within a revision. */
  revision: number;
  /** Why this revision is wanted: the reviewer's last rejection of this phase; null where nobody has rejected it. */
  review: PhaseReview | null;
  /** All rejections of this phase, oldest first. `checkpoint` is what `loadCheckpoint` gives the rejected work by. */
  reviews: readonly PhaseReview[];
  /** When the episode was created, ISO-8601 UTC. Use it instead of the clock wherever output must be reproducible. */
  createdAt: string;
  /** Free options that the caller of `produce` passed for the crew, e.g. `{ sources: 'docs', minutes: 3 }`. */
  options: Readonly<Record<string, unknown>>;
  /** Checkpoints of the phases before this one. */
  earlier: Earlier;
  operation: RunOperation;
  /** Asks a person, and gives the answer; where there is none yet the phase pauses until somebody has answered (`showrunner answer`). */
  ask(question: AskOptions): Promise<unknown>;
  /**
   * Goes on when it is that time (ISO-8601 with its zone, or a Date), whoever works on the episode then: until then the work ends and the claim is given up, and the worker is begun
   * again. A time that is reckoned from now on needs a `key`: the first one counts. What it had slept in this revision it does not sleep again.
   */
  sleepUntil(time: string | Date, options?: { key?: string | undefined }): Promise<void>;
  /** 0–1, and a short sentence for people. Never written to the journal. A sign of life, where policy stops a phase that shows none (`phaseIdleMs`). */
  progress(fraction: number, message: string): void;
  /** Opens `name` (`notes.json`, `audio_chunks/0001.wav`) in the phase's folder for writing. */
  artifact(name: string): Promise<ArtifactWriter>;
  /** Writes a whole artifact at once. */
  writeArtifact(name: string, content: Uint8Array | string): Promise<ArtifactRef>;
  /** Reads an artifact of this or an earlier phase by its path inside the session's folder (`audio/audio_chunks/0001.wav`);
   *  undefined when it does not exist. This is how interrupted work is taken up again. */
  readArtifact(path: string): Promise<Uint8Array | undefined>;
  /** Reads an artifact of the episode that this one was forked from, or of one before that; undefined where none has it. Nobody has looked at it: compare it with a hash that a result names. */
  readInherited(path: string): Promise<Uint8Array | undefined>;
  /** Streams an artifact, for files too large to hold. */
  streamArtifact(path: string): Promise<Readable | undefined>;
  /** Deletes one of this phase's artifacts, e.g. intermediate chunks; a missing file is fine. */
  removeArtifact(path: string): Promise<void>;
  /** Records a quality score, e.g. `technical_accuracy` 0.88. */
  score(name: string, value: number): Promise<void>;
  /** What earlier episodes of this production did cost, the latest first. */
  past(): Promise<readonly PastEpisode[]>;
  /**
   * Where less is left than this phase will cost to its end, it is not begun: the episode waits until somebody has raised the budget, and says by how much. `later` is what the
   * phases after it will cost: what is paid for is not left half made. A phase's own budget counts where policy holds it hard (`hardPhaseBudgets`).
   * @throws ProductionError `not_affordable`: let it through.
   */
  afford(cost: { phase: Dollars; later?: Dollars | undefined }): Promise<void>;
  /** What may still be spent, in dollars, as a decimal string. */
  left(): Promise<{ phase: string; episode: string; day: string }>;
  signal: AbortSignal;
}

/** Does one phase's work and returns the phase's data: JSON that goes into its checkpoint. */
export type PhaseWorker = (context: PhaseContext) => Promise<unknown>;

/** The three phase workers that an orchestrator supplies. */
export interface Crew {
  name: string;
  /** Kept with each episode it works on; that another one takes an episode up is told, or refused by the policy (`crewChange`). */
  version?: string | undefined;
  research: PhaseWorker;
  script: PhaseWorker;
  audio: PhaseWorker;
}

/**
 * Checks a crew's shape and returns it. What `research` returns is the type that `script` and `audio` read in `earlier.research.data`, and so on.
 * @throws ProductionError `invalid_input`, naming the worker that is missing.
 */
export function defineCrew<Research, Script>(crew: {
  name?: string;
  version?: string | undefined;
  research: (context: PhaseContext) => Promise<Research>;
  script: (context: PhaseContext<EarlierPhases<Research>>) => Promise<Script>;
  audio: (context: PhaseContext<EarlierPhases<Research, Script>>) => Promise<unknown>;
}): Crew {
  checkCrew(crew);
  // What a worker returned is what later ones get, after JSON: that the types agree is the caller's to see to.
  const { research, script, audio } = crew as Omit<Crew, 'name' | 'version'>;
  const { name = 'crew', version } = crew;
  return { name, ...(version === undefined ? {} : { version }), research, script, audio };
}

/** @throws ProductionError `invalid_input`, naming the worker that is missing. */
export function checkCrew(crew: unknown): void {
  const workers = (crew ?? {}) as Record<PhaseName, unknown>;
  const { name, version } = (crew ?? {}) as Record<'name' | 'version', unknown>;
  for (const [field, value] of [
    ['name', name],
    ['version', version],
  ] as const)
    if (value !== undefined && !isLabel(value))
      throw new ProductionError('invalid_input', `crew.${field}: is not a text of 1 to 200 characters.`, {
        field: `crew.${field}`,
      });
  const missing = phaseNames.find((phase) => typeof workers[phase] !== 'function');
  if (missing)
    throw new ProductionError(
      'invalid_input',
      `crew.${missing}: is not a function; a crew has one for each phase.`,
      { field: `crew.${missing}` },
    );
}

function isLabel(value: unknown): boolean {
  return typeof value === 'string' && value.length >= 1 && value.length <= 200;
}
