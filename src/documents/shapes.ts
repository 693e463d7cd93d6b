import {
  stateName,
  rehydrate,
  toDollars,
  type DayMoney,
  type PersistedEpisode,
  type PhaseName,
  type Usd,
} from '../../machines/index.js';
import {
  episodeState,
  type CheckpointContents,
  type EpisodeState,
  type StateMetrics,
} from '../shapes/index.js';

/** Which chart wrote a document. */
export interface MachineIdentity {
  id: string;
  version: number;
  hash: string;
}

/** state.json: the seed's keys, and under `showrunner` what it takes to go on from it without reading the journal again. */
export interface StateDocument<Sums = unknown> {
  version: '3.0.0';
  active_episodes: Record<string, EpisodeState>;
  completed_episodes: Record<string, EpisodeState>;
  total_cost: number;
  total_episodes: number;
  last_updated: string;
  metrics: StateMetrics;
  showrunner: {
    format: 1;
    /** Journal position that it reflects, and the checksum of the line that ends there. */
    position: number;
    crc: string;
    machine: MachineIdentity;
    last_at: string;
    /** Micro-dollars per day. */
    days: Record<string, Pick<DayMoney, 'spent' | 'reserved'> & { raised: Usd }>;
    /** Journal position after each listed session's last commit. */
    sessions: Record<string, number>;
    /** What the episodes in the archive's months add up to. */
    tally: Sums;
    months: string[];
    operations: Record<string, { count: number; spent: Usd }>;
  };
}

/** session.json: the seed's episode, what people want to know beside it, and the persisted actor snapshot. */
export interface SessionDocument extends EpisodeState {
  /** `script.active`. */
  state: string;
  budgets: Record<PhaseName | 'total', number>;
  reserved: number;
  operations: Record<
    string,
    { operation: string; phase: string; max_cost: number; state: string; since: string }
  >;
  failure: PersistedEpisode['context']['failure'];
  checkpoints: Record<string, { phase: string; timestamp: string; next_phase: string | null }>;
  forked_from: string | null;
  inherited_cost: number;
  showrunner: { format: 1; machine: MachineIdentity; position: number; snapshot: PersistedEpisode };
}

/** checkpoint.json: the seed's contents, and what makes it checkable. `data_file` names the payload's own file when it is large. */
export interface CheckpointDocument extends CheckpointContents {
  name: string;
  artifacts: { path: string; sha256: string; bytes: number }[];
  sha256: string;
  bytes: number;
  data_file: string | null;
  showrunner: { format: 1; machine: MachineIdentity; position: number; snapshot: PersistedEpisode };
}

/** archive/2025-09.json: episodes that ended long ago. */
export interface MonthDocument {
  version: '3.0.0';
  month: string;
  completed_episodes: Record<string, EpisodeState>;
  /** Journal position after each one's last commit. */
  showrunner: { format: 1; sessions: Record<string, number> };
}

/** The document of a session as it stands. */
export function sessionDocument(
  persisted: PersistedEpisode,
  position: number,
  machine: MachineIdentity,
): SessionDocument {
  const { context } = persisted;
  const { budgets } = context;
  return {
    ...episodeState(persisted),
    state: stateName(rehydrate(persisted)),
    budgets: {
      research: toDollars(budgets.research),
      script: toDollars(budgets.script),
      audio: toDollars(budgets.audio),
      total: toDollars(budgets.total),
    },
    reserved: toDollars(context.money.reserved),
    operations: Object.fromEntries(
      Object.entries(context.operations).map(([key, { operation, phase, amount, state, at }]) => [
        key,
        { operation, phase, max_cost: toDollars(amount), state, since: at },
      ]),
    ),
    failure: context.failure,
    checkpoints: Object.fromEntries(
      Object.entries(context.checkpoints).map(([name, { phase, at, next }]) => [
        name,
        { phase, timestamp: at, next_phase: next },
      ]),
    ),
    forked_from: context.forkedFrom,
    inherited_cost: toDollars(context.money.inherited),
    showrunner: { format: 1, machine, position, snapshot: persisted },
  };
}
