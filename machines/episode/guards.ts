import { escapeForShell } from '../escape.js';
import { phaseAfter, type PhaseName } from '../phase-names.js';
import { addUsd, formatUsd, type Usd } from '../usd.js';
import { checkClaim, checkClaimNumber, checkMover, checkRenew } from './_claim-checks.js';
import {
  checkDayMoney,
  checkEpisodeMoney,
  checkKeyFree,
  checkNothingRunning,
  checkOperationsDone,
  checkReserve,
} from './_money-checks.js';
import { checkPhase, checkProgress } from './_phase-checks.js';
import type { Check } from './check.js';
import type { EpisodeContext } from './context.js';
import type { EventOf } from './events.js';
import { hasKey, valueAt } from './key-tree.js';
import { leftOfDay, openOperation, usedUp } from './money.js';
import { missedGates } from './quality-gates.js';
import { refuse, type Refusal } from './refusal.js';

const mostCheckpoints = 200;

const checkQuality = (context: EpisodeContext, phase: PhaseName): Refusal | null => {
  const [missed] = missedGates(context, phase);
  if (!missed) return null;
  const { name, least, score } = missed;
  const { sessionId } = context;
  return refuse(
    'quality_rejected',
    `${phase} cannot complete in ${sessionId}: ${name} is ${score ?? 'not recorded'}, the policy asks for at least ${least}; if it is good enough, score it (showrunner quality ${sessionId} ${escapeForShell(name)} <score>), or improve the work and record its score; a phase that has failed is done anew when it is recovered (showrunner recover ${sessionId}).`,
  );
};

const checkCheckpointRoom = (context: EpisodeContext, name: string): Refusal | null =>
  Object.hasOwn(context.checkpoints, name) || Object.keys(context.checkpoints).length < mostCheckpoints
    ? null
    : refuse(
        'checkpoint_limit',
        `${context.sessionId} has ${mostCheckpoints} checkpoints; save under an existing name.`,
      );

/** An episode with a time to begin at is left alone until then, whoever comes. */
const checkTime = ({ startAt, sessionId }: EpisodeContext, at: string): Refusal | null =>
  startAt === null || Date.parse(startAt) <= Date.parse(at)
    ? null
    : refuse(
        'too_early',
        `${sessionId} is not to be taken up before ${startAt}; wait until then, or let it begin now: showrunner schedule ${sessionId} --start-at now`,
      );

export const checkSchedule: Check<EventOf<'episode.scheduled'>> = (context, event) => {
  const { startAt = context.startAt, dueBy = context.dueBy } = event;
  const lost = checkClaimNumber(context, event);
  if (lost || startAt === null || dueBy === null || Date.parse(startAt) < Date.parse(dueBy)) return lost;
  return refuse(
    'invalid_input',
    `dueBy: ${dueBy} is not after ${startAt}, when ${context.sessionId} begins; give a later one, or an earlier time to begin.`,
  );
};

export const checkStart: Check<EventOf<'phase.start'>> = (context, event) =>
  checkMover(context, event) ??
  checkPhase(context, event.phase) ??
  checkTime(context, event.at) ??
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

export const checkCurrent: Check<
  EventOf<'phase.pause' | 'phase.resume' | 'phase.sleep' | 'review.approve' | 'review.reject'>
> = (context, event) => checkClaimNumber(context, event) ?? checkPhase(context, event.phase);

export const checkFailed: Check<EventOf<'phase.failed'>> = (context, event) =>
  checkClaimNumber(context, event) ?? checkPhase(context, event.phase);

export const checkRecorded: Check<EventOf<'cost.recorded'>> = (context, event) =>
  event.key === undefined ? null : checkKeyFree(context, event.key);

/** What the books say can be corrected, by whoever knows what they say: of two who correct at once the later one reads again. */
export const checkCorrected: Check<EventOf<'cost.corrected'>> = (context, { key, phase, was, cost }) => {
  const { sessionId, paid, phases } = context;
  const booked = valueAt(paid, key);
  if (booked === undefined)
    return refuse(
      'operation_unknown',
      `${sessionId} has no settled operation ${key} whose cost could be corrected; ${openOperation(context, key) ? 'settle it with its cost' : 'showrunner show tells which there are'}.`,
    );
  if (booked !== was)
    return refuse(
      'invalid_input',
      `was: operation ${key} of ${sessionId} stands at ${formatUsd(booked)} in the books, not at ${formatUsd(was)}; read it again.`,
    );
  return phases[phase].spent + cost >= was
    ? null
    : refuse(
        'invalid_input',
        `phase: ${phase} of ${sessionId} has not spent the ${formatUsd(was)} of operation ${key}; name the phase that has.`,
      );
};

/** Money facts carry no claim check: what was paid was paid, whoever says so. */
export const checkOperationKnown: Check<
  EventOf<'operation.settled' | 'operation.released' | 'operation.held'>
> = (context, event) => {
  if (openOperation(context, event.key)) return null;
  if (hasKey(context.paid, event.key))
    return refuse(
      'operation_settled',
      `operation ${event.key} of ${context.sessionId} is settled already; nothing is paid twice.`,
    );
  return refuse(
    'operation_unknown',
    `${context.sessionId} has no reserved operation ${event.key}; reserve it first.`,
  );
};

export const checkSettled: Check<EventOf<'result.recorded'>> = (context, event) => {
  const lost = checkClaimNumber(context, event);
  if (lost || hasKey(context.paid, event.key)) return lost;
  return refuse(
    'operation_unknown',
    `${context.sessionId} has no settled operation ${event.key}; settle it with its cost first.`,
  );
};

/** Only what nothing has been built on, and what its phase's record has. */
export const checkEdit: Check<EventOf<'artifact.edited'>> = (context, event) => {
  const { phase, checkpoint } = event;
  const early = checkClaimNumber(context, event);
  if (early) return early;
  const { sessionId, phases } = context;
  if (phases[phase].checkpoint !== checkpoint.name)
    return refuse(
      'wrong_state',
      `${phase} of ${sessionId} is neither in review nor complete: nothing of it can be edited yet.`,
    );
  const next = phaseAfter(phase);
  if (next === null || ['pending', 'failed'].includes(phases[next].status)) return null;
  return refuse(
    'wrong_state',
    `${next} of ${sessionId} is ${phases[next].status} and builds on ${phase}; go back first: showrunner restore ${sessionId} ${checkpoint.name}`,
  );
};

export const checkRetry: Check<EventOf<'operation.retry'>> = (context, event) => {
  const unknown =
    checkClaimNumber(context, event) ?? checkOperationKnown(context, { ...event, type: 'operation.held' });
  const operation = openOperation(context, event.key);
  if (unknown || !operation) return unknown;
  if (operation.state === 'held') return checkPhase(context, operation.phase);
  return refuse(
    'operation_exists',
    `operation ${event.key} of ${context.sessionId} is under way; settle or release it, or hold it before it is tried again.`,
  );
};

export const checkSave: Check<EventOf<'checkpoint.save'>> = (context, event) =>
  checkClaimNumber(context, event) ?? checkCheckpointRoom(context, event.checkpoint.name);

export const checkRestore: Check<EventOf<'checkpoint.restore'>> = (context, event) => {
  const early =
    checkMover(context, event) ??
    checkNothingRunning(context) ??
    checkProgress(context, event.phases, event.resume);
  if (early) return early;
  if (isCancelled(context))
    return refuse(
      'not_recoverable',
      `${context.sessionId} was cancelled; fork it (showrunner fork ${context.sessionId}) to work on it again.`,
    );
  const known = Object.hasOwn(context.checkpoints, event.name) ? context.checkpoints[event.name] : undefined;
  return known?.sha256 === event.sha256
    ? null
    : refuse(
        'checkpoint_unknown',
        `${context.sessionId} has no checkpoint ${event.name} with this content; restore one of those it has.`,
      );
};

/** By a decision, for good. A worker that was aborted fails its phase with the same code, and that can be tried again. */
const isCancelled = ({ failure }: EpisodeContext): boolean =>
  failure?.code === 'cancelled' && !failure.retryable;

/** `can_recover`: attempts left, failure recoverable, money left. */
export const checkRecover: Check<EventOf<'recovery.begin'>> = (context, event) => {
  const early = checkMover(context, event);
  if (early) return early;
  const { failure, sessionId, recoveries, rules } = context;
  if (isCancelled(context))
    return refuse(
      'not_recoverable',
      `${sessionId} was cancelled; fork it (showrunner fork ${sessionId}) to work on it again.`,
    );
  if (!event.free && recoveries >= rules.maxRecoveries)
    return refuse(
      'recovery_exhausted',
      `${sessionId} has been recovered ${recoveries} times, the most its policy allows; archive it, or fork it (showrunner fork ${sessionId}).`,
    );
  const money = checkEpisodeMoney(context);
  if (money) return money;
  const [passed] = usedUp(context);
  if (passed)
    return refuse(
      'phase_budget_exhausted',
      `${sessionId} has passed its ${passed} budget; raise it to recover.`,
    );
  if (failure?.code === 'daily_cap_reached' && leftOfDay(event.day) <= 0) {
    return refuse(
      'daily_cap_reached',
      `the day's ${formatUsd(event.day.cap)} are used up for ${event.day.date}; recover ${sessionId} tomorrow or raise the day's cap.`,
    );
  }
  return null;
};

export const checkRaise: Check<EventOf<'budget.raise'>> = (context, event) =>
  event.scope === 'day' && !event.day ? dayMissing(context, 'raising') : checkClaimNumber(context, event);

function dayMissing({ sessionId }: EpisodeContext, doing: string): Refusal {
  return refuse(
    'invalid_input',
    `day: ${doing} the day's cap for ${sessionId} takes the day that it is for; add it to the event.`,
  );
}

/** A budget may be lowered, but not below what is spent and reserved of it. */
export const checkSetBudget: Check<EventOf<'budget.set'>> = (context, event) => {
  const early = checkClaimNumber(context, event);
  if (early) return early;
  const found = budgetOf(context, event);
  if (!found) return dayMissing(context, 'setting');
  const { name, spent, reserved } = found;
  const least = addUsd(spent, reserved);
  if (event.amount >= least) return null;
  return refuse(
    'budget_in_use',
    `${name} cannot be ${formatUsd(event.amount)}: ${formatUsd(spent)} are spent and ${formatUsd(reserved)} reserved of it; set it to ${formatUsd(least)} or more, or settle what is reserved first.`,
  );
};

/** What an event sets, in words, and what is used of it; undefined for the day's cap without the day. */
function budgetOf(
  { sessionId, money, phases }: EpisodeContext,
  { scope, day }: EventOf<'budget.set'>,
): { name: string; spent: Usd; reserved: Usd } | undefined {
  if (scope === 'day') return day && { name: "the day's cap", spent: day.spent, reserved: day.reserved };
  const { spent, reserved } = scope === 'total' ? money : phases[scope];
  return { name: `the ${scope} budget of ${sessionId}`, spent, reserved };
}

export const checkForked: Check<EventOf<'episode.forked'>> = (context, event) =>
  context.forkedFrom === null
    ? refuse('wrong_state', `${context.sessionId} was not created as a fork; fork an episode to get one.`)
    : checkProgress(context, event.phases, event.resume);

/** One tells a person, and the others leave it to him. */
export const checkNotice: Check<EventOf<'notice.begin'>> = (context, event) => {
  const { notices, sessionId } = context;
  const { wait, at } = event;
  const lost = checkClaimNumber(context, event);
  if (lost) return lost;
  const notice = Object.hasOwn(notices, wait) ? notices[wait] : undefined;
  if (!notice) return null;
  const { given, reminders, underWay } = notice;
  if (underWay && Date.parse(underWay.until) > Date.parse(at))
    return refuse(
      'claimed_elsewhere',
      `somebody is telling of ${wait} of ${sessionId} until ${underWay.until}; leave it to him.`,
    );
  return given <= reminders
    ? null
    : refuse('wrong_state', `of ${wait} of ${sessionId} everything was told; there is nothing to do.`);
};

export const checkNoticeUnderWay: Check<EventOf<'notice.given' | 'notice.failed'>> = (context, event) => {
  const { notices, sessionId } = context;
  const { wait } = event;
  const lost = checkClaimNumber(context, event);
  if (lost || (Object.hasOwn(notices, wait) && notices[wait]?.underWay)) return lost;
  return refuse('wrong_state', `nobody is telling of ${wait} of ${sessionId}; begin it first.`);
};

/** Guards by the names that the chart uses. Each explains itself when it refuses. */
export const checks = {
  mayStart: checkStart,
  maySchedule: checkSchedule,
  mayComplete: checkComplete,
  maySkip: checkSkip,
  mayFulfill: checkFulfill,
  isCurrent: checkCurrent,
  mayFail: checkFailed,
  mayReserve: checkReserve,
  mayRecord: checkRecorded,
  mayCorrect: checkCorrected,
  isKnownOperation: checkOperationKnown,
  mayRetry: checkRetry,
  isSettled: checkSettled,
  mayEdit: checkEdit,
  maySave: checkSave,
  mayRecover: checkRecover,
  mayClaim: checkClaim,
  mayRenew: checkRenew,
  mayTell: checkNotice,
  isTold: checkNoticeUnderWay,
  mayRaise: checkRaise,
  maySetBudget: checkSetBudget,
  mayMove: checkMover,
  holdsClaim: checkClaimNumber,
};
