import { phaseNames, type Usd } from '../../machines/index.js';
import { amountKeys, readAmount, readCost } from './amounts.js';
import { choose, within } from './known-keys.js';
import type { OlderEpisode } from './older-episode.js';
import type { Report } from './report.js';
import { isObject, readTime, type Json } from './values.js';

/** What a state file says of the money of all its episodes, each with its place. Micro-dollars. */
export interface StatedMoney {
  total: { where: string; amount: Usd } | null;
  days: { where: string; date: string; amount: Usd }[];
  /** When the file was last changed, as it says. */
  at: string | null;
}

const totalKeys = ['total_cost', 'total_spent', 'total_cost_usd'];
const dayKeys = ['daily_costs', 'daily_cost', 'daily_spend', 'daily_spending', 'costs_by_day', 'cost_by_day'];

export const moneyKeys: readonly string[] = [...amountKeys(totalKeys), ...dayKeys];

const decision = 'left out';

/** Reads the money that a state file states beside its episodes. What is no amount is told. */
export function readStated(state: Json, file: string, report: Report): StatedMoney {
  const at = (key: string): string => `${file}: ${key}`;
  const key = amountKeys(totalKeys).find((each) => state[each] !== undefined && state[each] !== null);
  const told = key === undefined ? undefined : readAmount(state, totalKeys, at, report, decision);
  return {
    total: key === undefined || told === undefined ? null : { where: at(key), amount: told },
    days: readDays(
      choose(state, dayKeys, at, report),
      at(dayKeys.find((each) => each in state) ?? ''),
      report,
    ),
    at: readTime(choose(state, ['last_updated', 'updated_at'], at, report), at('last_updated'), report),
  };
}

function readDays(value: unknown, place: string, report: Report): StatedMoney['days'] {
  const at = within(place);
  return Object.entries(isObject(value) ? value : {}).flatMap(([date, told]) => {
    const amount = readCost(
      isObject(told) ? (told['total'] ?? told['cost']) : told,
      at(date),
      report,
      decision,
    );
    if (amount === undefined) return [];
    if (/^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(Date.parse(date)))
      return [{ where: at(date), date, amount }];
    report.note('warning', at(date), 'it is no day', decision);
    return [];
  });
}

/** What an episode has cost, in its phases and beside them. */
export function costOf({ phases, unattributed }: OlderEpisode): Usd {
  return phaseNames.reduce((sum, name) => sum + phases[name].cost, unattributed as number) as Usd;
}

/** The production's own sum, where it is not what its episodes sum to. */
export function noteTotal({ total }: StatedMoney, episodes: readonly OlderEpisode[], report: Report): void {
  if (!total) return;
  const sum = episodes.reduce((all, episode) => all + costOf(episode), 0);
  // Each amount may have been rounded up.
  if (Math.abs(total.amount - sum) <= episodes.length && total.amount <= sum) return;
  report.note(
    'warning',
    total.where,
    `it says ${total.amount / 1e6}, the episodes that are understood sum to ${sum / 1e6}`,
    total.amount > sum ? 'the rest is kept as an opening balance' : 'what the episodes say counts',
  );
}
