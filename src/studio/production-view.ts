import { homedir } from 'node:os';
import { toDollars, type DayMoney } from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { dayCosts, dayOutcomes, episodeScores, hookCounts } from '../reports/index.js';
import type { EpisodeState } from '../shapes/index.js';
import type { ProductionView } from './api.js';
import { shareOf } from './board.js';

/** The production as a whole: money per day, costs, times and scores over time. */
export async function productionView(manager: ProductionStateManager): Promise<ProductionView> {
  const [metrics, qualityMetrics, totalSpent] = await Promise.all([
    manager.getProductionMetrics(),
    manager.getQualityMetrics(),
    manager.getTotalSpending(),
  ]);
  const { production } = manager;
  const states = allStates(manager);
  const { opening } = production.total();
  return {
    ...headView(manager),
    days: [...production.days()]
      .map(([date, { spent, reserved }]) => ({
        date,
        spent: toDollars(spent),
        reserved: toDollars(reserved),
      }))
      .sort(byDate),
    phaseCosts: dayCosts(states),
    outcomes: dayOutcomes(states),
    quality: episodeScores(states),
    metrics,
    qualityMetrics,
    totalSpent,
    openingBalance: toDollars(opening),
    hooks: hookCounts(production.directory),
  };
}

/** Where it is and the day's money; nothing is read for it. */
export function headView({
  production,
}: ProductionStateManager): Pick<ProductionView, 'directory' | 'today'> {
  return {
    directory: shortened(production.directory),
    today: todayView(production.today(), production.policy.warnAtPercent),
  };
}

/** As people write it: `~/podcast/production`. */
function shortened(directory: string): string {
  const home = homedir();
  return directory.startsWith(`${home}/`) ? `~${directory.slice(home.length)}` : directory;
}

export function todayView(
  { date, spent, reserved, cap }: DayMoney,
  warnAtPercent: number,
): ProductionView['today'] {
  return {
    date,
    spent: toDollars(spent),
    reserved: toDollars(reserved),
    cap: toDollars(cap),
    warnAt: shareOf(toDollars(cap), warnAtPercent),
  };
}

/** The listed episodes and those that have moved to the archive of their month. */
function allStates({ production }: ProductionStateManager): EpisodeState[] {
  return [...production.archivedStates(), ...production.states()];
}

function byDate(a: { date: string }, b: { date: string }): number {
  return a.date < b.date ? -1 : 1;
}
