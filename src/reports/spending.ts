import { phaseNames, toDollars, type BudgetDay, type PhaseName, type Usd } from '../../machines/index.js';
import type { EpisodeState } from '../shapes/index.js';
import { allSpent, type Tally } from './tally.js';

/** What was spent, in decimal dollars. `per_episode` lists the episodes that state.json lists. */
export interface SpendingReport {
  total: number;
  /** What of it no episode has spent: it was so when an older production was imported. */
  opening_balance: number;
  per_phase: Record<PhaseName, number>;
  per_operation: Record<string, { count: number; cost: number }>;
  per_day: Record<string, { spent: number; reserved: number }>;
  per_episode: Record<string, number>;
}

interface Sources {
  states: readonly EpisodeState[];
  total: Tally;
  operations: ReadonlyMap<string, { count: number; spent: Usd }>;
  days: ReadonlyMap<string, BudgetDay>;
}

export function spendingReport({ states, total, operations, days }: Sources): SpendingReport {
  return {
    total: toDollars(allSpent(total)),
    opening_balance: toDollars(total.opening),
    per_phase: Object.fromEntries(
      phaseNames.map((name) => [name, toDollars(total.phases[name].spent)]),
    ) as SpendingReport['per_phase'],
    per_operation: Object.fromEntries(
      [...operations]
        .sort(byName)
        .map(([name, { count, spent }]) => [name, { count, cost: toDollars(spent) }]),
    ),
    per_day: Object.fromEntries(
      [...days]
        .sort(byName)
        .map(([date, { spent, reserved }]) => [
          date,
          { spent: toDollars(spent), reserved: toDollars(reserved) },
        ]),
    ),
    per_episode: Object.fromEntries(states.map((state) => [state.session_id, state.total_cost])),
  };
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
