import type {
  EpisodeStatus,
  Failure,
  PersistedEpisode,
  PhaseName,
  PhaseStatus,
} from '../../machines/index.js';
import type { ChartView } from '../draw/chart-view.js';
import type { HistoryEntry } from '../record/index.js';
import type { DayCosts, DayOutcomes, EpisodeScores, HookCounts } from '../reports/index.js';
import type {
  EpisodeState,
  Estimate,
  Need,
  ProductionMetrics,
  QualityMetrics,
  Wait,
  Warning,
} from '../shapes/index.js';

/**
 * What the studio's server says to its page: shapes only, no code. Money is decimal dollars. All routes begin with `/api` and need
 * `Authorization: Bearer <token>`; an error is `{ error: { code, message, remedy } }`.
 *
 *   GET  /api/production                       ProductionView
 *   GET  /api/episodes                         BoardView
 *   GET  /api/episodes/:id?after=N             EpisodeView; of its operations those that have changed after the position
 *   GET  /api/episodes/:id/history?after=N     { entries: TimelineEntry[] } oldest first, at most 5,000 from after the position
 *   GET  /api/episodes/:id/at/:position        EpisodeMoment
 *   GET  /api/episodes/:id/files/<phase>/<name> the artifact's bytes (ranges work, so audio seeks); text is always text/plain
 *   GET  …/files/<phase>/<name>/address        { url }: the same file for six hours, for what sends no header: a player, a download
 *   GET  /api/chart                            ChartView
 *   GET  /api/actors                           { directory, actors: ActorLine[] }: what embedders' inspectors have told; the directory is for `inspectionAddress`
 *   GET  /api/actors/:id                       ActorView
 *   GET  /api/events?since=<position>          server-sent events: StudioEvent as `data`, read with fetch (EventSource sends no header)
 *   GET  /metrics                              for Prometheus: text, with the same token
 *   GET  /api/episodes/:id/checkpoints/:name   CheckpointView
 *   GET  /api/episodes/:id/result?key=<key>    { result: JsonView | null } of an operation
 *   POST /api/episodes                         NewEpisode as application/json; answers EpisodeView
 *   POST /api/episodes/:id/actions             StudioAction, HeldAnswer, Correction, QuestionAnswer, Fork or Restore; answers EpisodeView, a fork's its own
 *   POST /api/episodes/:id/edits               FileEdit, of at most 2 MB; answers EpisodeView
 */
export interface ProductionView {
  directory: string;
  /** Today by the budget's day; null caps are unlimited. */
  today: { date: string; spent: number; reserved: number; cap: number; warnAt: number };
  days: { date: string; spent: number; reserved: number }[];
  phaseCosts: DayCosts[];
  outcomes: DayOutcomes[];
  quality: EpisodeScores[];
  metrics: ProductionMetrics;
  qualityMetrics: QualityMetrics;
  totalSpent: number;
  /** What of it no episode has spent: it was imported so. */
  openingBalance: number;
  /** What hooks of agents' hosts have denied, would have denied in shadow, and could not price. */
  hooks: HookCounts;
}

export interface PhaseView {
  status: PhaseStatus;
  spent: number;
  reserved: number;
  /** The phase's budget and the line at which it warns; null when there is none. */
  budget: number | null;
  warnAt: number | null;
  startedAt: string | null;
  endedAt: string | null;
}

/** Every listed episode, and what the head of each view shows. */
export interface BoardView extends Pick<ProductionView, 'directory' | 'today'> {
  position: number;
  episodes: BoardEpisode[];
}

export interface BoardEpisode {
  sessionId: string;
  episodeNumber: number;
  topic: string;
  status: EpisodeStatus;
  /** The chart's whole state: `script.review`. */
  state: string;
  phases: Record<PhaseName, PhaseView>;
  spent: number;
  reserved: number;
  budget: number;
  /** The line at which the total warns, by the episode's rules. */
  warnAt: number;
  quality: Record<string, number>;
  /** Why a person is needed, most urgent first. */
  needs: Need[];
  /** What only time brings, and until when. */
  wait: Wait | null;
  /** Budgets of which so much is spent that policy warns. */
  warnings: Warning[];
  /** Costs that nobody has told: the reservations were booked. */
  estimates: Estimate[];
  /** Who works on it; null where nobody does, or he is gone. */
  worker: string | null;
  /** The journal's position up to which all that is shown here was read. */
  position: number;
  createdAt: string;
  updatedAt: string;
}

export interface EpisodeMoment {
  position: number;
  state: EpisodeState;
  board: BoardEpisode;
  snapshot: PersistedEpisode;
  /** Events that the chart would take now, by type; guards asked where an event needs no arguments. */
  allowed: string[];
}

export interface OperationView {
  /** How many came before it. */
  place: number;
  /** One that was released may be reserved again: then two have the key. */
  key: string;
  phase: PhaseName;
  name: string;
  status: 'reserved' | 'held' | 'settled' | 'released';
  reserved: number;
  cost: number | null;
  estimated: boolean;
  startedAt: string;
  /** While held: why nobody knows its outcome. */
  heldBecause: string | null;
  /** What the books said before, who corrected it and why. */
  corrected: string | null;
  /** Milliseconds from reservation to settlement; null while open. */
  durationMs: number | null;
  /** Whether what it gave is kept. */
  hasResult: boolean;
  /** How often it was called again after it had been held. */
  retries: number;
  /** What it was called with, as far as its worker has said: its beginning, and the size of the whole in bytes. */
  input: { text: string; sha256: string; bytes: number } | null;
}

export interface FileView {
  phase: PhaseName;
  name: string;
  bytes: number;
  kind: 'audio' | 'text' | 'other';
  url: string;
}

export interface EpisodeView extends EpisodeMoment {
  operations: OperationView[];
  checkpoints: {
    name: string;
    phase: PhaseName;
    savedAt: string;
    automatic: boolean;
    bytes: number | null;
    /** The phase that is done next after going back to it; null at the end of an episode. */
    resumes: PhaseName | null;
  }[];
  files: FileView[];
  /** What a judgement is of; null where nothing is in review. */
  judged: string | null;
  /** Phases of which a person may edit files: in review, or complete and not yet used. */
  editable: PhaseName[];
  work: WorkView | null;
  failures: Failure[];
  /** Present when the episode has failed. */
  recovery: { recoverable: boolean; reason: string | null; options: RecoveryOption[] } | null;
  /** What a person may do now. */
  actions: StudioAction['action'][];
}

/** Who works on an episode that could go on; nobody: the commands that would, as they are typed. */
export interface WorkView {
  by: string | null;
  /** No worker has ever claimed it, and yet it is begun: by hand, or by somebody's own orchestrator. */
  isBegun: boolean;
  next: string[];
}

/** JSON text of a value, of which only the beginning is told when it is long. */
export interface JsonView {
  text: string;
  isCut: boolean;
}

export interface CheckpointView {
  name: string;
  resumes: PhaseName | null;
  data: JsonView | null;
  files: string[];
  /** How the episode would stand after going back to it, or why it cannot. */
  restore:
    { status: EpisodeStatus; phases: Record<PhaseName, PhaseStatus>; spent: number } | { refused: string };
}

export interface RecoveryOption {
  phase: PhaseName;
  keeps: PhaseName[];
  expectedCost: number | null;
  left: number;
  text: string;
}

export type StudioAction =
  | { action: 'approve'; of?: string | null; reason?: string }
  | { action: 'reject'; of?: string | null; reason: string }
  | { action: 'pause'; reason?: string }
  | { action: 'resume' }
  | { action: 'recover'; phase?: PhaseName }
  | { action: 'raiseBudget'; scope: PhaseName | 'total' | 'day'; amount: string; reason: string }
  | { action: 'cancel'; reason: string }
  | { action: 'archive'; reason?: string }
  | { action: 'unarchive'; reason?: string };

/** What a person says of a call: it was paid, and gave this; it gave this (paid already); or it did not happen. */
export type HeldAnswer =
  { action: 'settle'; key: string; cost?: string; result?: unknown } | { action: 'release'; key: string };

/** Goes back to a checkpoint; money stays spent. */
export interface Restore {
  action: 'restore';
  checkpointName: string;
}

/** A new episode from a checkpoint or a journal position of this one; without either, from the newest that keeps what is finished. */
export interface Fork {
  action: 'fork';
  checkpointName?: string;
  position?: number;
  topic?: string;
  /** In the place of what the last finished phase has returned. */
  data?: unknown;
}

/** Amounts are decimal dollars, as typed. */
export interface NewEpisode {
  topic: string;
  key?: string;
  episodeNum?: number;
  budgets?: Partial<Record<PhaseName | 'total', string>>;
  approvals?: PhaseName[];
}

/** A file of a phase as a person has edited it; `was` is the SHA-256 of what was read. */
export interface FileEdit {
  path: string;
  content: string;
  was: string;
  reason?: string;
}

/** What a person says that a call did cost, and why. */
export interface Correction {
  action: 'correct';
  key: string;
  /** Decimal dollars. */
  cost: string;
  reason: string;
}

/** What a person answers a worker that has asked in the middle of a phase; JSON. */
export interface QuestionAnswer {
  action: 'answer';
  key: string;
  answer: unknown;
}

export type TimelineEntry = Pick<HistoryEntry, 'position' | 'at' | 'by' | 'type' | 'state' | 'total_cost'> & {
  /** What happened, in a few words: `perplexity_query settled at $0.35`. */
  text: string;
};

export type StudioEvent =
  /** First, and after a gap: fetch again. */
  | { type: 'hello'; position: number }
  /** One of any process's commits; `board` is the episode as it now stands. */
  /** Without entries: what time alone has changed. */
  | { type: 'commit'; position: number; sessionId: string; entries: TimelineEntry[]; board: BoardEpisode }
  /** The day's money moved. */
  | { type: 'today'; today: ProductionView['today'] }
  /** The log that carries the production cannot be reached: what is shown is as old as that; null when it answers again. */
  | { type: 'log'; oldCopy: { of: string; asOf: string; why: string } | null }
  /** An embedder's inspector has told something: fetch the actors again. */
  | { type: 'actors' };

/** An actor of an embedder's, of any machine. */
export interface ActorLine {
  id: string;
  name: string;
  parentId: string | null;
  /** The state value, or the status of an actor that is no machine. */
  state: string;
  /** How many of its events are kept. */
  events: number;
  last: string | null;
  hasChart: boolean;
}

export interface ActorView extends ActorLine {
  /** JSON text. */
  context: string;
  /** Null for actors that are no machines, and where `problem` says why. */
  chart: InspectedState | null;
  problem: string | null;
  /** Oldest first; `text` is the event as JSON, cut when it is long. */
  log: { at: string; type: string; text: string }[];
}

export interface InspectedState {
  key: string;
  type: string;
  isLit: boolean;
  isInitial: boolean;
  transitions: InspectedTransition[];
  states: InspectedState[];
}

export interface InspectedTransition {
  event: string;
  /** Names of states; none: it stays where it is. */
  targets: string[];
  guard: string | null;
}

export type { ChartView };
