import { phaseNames, type PhaseName } from '../phase-names.js';
import { formatUsd, type Usd } from '../usd.js';
import { checkClaimNumber } from './_claim-checks.js';
import { checkPhase } from './_phase-checks.js';
import type { Check } from './check.js';
import type { EpisodeContext, Operation } from './context.js';
import type { DayMoney, EventOf } from './events.js';
import { hasKey } from './key-tree.js';
import {
  committedOf,
  isDaySpent,
  isTotalUsedUp,
  leftOf,
  leftOfDay,
  leftOfPhase,
  openOperation,
} from './money.js';
import { refuse, type Refusal } from './refusal.js';

export const checkEpisodeMoney = (context: EpisodeContext): Refusal | null => {
  if (!isTotalUsedUp(context)) return null;
  const { sessionId, money, budgets } = context;
  return refuse(
    'budget_exhausted',
    `${sessionId} has spent ${formatUsd(money.spent)} of its ${formatUsd(budgets.total)}; raise the total budget to go on.`,
  );
};

export const checkDayMoney = ({ sessionId }: EpisodeContext, day: DayMoney): Refusal | null =>
  isDaySpent(day)
    ? refuse(
        'daily_cap_reached',
        `the day's ${formatUsd(day.cap)} are used up for ${day.date}; go on with ${sessionId} tomorrow or raise the day's cap.`,
      )
    : null;

export const checkKeyFree = (context: EpisodeContext, key: string): Refusal | null => {
  if (hasKey(context.paid, key))
    return refuse(
      'operation_settled',
      `operation ${key} of ${context.sessionId} is settled and paid; its result is kept, use it.`,
    );
  const open = openOperation(context, key);
  return open
    ? refuse(
        'operation_exists',
        `operation ${key} of ${context.sessionId} is ${open.state} since ${open.at}; settle or release it first.`,
      )
    : null;
};

/** The caps, in the order phase ⊂ episode ⊂ day. */
export const checkReserve: Check<EventOf<'cost.reserve'>> = (context, event) => {
  const early =
    checkClaimNumber(context, event) ??
    checkPhase(context, event.phase) ??
    checkKeyFree(context, event.key) ??
    checkEpisodeMoney(context);
  if (early) return early;
  const asks = `${event.operation} asks for ${formatUsd(event.amount)} in ${context.sessionId}`;
  if (context.rules.hardPhaseBudgets && event.amount > leftOfPhase(context, event.phase)) {
    const { spent, reserved } = context.phases[event.phase];
    const budget = context.budgets[event.phase];
    if (spent + event.amount <= budget)
      return reservedBy(asks, `the ${event.phase} budget`, budget, spent, reserved);
    return refuse(
      'phase_budget_exhausted',
      `${asks}, and ${formatUsd(leftOfPhase(context, event.phase))} of the ${event.phase} budget is left; raise it or ask for less.`,
    );
  }
  if (event.amount > leftOf(context)) {
    const { spent, reserved } = context.money;
    const { total } = context.budgets;
    if (spent + event.amount <= total) return reservedBy(asks, 'the total', total, spent, reserved);
    return refuse(
      'budget_exhausted',
      `${asks}, and ${formatUsd(leftOf(context))} of ${formatUsd(context.budgets.total)} is left (spent or reserved: ${formatUsd(committedOf(context))}); raise the total budget or ask for less.`,
    );
  }
  if (event.amount > leftOfDay(event.day)) {
    const { cap, spent, reserved } = event.day;
    if (spent + event.amount <= cap) return reservedBy(asks, "the day's cap", cap, spent, reserved);
    return refuse(
      'daily_cap_reached',
      `${asks}, and ${formatUsd(leftOfDay(event.day))} of the day's ${formatUsd(event.day.cap)} is left for ${event.day.date}; wait for the next day or raise the day's cap.`,
    );
  }
  return checkDayMoney(context, event.day);
};

/** What is reserved is not spent: it makes others wait, and fails nobody. */
function reservedBy(asks: string, what: string, cap: Usd, spent: Usd, reserved: Usd): Refusal {
  const left = Math.max(0, cap - spent - reserved) as Usd;
  return refuse(
    'budget_reserved',
    `${asks}, and of ${what}, ${formatUsd(cap)}, ${formatUsd(spent)} is spent, ${formatUsd(reserved)} reserved and ${formatUsd(left)} left; try again when what is reserved has been settled or released.`,
  );
}

/** A phase leaves no operation of its own or of an earlier phase behind. Held ones of later phases wait until those run again. */
export const checkOperationsDone = (context: EpisodeContext, phase: PhaseName): Refusal | null =>
  notSettled(context, (operation) => phaseNames.indexOf(operation.phase) <= phaseNames.indexOf(phase));

/** Held operations may stay over a restore: they are reconciled when their phase runs again. */
export const checkNothingRunning = (context: EpisodeContext): Refusal | null =>
  notSettled(context, (operation) => operation.state === 'open');

const notSettled = (context: EpisodeContext, matters: (operation: Operation) => boolean): Refusal | null => {
  const keys = Object.entries(context.operations).flatMap(([key, operation]) =>
    matters(operation) ? [key] : [],
  );
  if (keys.length === 0) return null;
  return refuse(
    'operations_open',
    `${keys.length} paid operation(s) of ${context.sessionId} are not settled (${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ', …' : ''}); settle or release them first.`,
  );
};
