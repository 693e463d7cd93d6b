import {
  keysAndValues,
  moneyMove,
  phaseNames,
  stateName,
  valueAt,
  type Announcement,
  type DayMoney,
  type EpisodeEvent,
  type EpisodeSnapshot,
  type PhaseName,
} from '../../machines/index.js';

/** An accepted event of an exploration, and what was before and after it. */
export interface ExploredStep {
  before: EpisodeSnapshot;
  event: EpisodeEvent;
  after: EpisodeSnapshot;
  /** What would be announced. */
  announcements: Announcement[];
  /** The day's money after it, as the ledger of the production has it. */
  day: DayMoney;
  /** What all accepted events together have cost, in micro-dollars, counted from outside. */
  paid: number;
  /** Whether everything spent so far was reserved before, and settled within its reservation. */
  isGuarded: boolean;
}

/** Says whether something holds after a step. */
export type Invariant = (step: ExploredStep) => boolean;

type Sum = (of: (phase: PhaseName) => number) => number;
const sum: Sum = (of) => phaseNames.reduce((total, name) => total + of(name), 0);
const isOver = (snapshot: EpisodeSnapshot): boolean =>
  ['complete', 'failed', 'archived'].includes(stateName(snapshot));
const capOf = ({ after, day }: ExploredStep): number => Math.min(after.context.budgets.total, day.cap);
const committed = ({ context: { money } }: EpisodeSnapshot): number => money.spent + money.reserved;

/** What must hold after every accepted event of every episode (docs/architecture.md, "What must always hold"). */
export const invariants: Readonly<Record<string, Invariant>> = {
  'no cost is lost': ({ after, paid }) => paid === after.context.money.spent,
  'phases sum to the spent total': ({ after: { context } }) =>
    sum((name) => context.phases[name].spent) === context.money.spent,
  'phases sum to the reserved total': ({ after: { context } }) =>
    sum((name) => context.phases[name].reserved) === context.money.reserved,
  'operations sum to the reserved total': ({ after: { context } }) =>
    Object.values(context.operations).reduce((total, { amount }) => total + amount, 0) ===
    context.money.reserved,
  'money never rewinds, but by a correction': ({ before, event, after }) =>
    event.type === 'cost.corrected' || after.context.money.spent >= before.context.money.spent,
  'what is booked under keys is part of what is spent': ({ after: { context } }) =>
    keysAndValues(context.paid).reduce((total, [, cost]) => total + cost, 0) <= context.money.spent,
  'what is estimated is booked so': ({ after: { context } }) =>
    keysAndValues(context.estimates).every(
      ([key, cost]) => cost === 0 || cost === valueAt(context.paid, key),
    ),
  'the ledger agrees': ({ after: { context }, day }) =>
    day.spent === context.money.spent && day.reserved === context.money.reserved,
  'guarded spending stays within the total and the day': (step) =>
    !step.isGuarded || committed(step.after) <= capOf(step),
  'a reservation stays within the total and the day': (step) =>
    step.event.type !== 'cost.reserve' || step.event.amount === 0 || committed(step.after) <= capOf(step),
  'guarded spending stays within hard phase budgets': ({ after: { context }, isGuarded }) =>
    !isGuarded ||
    !context.rules.hardPhaseBudgets ||
    phaseNames.every(
      (name) => context.phases[name].spent + context.phases[name].reserved <= context.budgets[name],
    ),
  'a completed phase has a checkpoint': ({ after: { context } }) =>
    phaseNames.every(
      (name) => context.phases[name].status !== 'complete' || context.phases[name].checkpoint !== null,
    ),
  'a skipped phase has a reason': ({ after: { context } }) =>
    phaseNames.every(
      (name) => context.phases[name].status !== 'skipped' || context.phases[name].reason !== null,
    ),
  'an end stays an end for money': ({ before, event, after }) =>
    !moneyMove(before.context, event) || !isOver(before) || stateName(after) === stateName(before),
  'spending above a cap fails the episode, and no other spending does': failsAboveCaps,
  'the failure names the cap': (step) =>
    !failedNow(step) ||
    step.after.context.failure?.code === (isOverBudget(step) ? 'budget_exhausted' : 'daily_cap_reached'),
  'a failed episode leaves no call under way': ({ after }) =>
    stateName(after) !== 'failed' ||
    Object.values(after.context.operations).every(({ state }) => state === 'held'),
  'the total is announced when it is reached': (step) =>
    says(step, 'budget:stopped') ===
    (reaches(step, step.after.context.budgets.total) || failedWith(step, 'budget_exhausted')),
  'the day is announced when it is reached': (step) =>
    says(step, 'daily:stopped') === (reaches(step, step.day.cap) || failedWith(step, 'daily_cap_reached')),
  'a warning is given once': warnsOnce,
  'what is spent is told': (step) =>
    !isMoney(step) || says(step, 'cost') === step.after.context.money.spent > step.before.context.money.spent,
};

function isMoney({ before, event }: ExploredStep): boolean {
  return moneyMove(before.context, event) !== undefined;
}

function says({ announcements }: ExploredStep, type: Announcement['type']): boolean {
  return announcements.some((each) => each.type === type);
}

function reaches({ before, after }: ExploredStep, cap: number): boolean {
  return after.context.money.spent >= cap && before.context.money.spent < cap;
}

/** Money made it fail. */
function failedNow(step: ExploredStep): boolean {
  return isMoney(step) && stateName(step.after) === 'failed' && !isOver(step.before);
}

function failedWith(step: ExploredStep, code: string): boolean {
  return failedNow(step) && step.after.context.failure?.code === code;
}

/** What was spent is more than the episode's total, or than a phase budget that is hard. */
function isOverBudget({ before, event, after: { context } }: ExploredStep): boolean {
  const phase = moneyMove(before.context, event)?.phase;
  const isOverPhase =
    phase !== undefined &&
    context.rules.hardPhaseBudgets &&
    context.phases[phase].spent > context.budgets[phase];
  return isOverPhase || context.money.spent > context.budgets.total;
}

function failsAboveCaps(step: ExploredStep): boolean {
  if (!isMoney(step) || isOver(step.before)) return true;
  const { spent } = step.after.context.money;
  // A correction may be of a day that is over: at the day's cap it stops nobody.
  const passesDay = spent > step.day.cap && step.event.type !== 'cost.corrected';
  const passes = spent > step.before.context.money.spent && (isOverBudget(step) || passesDay);
  return (stateName(step.after) === 'failed') === passes;
}

function warnsOnce(step: ExploredStep): boolean {
  const move = moneyMove(step.before.context, step.event);
  if (!move) return true;
  const { context } = step.after;
  const { spent, warned } = context.phases[move.phase];
  const isCrossed = spent > 0 && spent * 100 >= context.budgets[move.phase] * context.rules.warnAtPercent;
  return (
    warned === isCrossed &&
    says(step, 'budget:warning') === (isCrossed && !step.before.context.phases[move.phase].warned)
  );
}
