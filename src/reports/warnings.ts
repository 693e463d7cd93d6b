import type { EpisodeContext } from '../../machines/episode/context.js';
import type { DayMoney } from '../../machines/episode/events.js';
// Not from the index: a listing starts without the chart.
import { isNear } from '../../machines/episode/money.js';
import { formatUsd, toDollars, type Usd } from '../../machines/usd.js';
import type { Warning } from '../shapes/index.js';

/** The episode's budgets of which so much is spent that policy warns: its phases', then its total. */
export function episodeWarnings({
  phases,
  budgets,
  money,
  rules,
}: Pick<EpisodeContext, 'phases' | 'budgets' | 'money' | 'rules'>): Warning[] {
  const near = (scope: Warning['scope'], of: string, spent: Usd, budget: Usd): Warning[] =>
    isNear(spent, budget, rules.warnAtPercent) ? [warning(scope, of, spent, budget)] : [];
  return [
    ...(['research', 'script', 'audio'] as const).flatMap((name) =>
      near(name, `the ${name} budget of`, phases[name].spent, budgets[name]),
    ),
    ...near('total', 'the total of', money.spent, budgets.total),
  ];
}

/** The day's cap, where so much of it is spent that policy warns. */
export function dayWarnings({ date, spent, cap }: DayMoney, warnAtPercent: number): Warning[] {
  return isNear(spent, cap, warnAtPercent) ? [warning('day', `the cap of ${date},`, spent, cap)] : [];
}

function warning(scope: Warning['scope'], of: string, spent: Usd, budget: Usd): Warning {
  const percent = budget === 0 ? 100 : Math.floor((spent * 100) / budget);
  return {
    scope,
    spent: toDollars(spent),
    budget: toDollars(budget),
    percent,
    text: `${percent} % of ${of} ${formatUsd(budget)} is spent: ${formatUsd(spent)}`,
  };
}
