import { homedir } from 'node:os';
import { phaseNames, toDollars, type DayMoney, type PhaseName } from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import type { EpisodeState } from '../shapes/index.js';
import type { ProductionView } from './api.js';

const msPerMinute = 60_000;

/** The production as a whole: money per day, costs, times and scores over time. */
export async function productionView(manager: ProductionStateManager): Promise<ProductionView> {
  const [metrics, qualityMetrics, totalSpent] = await Promise.all([
    manager.getProductionMetrics(),
    manager.getQualityMetrics(),
    manager.getTotalSpending(),
  ]);
  const { production } = manager;
  const states = allStates(manager);
  return {
    directory: shortened(production.directory),
    today: todayView(production.today()),
    days: [...production.days()]
      .map(([date, { spent, reserved }]) => ({
        date,
        spent: toDollars(spent),
        reserved: toDollars(reserved),
      }))
      .sort(byDate),
    phaseCosts: phaseCosts(states),
    outcomes: outcomes(states),
    quality: states
      .filter(({ quality_scores: scores }) => Object.keys(scores).length > 0)
      .map(({ session_id: sessionId, updated_at: at, quality_scores: scores }) => ({ sessionId, at, scores }))
      .sort((a, b) => (a.at < b.at ? -1 : 1)),
    metrics,
    qualityMetrics,
    totalSpent,
  };
}

/** As people write it: `~/podcast/production`. */
function shortened(directory: string): string {
  const home = homedir();
  return directory.startsWith(`${home}/`) ? `~${directory.slice(home.length)}` : directory;
}

export function todayView({ date, spent, reserved, cap }: DayMoney): ProductionView['today'] {
  return { date, spent: toDollars(spent), reserved: toDollars(reserved), cap: toDollars(cap) };
}

/** The listed episodes and those that have moved to the archive of their month. */
function allStates({ production }: ProductionStateManager): EpisodeState[] {
  return [...production.archivedStates(), ...production.states()];
}

function phaseCosts(states: readonly EpisodeState[]): ProductionView['phaseCosts'] {
  return perDay(states, ({ created_at: at }) => at).map(([date, list]) => ({
    date,
    episodes: list.length,
    cost: Object.fromEntries(
      phaseNames.map((name) => [name, mean(list.map(({ phases }) => phases[name].cost)) ?? 0]),
    ) as Record<PhaseName, number>,
  }));
}

function outcomes(states: readonly EpisodeState[]): ProductionView['outcomes'] {
  const ended = states.filter(
    (state) => isComplete(state) || state.status === 'failed' || state.status === 'archived',
  );
  return perDay(ended, endOf).map(([date, list]) => {
    const completed = list.filter(isComplete);
    return {
      date,
      completed: completed.length,
      failed: list.length - completed.length,
      minutes: mean(
        completed.map((state) => (Date.parse(endOf(state)) - Date.parse(state.created_at)) / msPerMinute),
      ),
    };
  });
}

function isComplete({ status, phases }: EpisodeState): boolean {
  return (
    status === 'complete' ||
    (status === 'archived' &&
      phaseNames.every((name) => ['complete', 'skipped'].includes(phases[name].status)))
  );
}

function endOf(state: EpisodeState): string {
  return isComplete(state) ? (state.phases.audio.end_time ?? state.updated_at) : state.updated_at;
}

function perDay(
  states: readonly EpisodeState[],
  timeOf: (state: EpisodeState) => string,
): [string, EpisodeState[]][] {
  const days = new Map<string, EpisodeState[]>();
  for (const state of states) {
    const date = timeOf(state).slice(0, 10);
    const list = days.get(date);
    if (list) list.push(state);
    else days.set(date, [state]);
  }
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1));
}

function mean(numbers: readonly number[]): number | null {
  if (numbers.length === 0) return null;
  return Number((numbers.reduce((sum, each) => sum + each, 0) / numbers.length).toFixed(6));
}

function byDate(a: { date: string }, b: { date: string }): number {
  return a.date < b.date ? -1 : 1;
}
