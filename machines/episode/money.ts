import { phaseNames, type PhaseName } from '../phase-names.js';
import { addUsd, subtractUsd, type Usd } from '../usd.js';
import type { EpisodeContext, Operation } from './context.js';
import type { DayMoney, EpisodeEvent } from './events.js';

/** How an event changes what is spent and reserved, in which phase and on which day; undefined when it moves no money. */
export interface MoneyMove {
  phase: PhaseName;
  day: string;
  spent: Usd;
  reserved: Usd;
}

const none = 0 as Usd;

// A step's guards, reducer, ledger and announcements all ask: it is worked out once.
let asked: { context: EpisodeContext; event: EpisodeEvent; move: MoneyMove | undefined } | undefined;

/** The money that `event` moves in an episode with this context; neither may change afterwards. Pure; the one place that knows. */
export function moneyMove(context: EpisodeContext, event: EpisodeEvent): MoneyMove | undefined {
  if (asked?.context !== context || asked.event !== event)
    asked = { context, event, move: workOut(context, event) };
  return asked.move;
}

function workOut(context: EpisodeContext, event: EpisodeEvent): MoneyMove | undefined {
  switch (event.type) {
    case 'cost.recorded':
      return { phase: event.phase, day: event.day.date, spent: event.cost, reserved: none };
    case 'cost.corrected':
      return {
        phase: event.phase,
        day: event.day.date,
        spent: subtractUsd(event.cost, event.was),
        reserved: none,
      };
    case 'cost.reserve':
      return { phase: event.phase, day: event.day.date, spent: none, reserved: event.amount };
    case 'operation.settled':
    case 'operation.released': {
      const held = openOperation(context, event.key);
      if (!held) return undefined;
      const spent = event.type === 'operation.settled' ? event.cost : none;
      return { phase: held.phase, day: held.day, spent, reserved: subtractUsd(none, held.amount) };
    }
    default:
      return undefined;
  }
}

export function openOperation(context: EpisodeContext, key: string): Operation | undefined {
  return Object.hasOwn(context.operations, key) ? context.operations[key] : undefined;
}

/** A budget of nothing is not used up by nothing: free work may go on. */
export function isTotalUsedUp({ money, budgets }: EpisodeContext): boolean {
  return money.spent !== 0 && money.spent >= budgets.total;
}

/** The budgets that are used up now, and keep an episode from being recovered. */
export function usedUp(context: EpisodeContext): ('total' | PhaseName)[] {
  const { phases, budgets, rules } = context;
  const passed = phaseNames.filter((phase) => rules.hardPhaseBudgets && phases[phase].spent > budgets[phase]);
  return isTotalUsedUp(context) ? ['total', ...passed] : passed;
}

/** Spent and reserved together, of an episode. */
export function committedOf(context: EpisodeContext): Usd {
  return addUsd(context.money.spent, context.money.reserved);
}

/** What may still be reserved in the episode; never below zero. */
export function leftOf(context: EpisodeContext): Usd {
  return Math.max(0, context.budgets.total - committedOf(context)) as Usd;
}

/** What may still be reserved in a phase before its own budget; never below zero. */
export function leftOfPhase(context: EpisodeContext, phase: PhaseName): Usd {
  const { spent, reserved } = context.phases[phase];
  return Math.max(0, context.budgets[phase] - spent - reserved) as Usd;
}

/** What may still be reserved on a day; never below zero. */
export function leftOfDay(day: DayMoney): Usd {
  return Math.max(0, day.cap - day.spent - day.reserved) as Usd;
}

/** Whether the event's cost takes the episode's spending above its total (or, where policy says so, above the phase's budget). */
export function passesBudget(context: EpisodeContext, event: EpisodeEvent): boolean {
  const move = moneyMove(context, event);
  if (!move || move.spent <= 0) return false;
  if (context.money.spent + move.spent > context.budgets.total) return true;
  return (
    context.rules.hardPhaseBudgets &&
    context.phases[move.phase].spent + move.spent > context.budgets[move.phase]
  );
}

/** Whether the event's cost takes the day's spending above the cap. */
export function passesDay(context: EpisodeContext, event: EpisodeEvent): boolean {
  const move = spendingOfDay(context, event);
  return move !== undefined && move.after > move.cap;
}

/** Whether the event's cost uses up the day's cap, which other costs had not done before. */
export function reachesDay(context: EpisodeContext, event: EpisodeEvent): boolean {
  const move = spendingOfDay(context, event);
  return move !== undefined && move.before < move.cap && move.after >= move.cap;
}

/** What the operation's day has seen with this cost; undefined when nothing is spent, or when the event tells of another day. */
export function spendingOfDay(
  context: EpisodeContext,
  event: EpisodeEvent,
): { date: string; before: Usd; after: Usd; cap: Usd } | undefined {
  const move = moneyMove(context, event);
  if (!move || move.spent <= 0 || !('day' in event) || event.day?.date !== move.day) return undefined;
  const { date, spent, cap } = event.day;
  return { date, before: spent, after: addUsd(spent, move.spent), cap };
}

/** Whether spending has used up the day. */
export function isDaySpent({ spent, cap }: DayMoney): boolean {
  return spent > 0 && spent >= cap;
}

/** Whether spending has reached the warning threshold of the phase's budget. */
export function reachesWarning(context: EpisodeContext, phase: PhaseName, spent: Usd, budget: Usd): boolean {
  return isNear(spent, budget, context.rules.warnAtPercent);
}

/** Whether so much of a budget, or of a cap, is spent that policy warns. */
export function isNear(spent: Usd, budget: Usd, warnAtPercent: number): boolean {
  return spent > 0 && spent * 100 >= budget * warnAtPercent;
}
