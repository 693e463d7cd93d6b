import { dayOf, phaseNames, type Usd } from '../../machines/index.js';
import { exactOpening, sameOpening, type OpeningBalance, type OpeningSet } from '../record/index.js';
import type { OlderEpisode } from './older-episode.js';
import { costOf, type StatedMoney } from './stated-money.js';

interface Money {
  source: string;
  stated: StatedMoney;
  /** All that were understood. */
  episodes: readonly OlderEpisode[];
  /** Those of them that the production has refused: their money is in no episode. */
  refused: readonly OlderEpisode[];
  timeZone: string;
  now: string;
}

/**
 * The amounts of an older production that belong to no episode: what its days state beyond the episodes of that day, as far as the total goes;
 * what the total states beyond that, on the day of its last change; and what refused episodes had spent.
 */
export function openingsOf({ source, stated, episodes, refused, timeZone, now }: Money): OpeningBalance[] {
  const today = dayOf(now, timeZone);
  const notAhead = (date: string): string => (date > today ? today : date);
  const found: OpeningBalance[] = [];
  const add = (where: string, day: string, amount: number): void => {
    if (amount > 0)
      found.push({ source, where: where.slice(0, 500), day: notAhead(day), amount: amount as Usd });
  };
  const spentOn = spentByDay(episodes, timeZone);
  const sum = episodes.reduce((all, episode) => all + costOf(episode), 0);
  let left = stated.total ? Math.max(0, stated.total.amount - sum) : Number.POSITIVE_INFINITY;
  for (const { where, date, amount } of stated.days) {
    const beyond = Math.min(left, Math.max(0, amount - (spentOn.get(date) ?? 0)));
    left -= beyond;
    add(where, date, beyond);
  }
  if (stated.total) add(stated.total.where, dayOf(stated.at ?? now, timeZone), left);
  for (const episode of refused) add(episode.sessionId, dayOf(episode.createdAt, timeZone), costOf(episode));
  return found;
}

function spentByDay(episodes: readonly OlderEpisode[], timeZone: string): Map<string, number> {
  const spent = new Map<string, number>();
  for (const { phases, unattributed, createdAt } of episodes) {
    let last = createdAt;
    for (const name of phaseNames) {
      const { cost, startedAt, endedAt } = phases[name];
      last = endedAt ?? startedAt ?? last;
      const day = dayOf(last, timeZone);
      spent.set(day, (spent.get(day) ?? 0) + cost);
    }
    const day = dayOf(last, timeZone);
    spent.set(day, (spent.get(day) ?? 0) + unattributed);
  }
  return spent;
}

/** What a commit has to set so that these balances are there, and what an earlier import of the same source left that is not so any more. */
export function openingsToSet(
  found: readonly OpeningBalance[],
  known: readonly OpeningBalance[],
  source: string,
): OpeningSet[] {
  const set = found.flatMap((one): OpeningSet[] => {
    const there = sameOpening(known, one);
    if (there?.amount === one.amount) return [];
    return [{ ...one, was: exactOpening(known, one)?.amount ?? (0 as Usd) }];
  });
  const gone = known.filter((each) => each.source === source && !exactOpening(found, each));
  return [...set, ...gone.map((each) => ({ ...each, amount: 0 as Usd, was: each.amount }))];
}
