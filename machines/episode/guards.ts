import { isFinished, phaseNames, type PhaseName } from '../phases.js';
import { formatUsd } from '../usd.js';
import type { Claim, EpisodeContext, Operation, Phases } from './context.js';
import type { DayMoney, EpisodeEvent, EventOf } from './events.js';
import { committedOf, isDaySpent, leftOf, leftOfDay, leftOfPhase, openOperation } from './money.js';
import { refuse, type Refusal } from './refusal.js';

/** A guard that explains itself: null lets the event pass. Pure. */
export type Check<Event extends EpisodeEvent = EpisodeEvent> = (context: EpisodeContext, event: Event) => Refusal | null;

const mostCheckpoints = 200;

/** Who may move an episode: nobody with a lost claim, and nobody else while a claim is alive. */
export const checkMover: Check = (context, event) => {
  const lost = checkClaimNumber(context, event);
  if (lost) return lost;
  const { claim } = context;
  if (!claim || event.claim !== undefined || isOver(claim, event.at)) return null;
  return refuse(
    'claimed_elsewhere',
    `${context.sessionId} is being produced by ${claim.by} (claim ${claim.number}, until ${claim.until}); wait for it, stop it, or pause the episode.`,
  );
};

/** Instants come with and without milliseconds, so their texts do not sort. */
function isOver({ until }: Claim, at: string): boolean {
  return Date.parse(until) <= Date.parse(at);
}

/** An event with a claim number must carry the present one. */
export const checkClaimNumber: Check = (context, event) => {
  if (event.claim === undefined || event.claim === context.claim?.number) return null;
  const holder = context.claim ? `${context.claim.by} holds claim ${context.claim.number}` : 'nobody holds one';
  return refuse('claim_lost', `claim ${event.claim} on ${context.sessionId} is no longer valid (${holder}); stop working on this episode.`);
};

/** An intent that names a phase must name the one that is under way. */
const checkPhase = (context: EpisodeContext, phase: PhaseName): Refusal | null => {
  const current = currentPhase(context);
  if (phase === current) return null;
  const { status } = context.phases[phase];
  const why = isFinished(status) ? `${phase} is ${status} already` : `${phase} cannot come before ${current} is finished`;
  const next = current === null ? 'no phase is left to work on' : `go on with ${current}`;
  return refuse('phase_out_of_order', `${why} in ${context.sessionId}; ${next}.`);
};

/** The first phase that is neither complete nor skipped; null when all are. */
export function currentPhase(context: EpisodeContext): PhaseName | null {
  return phaseNames.find((phase) => !isFinished(context.phases[phase].status)) ?? null;
}

/** A phase leaves no operation of its own or of an earlier phase behind. Held ones of later phases wait until those run again. */
const checkOperationsDone = (context: EpisodeContext, phase: PhaseName): Refusal | null =>
  notSettled(context, (operation) => phaseNames.indexOf(operation.phase) <= phaseNames.indexOf(phase));

/** Held operations may stay over a restore: they are reconciled when their phase runs again. */
const checkNothingRunning = (context: EpisodeContext): Refusal | null => notSettled(context, (operation) => operation.state === 'open');

const notSettled = (context: EpisodeContext, matters: (operation: Operation) => boolean): Refusal | null => {
  const keys = Object.entries(context.operations).flatMap(([key, operation]) => (matters(operation) ? [key] : []));
  if (keys.length === 0) return null;
  return refuse(
    'operations_open',
    `${keys.length} paid operation(s) of ${context.sessionId} are not settled (${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ', …' : ''}); settle or release them first.`,
  );
};

/** A budget of nothing is not used up by nothing: free work may go on. */
const checkEpisodeMoney = ({ sessionId, money, budgets }: EpisodeContext): Refusal | null =>
  money.spent === 0 || money.spent < budgets.total
    ? null
    : refuse(
        'budget_exhausted',
        `${sessionId} has spent ${formatUsd(money.spent)} of its ${formatUsd(budgets.total)}; raise the total budget to go on.`,
      );

const checkDayMoney = ({ sessionId }: EpisodeContext, day: DayMoney): Refusal | null =>
  isDaySpent(day)
    ? refuse('daily_cap_reached', `the day's ${formatUsd(day.cap)} are used up for ${day.date}; go on with ${sessionId} tomorrow or raise the day's cap.`)
    : null;

const checkQuality = (context: EpisodeContext, phase: PhaseName): Refusal | null => {
  for (const [name, least] of Object.entries(context.rules.quality[phase] ?? {})) {
    const score = Object.hasOwn(context.quality, name) ? context.quality[name] : undefined;
    if (score === undefined || score < least) {
      const found = score === undefined ? 'not recorded' : String(score);
      return refuse('quality_rejected', `${phase} cannot complete in ${context.sessionId}: ${name} is ${found}, the policy asks for at least ${least}; improve the work and record its score, or fail the phase.`);
    }
  }
  return null;
};

const checkCheckpointRoom = (context: EpisodeContext, name: string): Refusal | null =>
  Object.hasOwn(context.checkpoints, name) || Object.keys(context.checkpoints).length < mostCheckpoints
    ? null
    : refuse('checkpoint_limit', `${context.sessionId} has ${mostCheckpoints} checkpoints; save under an existing name.`);

export const checkStart: Check<EventOf<'phase.start'>> = (context, event) =>
  checkMover(context, event) ??
  checkPhase(context, event.phase) ??
  checkEpisodeMoney(context) ??
  (event.day ? checkDayMoney(context, event.day) : null);

export const checkComplete: Check<EventOf<'phase.complete'>> = (context, event) =>
  checkMover(context, event) ??
  checkPhase(context, event.phase) ??
  checkOperationsDone(context, event.phase) ??
  checkQuality(context, event.phase) ??
  checkCheckpointRoom(context, event.checkpoint.name);

export const checkSkip: Check<EventOf<'phase.skip' | 'phase.fulfill'>> = (context, event) =>
  checkMover(context, event) ?? checkPhase(context, event.phase) ?? checkOperationsDone(context, event.phase);

export const checkFulfill: Check<EventOf<'phase.fulfill'>> = (context, event) =>
  checkSkip(context, event) ?? checkCheckpointRoom(context, event.checkpoint.name);

export const checkCurrent: Check<EventOf<'phase.pause' | 'phase.resume' | 'review.approve' | 'review.reject'>> = (context, event) =>
  checkClaimNumber(context, event) ?? checkPhase(context, event.phase);

export const checkFailed: Check<EventOf<'phase.failed'>> = (context, event) =>
  checkClaimNumber(context, event) ?? checkPhase(context, event.phase);

/** The caps, in the order phase ⊂ episode ⊂ day. */
export const checkReserve: Check<EventOf<'cost.reserve'>> = (context, event) => {
  const early = checkClaimNumber(context, event) ?? checkPhase(context, event.phase) ?? checkKeyFree(context, event.key) ?? checkEpisodeMoney(context);
  if (early) return early;
  const asks = `${event.operation} asks for ${formatUsd(event.amount)} in ${context.sessionId}`;
  if (context.rules.hardPhaseBudgets && event.amount > leftOfPhase(context, event.phase)) {
    return refuse('phase_budget_exhausted', `${asks}, and ${formatUsd(leftOfPhase(context, event.phase))} of the ${event.phase} budget is left; raise it or ask for less.`);
  }
  if (event.amount > leftOf(context)) {
    return refuse('budget_exhausted', `${asks}, and ${formatUsd(leftOf(context))} of ${formatUsd(context.budgets.total)} is left (spent or reserved: ${formatUsd(committedOf(context))}); raise the total budget or ask for less.`);
  }
  if (event.amount > leftOfDay(event.day)) {
    return refuse('daily_cap_reached', `${asks}, and ${formatUsd(leftOfDay(event.day))} of the day's ${formatUsd(event.day.cap)} is left for ${event.day.date}; wait for the next day or raise the day's cap.`);
  }
  return checkDayMoney(context, event.day);
};

const checkKeyFree = (context: EpisodeContext, key: string): Refusal | null => {
  if (Object.hasOwn(context.settled, key)) return refuse('operation_settled', `operation ${key} of ${context.sessionId} is settled and paid; its result is kept, use it.`);
  const open = openOperation(context, key);
  return open ? refuse('operation_exists', `operation ${key} of ${context.sessionId} is ${open.state} since ${open.at}; settle or release it first.`) : null;
};

export const checkRecorded: Check<EventOf<'cost.recorded'>> = (context, event) =>
  event.key === undefined ? null : checkKeyFree(context, event.key);

/** Money facts carry no claim check: what was paid was paid, whoever says so. */
export const checkOperationKnown: Check<EventOf<'operation.settled' | 'operation.released' | 'operation.held'>> = (context, event) => {
  if (openOperation(context, event.key)) return null;
  if (Object.hasOwn(context.settled, event.key)) return refuse('operation_settled', `operation ${event.key} of ${context.sessionId} is settled already; nothing is paid twice.`);
  return refuse('operation_unknown', `${context.sessionId} has no reserved operation ${event.key}; reserve it first.`);
};

export const checkRetry: Check<EventOf<'operation.retry'>> = (context, event) => {
  const unknown = checkClaimNumber(context, event) ?? checkOperationKnown(context, { ...event, type: 'operation.held' });
  const operation = openOperation(context, event.key);
  if (unknown || !operation) return unknown;
  if (operation.state === 'held') return checkPhase(context, operation.phase);
  return refuse('operation_exists', `operation ${event.key} of ${context.sessionId} is under way; settle or release it, or hold it before it is tried again.`);
};

export const checkSave: Check<EventOf<'checkpoint.save'>> = (context, event) =>
  checkClaimNumber(context, event) ?? checkCheckpointRoom(context, event.checkpoint.name);

export const checkRestore: Check<EventOf<'checkpoint.restore'>> = (context, event) => {
  const early = checkMover(context, event) ?? checkNothingRunning(context) ?? checkProgress(context, event.phases, event.resume);
  if (early) return early;
  if (isCancelled(context)) return refuse('not_recoverable', `${context.sessionId} was cancelled; fork it to work on it again.`);
  const known = Object.hasOwn(context.checkpoints, event.name) ? context.checkpoints[event.name] : undefined;
  return known?.sha256 === event.sha256 ? null : refuse('checkpoint_unknown', `${context.sessionId} has no checkpoint ${event.name} with this content; restore one of those it has.`);
};

/** Whoever goes on at a phase must have finished those before it; else no phase could ever start. */
const checkProgress = ({ sessionId }: EpisodeContext, phases: Phases, resume: PhaseName): Refusal | null => {
  const missing = phaseNames.slice(0, phaseNames.indexOf(resume)).find((phase) => !isFinished(phases[phase].status));
  return missing ? refuse('phase_out_of_order', `${sessionId} cannot go on with ${resume}: ${missing} is not finished there; resume at ${missing}.`) : null;
};

/** By a decision, for good. A worker that was aborted fails its phase with the same code, and that can be tried again. */
const isCancelled = ({ failure }: EpisodeContext): boolean => failure?.code === 'cancelled' && !failure.retryable;

/** `can_recover`: attempts left, failure recoverable, money left (DESIGN.md, section 3). */
export const checkRecover: Check<EventOf<'recovery.begin'>> = (context, event) => {
  const early = checkMover(context, event);
  if (early) return early;
  const { failure, sessionId, recoveries, rules } = context;
  if (isCancelled(context)) return refuse('not_recoverable', `${sessionId} was cancelled; fork it to work on it again.`);
  if (recoveries >= rules.maxRecoveries) return refuse('recovery_exhausted', `${sessionId} has been recovered ${recoveries} times, the most its policy allows; archive or fork it.`);
  const money = checkEpisodeMoney(context);
  if (money) return money;
  const passed = rules.hardPhaseBudgets ? phaseNames.find((phase) => context.phases[phase].spent > context.budgets[phase]) : undefined;
  if (passed) return refuse('phase_budget_exhausted', `${sessionId} has passed its ${passed} budget; raise it to recover.`);
  if (failure?.code === 'daily_cap_reached' && leftOfDay(event.day) <= 0) {
    return refuse('daily_cap_reached', `the day's ${formatUsd(event.day.cap)} are used up for ${event.day.date}; recover ${sessionId} tomorrow or raise the day's cap.`);
  }
  return null;
};

/** Recovery goes to the first unfinished phase, or to an earlier one by choice. */
export const checkResumePoint: Check<EventOf<'recovery.resume'>> = (context, event) => {
  const early = checkMover(context, event);
  if (early) return early;
  const first = currentPhase(context);
  if (first !== null && phaseNames.indexOf(event.phase) > phaseNames.indexOf(first)) {
    return refuse('phase_out_of_order', `${context.sessionId} cannot resume at ${event.phase}: ${first} is not finished; resume at ${first}.`);
  }
  return null;
};

export const checkClaim: Check<EventOf<'lease.claim'>> = (context, event) => {
  const { claim } = context;
  if (!claim || isOver(claim, event.at)) return null;
  return refuse('claimed_elsewhere', `${context.sessionId} is being produced by ${claim.by} (claim ${claim.number}, until ${claim.until}); wait for it or stop it.`);
};

export const checkRenew: Check<EventOf<'lease.renew'>> = (context, event) =>
  checkClaimNumber(context, event) ??
  (context.claim ? null : refuse('claim_lost', `nobody holds a claim on ${context.sessionId}; claim it before working on it.`));

export const checkRaise: Check<EventOf<'budget.raise'>> = (context, event) => {
  if (event.scope === 'day' && !event.day) {
    return refuse('invalid_input', `day: raising the day's cap for ${context.sessionId} takes the day that it is for; add it to the event.`);
  }
  return checkClaimNumber(context, event);
};

export const checkForked: Check<EventOf<'episode.forked'>> = (context, event) =>
  context.forkedFrom === null
    ? refuse('wrong_state', `${context.sessionId} was not created as a fork; fork an episode to get one.`)
    : checkProgress(context, event.phases, event.resume);

/** Guards by the names that the chart uses. Each explains itself when it refuses. */
export const checks = {
  mayStart: checkStart,
  mayComplete: checkComplete,
  maySkip: checkSkip,
  mayFulfill: checkFulfill,
  isCurrent: checkCurrent,
  mayFail: checkFailed,
  mayReserve: checkReserve,
  mayRecord: checkRecorded,
  isKnownOperation: checkOperationKnown,
  mayRetry: checkRetry,
  maySave: checkSave,
  mayRestore: checkRestore,
  mayRecover: checkRecover,
  mayResume: checkResumePoint,
  mayClaim: checkClaim,
  mayRenew: checkRenew,
  mayRaise: checkRaise,
  mayFork: checkForked,
  mayMove: checkMover,
  holdsClaim: checkClaimNumber,
};
