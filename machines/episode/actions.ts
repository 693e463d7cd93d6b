import type { Failure, FailureCode } from '../failure.js';
import { isRetryable } from '../failures.js';
import { phaseNames, type PhaseName } from '../phase-names.js';
import { addUsd, formatUsd, type Usd, zeroUsd } from '../usd.js';
import type { CheckpointRef, EpisodeContext, Notice, Operation, Phase, Phases, Review } from './context.js';
import type { EpisodeEvent, EventOf, SavedCheckpoint } from './events.js';
import { hasKey, withValue } from './key-tree.js';
import { keptRejected, rejectedName } from './rejected-work.js';
import { currentPhase } from './current-phase.js';
import { limitAtRest, limitAtWork, limitFrom } from './phase-limit.js';
import { moneyMove, openOperation, reachesWarning } from './money.js';

/** A reducer: what an accepted event changes in the context. Pure. */
export type Change<Event extends EpisodeEvent = EpisodeEvent> = (
  context: EpisodeContext,
  event: Event,
) => Partial<EpisodeContext>;

function withPhase({ phases }: EpisodeContext, name: PhaseName, change: Partial<Phase>): Phases {
  const phase = { ...phases[name], ...change };
  // Spelled out: a computed key after a spread takes five times as long (Node 20.20).
  const { research, script, audio } = phases;
  return {
    research: name === 'research' ? phase : research,
    script: name === 'script' ? phase : script,
    audio: name === 'audio' ? phase : audio,
  };
}

function without<Value>(record: Record<string, Value>, key: string): Record<string, Value> {
  if (!Object.hasOwn(record, key)) return record;
  const { [key]: _gone, ...rest } = record;
  return rest;
}

function withCheckpoint(
  context: EpisodeContext,
  phase: PhaseName,
  saved: SavedCheckpoint,
  at: string,
): Record<string, CheckpointRef> {
  const { name, sha256, bytes, next, file } = saved;
  return { ...context.checkpoints, [name]: { phase, at, sha256, bytes, next, file } };
}

/** Phase, episode and operations after an event that moves money. */
function afterMoney(context: EpisodeContext, event: EpisodeEvent): Partial<EpisodeContext> {
  const move = moneyMove(context, event);
  if (!move) return {};
  const before = context.phases[move.phase];
  const spent = addUsd(before.spent, move.spent);
  return {
    phases: withPhase(context, move.phase, {
      spent,
      reserved: addUsd(before.reserved, move.reserved),
      warned: reachesWarning(context, move.phase, spent, context.budgets[move.phase]),
    }),
    money: {
      spent: addUsd(context.money.spent, move.spent),
      reserved: addUsd(context.money.reserved, move.reserved),
      inherited: context.money.inherited,
    },
  };
}

/** Operations whose caller is gone: their outcome is unknown until someone finds out. */
function holdOperations(
  context: EpisodeContext,
  gone: (operation: Operation) => boolean = () => true,
): EpisodeContext['operations'] {
  const entries = Object.entries(context.operations);
  if (!entries.some(([, operation]) => operation.state === 'open' && gone(operation)))
    return context.operations;
  return Object.fromEntries(
    entries.map(([key, operation]) => [
      key,
      gone(operation) ? { ...operation, state: 'held' as const } : operation,
    ]),
  );
}

function fail(
  context: EpisodeContext,
  at: string,
  failure: Pick<Failure, 'code' | 'phase' | 'message'> & { retryable?: boolean },
): Partial<EpisodeContext> {
  const { phase } = failure;
  return {
    failure: {
      ...failure,
      retryable: failure.retryable ?? isRetryable(failure.code),
      attempt: phase ? context.phases[phase].attempt : 0,
      at,
    },
    operations: holdOperations(context),
    ...(phase && context.phases[phase].status !== 'complete'
      ? { phases: withPhase(context, phase, { status: 'failed', endedAt: at }) }
      : {}),
  };
}

const startPhase: Change<EventOf<'phase.start'>> = (context, event) => ({
  phases: withPhase(context, event.phase, {
    status: 'active',
    startedAt: event.at,
    attempt: context.phases[event.phase].attempt + 1,
  }),
  limit: limitFrom(event.at, context),
  sleeps: sleepsOf(context, event.phase),
});

/** What a phase has slept it does not sleep again when it is taken up anew; of others nobody asks any more. */
function sleepsOf({ sleeps }: EpisodeContext, name: PhaseName): EpisodeContext['sleeps'] {
  const entries = Object.entries(sleeps);
  return entries.every(([, { phase }]) => phase === name)
    ? sleeps
    : Object.fromEntries(entries.filter(([, { phase }]) => phase === name));
}

/** The first word counts: a time that is reckoned anew each time would never come. */
const sleepUntil: Change<EventOf<'phase.sleep'>> = ({ sleeps }, { phase, key, until }) =>
  Object.hasOwn(sleeps, key) ? {} : { sleeps: { ...sleeps, [key]: { phase, until } } };

const schedule: Change<EventOf<'episode.scheduled'>> = (context, event) => ({
  startAt: event.startAt === undefined ? context.startAt : event.startAt,
  dueBy: event.dueBy === undefined ? context.dueBy : event.dueBy,
});

const chooseCrew: Change<EventOf<'crew.chosen'>> = (_context, { name, version, options, withheld }) => ({
  crew: { name, version, options, withheld },
});

/** The work is done and saved; where policy asks for approval, the phase stays active until someone approves. */
const submitPhase: Change<EventOf<'phase.complete'>> = (context, event) => ({
  phases: withPhase(context, event.phase, { checkpoint: event.checkpoint.name, reason: null }),
  checkpoints: withCheckpoint(context, event.phase, event.checkpoint, event.at),
});

const finishPhase: Change<EventOf<'phase.complete'>> = (context, event) => ({
  phases: withPhase(context, event.phase, {
    status: 'complete',
    endedAt: event.at,
    checkpoint: event.checkpoint.name,
    reason: null,
  }),
  checkpoints: withCheckpoint(context, event.phase, event.checkpoint, event.at),
});

const fulfillPhase: Change<EventOf<'phase.fulfill'>> = (context, event) => ({
  phases: withPhase(context, event.phase, {
    status: 'complete',
    startedAt: context.phases[event.phase].startedAt ?? event.at,
    endedAt: event.at,
    checkpoint: event.checkpoint.name,
    reason: event.reason,
  }),
  checkpoints: withCheckpoint(context, event.phase, event.checkpoint, event.at),
});

const skipPhase: Change<EventOf<'phase.skip'>> = (context, event) => ({
  phases: withPhase(context, event.phase, { status: 'skipped', endedAt: event.at, reason: event.reason }),
});

const approvePhase: Change<EventOf<'review.approve'>> = (context, event) => ({
  phases: withPhase(context, event.phase, { status: 'complete', endedAt: event.at }),
  reviews: withReview(context, event, 'approved', context.phases[event.phase].checkpoint),
});

/** Rejected work starts over as a new revision; what was rejected stays on record under a name of its own. */
const rejectPhase: Change<EventOf<'review.reject'>> = (context, event) => {
  const { attempt, revision, checkpoint } = context.phases[event.phase];
  const ref = checkpoint === null ? undefined : context.checkpoints[checkpoint];
  const kept = rejectedName(event.phase, revision);
  return {
    phases: withPhase(context, event.phase, {
      checkpoint: null,
      attempt: attempt + 1,
      revision: revision + 1,
      reason: event.reason,
    }),
    quality: withoutGated(context, [event.phase]),
    limit: limitFrom(event.at, context),
    reviews: withReview(context, event, 'rejected', ref ? kept : null),
    ...(ref && checkpoint !== null
      ? { checkpoints: { ...context.checkpoints, [kept]: { ...ref, savedAs: ref.savedAs ?? checkpoint } } }
      : {}),
  };
};

const mostReviews = 50;

function withReview(
  { reviews, phases }: EpisodeContext,
  { phase, by, reason, at }: Pick<EventOf<'review.approve'>, 'phase' | 'by' | 'reason' | 'at'>,
  verdict: Review['verdict'],
  checkpoint: string | null,
): Review[] {
  const { revision } = phases[phase];
  const review = { phase, revision, verdict, by: by ?? null, reason: reason ?? null, at, checkpoint };
  return [...reviews, review].slice(-mostReviews);
}

const pausePhase: Change<EventOf<'phase.pause'>> = (_context, event) => ({
  pause: {
    by: event.by ?? null,
    reason: event.reason ?? null,
    at: event.at,
    ...(event.missing === undefined ? {} : { missing: event.missing }),
    ...(event.short === undefined ? {} : { short: event.short }),
  },
});

/** What a paused phase has asked for is there: it waits for nothing but being resumed. */
const giveResult: Change<EventOf<'result.recorded'>> = ({ pause }, { key }) =>
  pause?.missing === key
    ? { pause: { by: pause.by, reason: `the result of ${key} was missing, and is given`, at: pause.at } }
    : {};

/** Whatever led out of the pause. */
const endPause: Change = () => ({ pause: null });

/** What was built on the old file is to be built anew. */
const editArtifact: Change<EventOf<'artifact.edited'>> = (context, event) => {
  const later = phaseNames.slice(phaseNames.indexOf(event.phase) + 1);
  return {
    checkpoints: withCheckpoint(context, event.phase, event.checkpoint, event.at),
    phases: later.reduce<Phases>((phases, name) => {
      const { attempt, revision } = phases[name];
      return attempt === 0 ? phases : withPhase({ ...context, phases }, name, { revision: revision + 1 });
    }, context.phases),
  };
};

const failPhase: Change<EventOf<'phase.failed'>> = (context, event) => ({
  // What a quality gate has rejected is told to who does it anew, like a reviewer's words.
  ...(event.code === 'quality_rejected'
    ? {
        reviews: withReview(
          context,
          { ...event, by: 'quality gate', reason: event.message },
          'rejected',
          keptRejected(context, event.phase),
        ),
      }
    : {}),
  // A worker that was aborted may be tried again; only `episode.cancelled` is a decision.
  ...fail(context, event.at, {
    code: event.code,
    phase: event.phase,
    message: event.message,
    retryable: event.code === 'cancelled' || isRetryable(event.code),
  }),
});

const cancelEpisode: Change<EventOf<'episode.cancelled'>> = (context, event) => {
  const current = currentPhase(context);
  const phase = current && context.phases[current].status === 'active' ? current : null;
  return {
    ...fail(context, event.at, { code: 'cancelled', phase, message: event.reason }),
    note: event.reason,
  };
};

const reserveCost: Change<EventOf<'cost.reserve'>> = (context, event) => ({
  operations: {
    ...context.operations,
    [event.key]: {
      operation: event.operation,
      phase: event.phase,
      amount: event.amount,
      at: event.at,
      day: event.day.date,
      state: 'open',
      claim: event.claim ?? null,
      ...(event.question === undefined ? {} : { question: event.question }),
    },
  },
  ...afterMoney(context, event),
});

const recordCost: Change<EventOf<'cost.recorded'>> = (context, event) =>
  event.key === undefined
    ? afterMoney(context, event)
    : {
        paid: withValue(context.paid, event.key, event.cost),
        ...afterEstimate(context, event, event.key),
        ...afterMoney(context, event),
      };

function afterEstimate(
  { estimates }: EpisodeContext,
  event: { cost: Usd; estimated?: boolean | undefined },
  key: string,
): Partial<EpisodeContext> {
  return event.estimated && event.cost > 0 ? { estimates: withValue(estimates, key, event.cost) } : {};
}

/** Both amounts stay on record: the first in its own event, the correction in this one. */
const correctCost: Change<EventOf<'cost.corrected'>> = (context, event) => ({
  paid: withValue(context.paid, event.key, event.cost),
  ...(hasKey(context.estimates, event.key)
    ? { estimates: withValue(context.estimates, event.key, none) }
    : {}),
  ...afterMoney(context, event),
});

const none = 0 as Usd;

const settleOperation: Change<EventOf<'operation.settled'>> = (context, event) => ({
  operations: without(context.operations, event.key),
  paid: withValue(context.paid, event.key, event.cost),
  retries: without(context.retries, event.key),
  ...afterEstimate(context, event, event.key),
  ...afterMoney(context, event),
});

const releaseOperation: Change<EventOf<'operation.released'>> = (context, event) => ({
  ...afterMoney(context, event),
  operations: without(context.operations, event.key),
  retries: event.tries
    ? withTries(context, event, event.tries)
    : event.retryAt === undefined
      ? without(context.retries, event.key)
      : {
          ...context.retries,
          [event.key]: {
            attempts: (context.retries[event.key]?.attempts ?? 0) + 1,
            notBefore: event.retryAt,
          },
        },
});

function withTries(
  { retries }: EpisodeContext,
  event: { key: string; at: string; code?: FailureCode | undefined; retryAt?: string | undefined },
  { attempts, waitedMs, final }: NonNullable<EventOf<'operation.retry'>['tries']>,
): EpisodeContext['retries'] {
  if (attempts === 0 && waitedMs === 0 && !final && event.retryAt === undefined)
    return without(retries, event.key);
  const { code = retries[event.key]?.code } = event;
  const tried = { attempts, waitedMs, final, notBefore: event.retryAt ?? event.at };
  return { ...retries, [event.key]: code === undefined ? tried : { ...tried, code } };
}

const markOperation =
  (state: Operation['state']): Change<EventOf<'operation.held' | 'operation.retry'>> =>
  (context, event) => {
    const operation = openOperation(context, event.key);
    if (!operation) return {};
    const claim = state === 'open' ? (event.claim ?? null) : operation.claim;
    const operations = { ...context.operations, [event.key]: { ...operation, state, claim } };
    return event.tries ? { operations, retries: withTries(context, event, event.tries) } : { operations };
  };

/** A cost that passes a budget lands like any other, and then the episode stops. */
const stopAtBudget: Change<MoneyFact> = (context, event) => {
  const landed = applyMoney(context, event);
  const recorded = { ...context, ...landed };
  return {
    ...landed,
    ...fail(recorded, event.at, {
      code: 'budget_exhausted',
      phase: activePhase(recorded),
      message: overspent(recorded),
    }),
  };
};

function overspent({ money, budgets, phases }: EpisodeContext): string {
  if (money.spent > budgets.total)
    return `The episode has spent ${formatUsd(money.spent)}, above its total of ${formatUsd(budgets.total)}.`;
  const passed = phaseNames.filter((phase) => phases[phase].spent > budgets[phase]);
  return passed
    .map(
      (phase) =>
        `The ${phase} phase has spent ${formatUsd(phases[phase].spent)}, above its budget of ${formatUsd(budgets[phase])}.`,
    )
    .join(' ');
}

const stopAtDay: Change<MoneyFact> = (context, event) => {
  const landed = applyMoney(context, event);
  const recorded = { ...context, ...landed };
  const message = `The production's spending has passed the cap of ${formatUsd(event.day.cap)} for ${event.day.date}.`;
  return {
    ...landed,
    ...fail(recorded, event.at, { code: 'daily_cap_reached', phase: activePhase(recorded), message }),
  };
};

type MoneyFact = EventOf<'operation.settled' | 'cost.recorded' | 'cost.corrected'>;

function applyMoney(context: EpisodeContext, event: MoneyFact): Partial<EpisodeContext> {
  if (event.type === 'cost.corrected') return correctCost(context, event);
  return event.type === 'operation.settled' ? settleOperation(context, event) : recordCost(context, event);
}

function activePhase(context: EpisodeContext): PhaseName | null {
  const current = currentPhase(context);
  return current && context.phases[current].status === 'active' ? current : null;
}

const saveCheckpoint: Change<EventOf<'checkpoint.save'>> = (context, event) => ({
  checkpoints: withCheckpoint(context, event.phase, event.checkpoint, event.at),
});

/** The phases' progress becomes what it was; what they have spent and reserved stays what it is. */
const restoreCheckpoint: Change<EventOf<'checkpoint.restore'>> = (context, event) => ({
  phases: progressOf(context, event.phases, event.resume, true),
  quality: event.quality,
  failure: null,
});

const forkEpisode: Change<EventOf<'episode.forked'>> = (context, event) => ({
  phases: event.paid
    ? withPhase(
        { ...context, phases: progressOf(context, event.phases, event.resume, false) },
        event.resume,
        // Keys hold within a revision: what is inherited is of that one.
        { revision: event.phases[event.resume].revision },
      )
    : progressOf(context, event.phases, event.resume, false),
  paid: (event.paid ?? []).reduce((paid, { key }) => withValue(paid, key, zeroUsd), context.paid),
  quality: event.quality,
  checkpoints: event.checkpoints,
});

/** With `anew` the phases from the resume point on are wanted again: what has begun becomes a new revision. */
function progressOf(context: EpisodeContext, saved: Phases, resume: PhaseName, anew: boolean): Phases {
  const entries = phaseNames.map((name) => {
    const { spent, reserved, warned, attempt, revision } = context.phases[name];
    const isKept = phaseNames.indexOf(name) < phaseNames.indexOf(resume);
    const kept = isKept ? saved[name] : reset(saved[name]);
    const isAnew = anew && !isKept && attempt > 0;
    return [name, { ...kept, spent, reserved, warned, attempt, revision: isAnew ? revision + 1 : revision }];
  });
  return Object.fromEntries(entries) as Phases;
}

function reset(phase: Phase): Phase {
  return { ...phase, status: 'pending', startedAt: null, endedAt: null, checkpoint: null, reason: null };
}

const recordQuality: Change<EventOf<'quality.recorded'>> = (context, event) => ({
  // Adding zero makes -0 a 0, which is what JSON would make of it.
  quality: { ...context.quality, [event.name]: event.value + 0 },
});

/** With another budget the threshold can be crossed anew. */
const raiseBudget: Change<EventOf<'budget.raise'>> = (context, { scope, amount, at }) => ({
  ...(scope === 'day' ? {} : withBudget(context, scope, addUsd(context.budgets[scope], amount))),
  ...withMoneyGiven(context, scope, at),
});

const setBudget: Change<EventOf<'budget.set'>> = (context, { scope, amount, at, day }) => {
  const was = scope === 'day' ? (day?.cap ?? amount) : context.budgets[scope];
  return {
    ...(scope === 'day' ? {} : withBudget(context, scope, amount)),
    ...(amount > was ? withMoneyGiven(context, scope, at) : {}),
  };
};

/** What has stopped for want of this money waits no more for it. */
function withMoneyGiven(
  { failure }: EpisodeContext,
  scope: PhaseName | 'total' | 'day',
  at: string,
): Partial<EpisodeContext> {
  if (!failure) return {};
  const isMeant =
    scope === 'day'
      ? failure.code === 'daily_cap_reached'
      : failure.code === 'budget_exhausted' && (scope === 'total' || scope === failure.phase);
  return isMeant ? { failure: { ...failure, raisedAt: at } } : {};
}

function withBudget(
  context: EpisodeContext,
  scope: PhaseName | 'total',
  amount: Usd,
): Partial<EpisodeContext> {
  const budgets = { ...context.budgets, [scope]: amount };
  if (scope === 'total') return { budgets };
  const { spent } = context.phases[scope];
  return {
    budgets,
    phases: withPhase(context, scope, { warned: reachesWarning(context, scope, spent, budgets[scope]) }),
  };
}

/** A threshold that moved up can be crossed anew. */
const changeRules: Change<EventOf<'rules.changed'>> = (context, { rules }) => {
  const changed = { ...context, rules };
  const warnedStill = (name: PhaseName): Phase => {
    const phase = context.phases[name];
    const isStill = phase.warned && reachesWarning(changed, name, phase.spent, context.budgets[name]);
    return phase.warned === isStill ? phase : { ...phase, warned: isStill };
  };
  const [research, script, audio] = [warnedStill('research'), warnedStill('script'), warnedStill('audio')];
  return { rules, phases: { research, script, audio } };
};

/** Whoever recovers an episode lets its operations be called as often again. */
const beginRecovery: Change<EventOf<'recovery.begin'>> = (context, event) => ({
  recoveries: context.recoveries + (event.free ? 0 : 1),
  ...(event.keepsTries ? {} : { retries: {} }),
});

/** Recovery keeps what is finished before the resume point; from there on phases are to be done again, and scored again. */
const resumeAt: Change<EventOf<'recovery.resume'>> = (context, event) => ({
  failure: null,
  // An earlier phase than the first unfinished one is a choice: it is wanted again. So is what a quality gate has rejected.
  phases: progressOf(
    context,
    context.phases,
    event.phase,
    !event.accepts && (event.phase !== currentPhase(context) || context.failure?.code === 'quality_rejected'),
  ),
  quality: event.accepts
    ? context.quality
    : withoutGated(context, phaseNames.slice(phaseNames.indexOf(event.phase))),
});

/** The scores without those that decide whether the phases may complete: an old score must not let new work pass. */
function withoutGated(
  { quality, rules }: EpisodeContext,
  phases: readonly PhaseName[],
): EpisodeContext['quality'] {
  const gated = new Set(phases.flatMap((phase) => Object.keys(rules.quality[phase] ?? {})));
  if (!Object.keys(quality).some((name) => gated.has(name))) return quality;
  return Object.fromEntries(Object.entries(quality).filter(([name]) => !gated.has(name)));
}

/** A new claim holds whatever operations an earlier claimant has left open. */
const takeClaim: Change<EventOf<'lease.claim'>> = (context, event) => ({
  claims: context.claims + 1,
  claim: {
    number: context.claims + 1,
    by: event.holder,
    until: event.until,
    ...(event.process === undefined ? {} : { process: event.process }),
  },
  operations: holdOperations(context, (operation) => operation.claim !== null),
  limit: limitAtWork(context, event.at),
});

const renewClaim: Change<EventOf<'lease.renew'>> = (context, event) =>
  context.claim ? { claim: { ...context.claim, until: event.until } } : {};

const releaseClaim: Change<EventOf<'lease.release'>> = (context, event) => ({
  claim: null,
  limit: limitAtRest(context, event.at),
});

const untold: Notice = {
  reminders: 0,
  remindedAt: null,
  given: 0,
  givenAt: null,
  failures: 0,
  notBefore: null,
  underWay: null,
};

/** What people are told moves nothing: neither the episode nor its time. */
function withNotice(
  { notices, updatedAt }: EpisodeContext,
  wait: string,
  change: (notice: Notice) => Partial<Notice>,
): Pick<EpisodeContext, 'notices' | 'updatedAt'> {
  const notice = Object.hasOwn(notices, wait) ? (notices[wait] ?? untold) : untold;
  return { notices: { ...notices, [wait]: { ...notice, ...change(notice) } }, updatedAt };
}

const beginNotice: Change<EventOf<'notice.begin'>> = (context, { wait, until, process, over }) => {
  const notices = over.reduce((left, each) => without(left, each), context.notices);
  return withNotice({ ...context, notices }, wait, ({ reminders }) => ({
    underWay: { number: reminders + 1, until, ...(process === undefined ? {} : { process }) },
  }));
};

const giveNotice: Change<EventOf<'notice.given'>> = (context, { wait, at }) =>
  withNotice(context, wait, ({ underWay, given }) => ({
    given: underWay?.number ?? given,
    givenAt: at,
    failures: 0,
    notBefore: null,
    underWay: null,
  }));

const failNotice: Change<EventOf<'notice.failed'>> = (context, { wait, retryAt }) =>
  withNotice(context, wait, ({ failures }) => ({
    failures: failures + 1,
    notBefore: retryAt,
    underWay: null,
  }));

const remind: Change<EventOf<'notice.remind'>> = (context, { wait, at }) =>
  withNotice(context, wait, ({ reminders }) => ({ reminders: reminders + 1, remindedAt: at }));

const archiveEpisode: Change<EventOf<'episode.archive'>> = (context, event) => ({
  claim: null,
  note: event.reason ?? context.note,
  filesMovedTo: event.filesMovedTo ?? null,
});

const unarchiveEpisode: Change<EventOf<'episode.unarchive'>> = () => ({ note: null, filesMovedTo: null });

/** Reducers by the names that the chart uses. */
export const changes = {
  sleepUntil,
  schedule,
  chooseCrew,
  startPhase,
  submitPhase,
  finishPhase,
  fulfillPhase,
  skipPhase,
  approvePhase,
  rejectPhase,
  pausePhase,
  giveResult,
  endPause,
  editArtifact,
  failPhase,
  cancelEpisode,
  reserveCost,
  recordCost,
  correctCost,
  settleOperation,
  releaseOperation,
  holdOperation: markOperation('held'),
  retryOperation: markOperation('open'),
  stopAtBudget,
  stopAtDay,
  saveCheckpoint,
  restoreCheckpoint,
  forkEpisode,
  recordQuality,
  raiseBudget,
  setBudget,
  changeRules,
  beginRecovery,
  resumeAt,
  takeClaim,
  renewClaim,
  releaseClaim,
  beginNotice,
  giveNotice,
  failNotice,
  remind,
  archiveEpisode,
  unarchiveEpisode,
  /** Changes nothing but the time. */
  touch: () => ({}),
};
