import {
  policyInput,
  toDollars,
  type Ledger,
  type Policy,
  type SessionId,
  type Usd,
} from '../../machines/index.js';
import type { StateDocument } from '../documents/index.js';
import { allSpent, globalMetrics, type Tally } from '../reports/index.js';
import { toSecond, type EpisodeState } from '../shapes/index.js';
import type { OpeningBalance } from '../record/opening-record.js';
import type { EpisodeStore } from '../record/episode-store.js';

interface Shown {
  states: EpisodeState[];
  store: EpisodeStore;
  ledger: Ledger;
  machine: StateDocument['showrunner']['machine'];
  position: number;
  crc: string;
  lastAt: string;
  policy: { policy: Policy; file: unknown };
  openings: readonly OpeningBalance[];
  tally: Tally;
  total: Tally;
  months: string[];
  operations: ReadonlyMap<string, { count: number; spent: Usd }>;
}

/** state.json as the production stands (docs/file-formats.md). */
export function stateDocument(shown: Shown): StateDocument {
  const { states, store, ledger, total } = shown;
  const isEnded = (state: EpisodeState): boolean =>
    state.status === 'complete' || state.status === 'archived';
  return {
    version: '3.0.0',
    active_episodes: byId(states.filter((state) => !isEnded(state))),
    completed_episodes: byId(states.filter(isEnded)),
    total_cost: toDollars(allSpent(total)),
    total_episodes: total.episodes,
    last_updated: shown.lastAt === '' ? '' : toSecond(shown.lastAt),
    metrics: globalMetrics(total),
    showrunner: {
      format: 1,
      position: shown.position,
      crc: shown.crc,
      machine: shown.machine,
      last_at: shown.lastAt,
      policy: policyInput(shown.policy.policy),
      ...(shown.policy.file === undefined ? {} : { policy_file: shown.policy.file }),
      days: Object.fromEntries(ledger.days),
      ...(shown.openings.length === 0 ? {} : { openings: [...shown.openings] }),
      sessions: Object.fromEntries(
        states.map(({ session_id: id }) => [id, store.position(id as SessionId) ?? 0]),
      ),
      tally: shown.tally,
      months: shown.months,
      operations: Object.fromEntries(shown.operations),
    },
  };
}

function byId(states: EpisodeState[]): Record<string, EpisodeState> {
  return Object.fromEntries(states.map((state) => [state.session_id, state]));
}
