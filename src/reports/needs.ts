import {
  answerCommand,
  currentPhase,
  escapeForShell,
  formatUsd,
  heldOperations,
  isWaitedFor,
  keptRejected,
  keyWord,
  leftOf,
  leftOfPhase,
  missedGates,
  raiseCommand,
  settleCommand,
  stateName,
  statusOf,
  usedUp,
  type EpisodeSnapshot,
  type FailureCode,
  type PhaseName,
  type Usd,
} from '../../machines/index.js';
import type { Need, NeedKind } from '../shapes/index.js';
import { approvalDeadline, inReviewSince } from './approval-deadline.js';
import { idleNeed } from './idle.js';
import { lateNeed } from './late.js';

/** What an episode waits for at the given time, most urgent first; empty while it is at work in time, or has ended well. */
export function needsOf(snapshot: EpisodeSnapshot, now: string): Need[] {
  const needs = lastingNeeds(snapshot);
  const status = statusOf(snapshot.value);
  return [
    ...(needs.length > 0 ? needs : idleNeed(status, snapshot.context, now)),
    ...lateNeed(status, snapshot.context, now),
  ];
}

/** Those that do not depend on the time. */
export function lastingNeeds(snapshot: EpisodeSnapshot): Need[] {
  if (statusOf(snapshot.value) === 'archived') return [];
  return [
    ...approval(snapshot),
    ...questions(snapshot),
    ...held(snapshot),
    ...paused(snapshot),
    ...failed(snapshot),
  ];
}

const decided = {
  approve: 'policy approves it',
  reject: 'policy rejects it',
  remind: 'policy reminds of it',
};

function approval(snapshot: EpisodeSnapshot): Need[] {
  const { context } = snapshot;
  const phase = currentPhase(context);
  if (phase === null || !stateName(snapshot).endsWith('.review')) return [];
  const { sessionId } = context;
  const deadline = approvalDeadline(context, phase);
  const until = deadline ? ` (${decided[deadline.deed]} after ${deadline.at})` : '';
  return [
    {
      need: 'approval',
      text: `${phase} waits for approval${until}`,
      since: inReviewSince(context, phase),
      by: null,
      reason: null,
      next: [
        `showrunner approve ${sessionId}`,
        `showrunner reject ${sessionId} --reason "…"`,
        `showrunner edit ${sessionId} <file>`,
      ],
      ...(deadline ? { deadline: deadline.at } : {}),
    },
  ];
}

function questions({ context: { sessionId, operations } }: EpisodeSnapshot): Need[] {
  return Object.entries(operations).flatMap(([key, { question, phase, at }]): Need[] => {
    if (!question) return [];
    const { text, choices, deadline } = question;
    const next = (choices ?? [undefined]).map((choice) =>
      answerCommand(sessionId, key, choice === undefined ? undefined : [choice]),
    );
    const until = deadline === undefined ? '' : ` (until ${deadline})`;
    return [
      {
        need: 'question',
        text: `${phase} asks: ${text}${until}`,
        since: at,
        by: null,
        reason: null,
        next,
        key,
        ...(deadline === undefined ? {} : { deadline }),
      },
    ];
  });
}

const mostNamed = 3;

function held(snapshot: EpisodeSnapshot): Need[] {
  const { context } = snapshot;
  const keys = heldOperations(context).filter((key) => !context.operations[key]?.question);
  const [first] = keys;
  if (first === undefined) return [];
  const { sessionId, operations } = context;
  const more = keys.length > mostNamed ? ` and ${keys.length - mostNamed} more` : '';
  // A worker that has asked pauses its phase; before that nobody has looked by the operation's own rule.
  const isUnasked = context.claims > 0 && phaseIn(stateName(snapshot), 'active') !== undefined;
  return [
    {
      need: 'held_operation',
      text: `outcome unknown: ${keys.slice(0, mostNamed).join(', ')}${more}${isUnasked ? '; whoever resumes it looks it up, or does it again if it may be' : ''}`,
      since: operations[first]?.at ?? null,
      by: null,
      reason: null,
      next: [
        ...(isUnasked ? [`showrunner resume ${sessionId}`] : []),
        ...keys.flatMap((key) => [
          settleCommand(sessionId, key, '<dollars>'),
          `showrunner release ${sessionId} ${keyWord(key)}`,
        ]),
      ],
    },
  ];
}

function paused(snapshot: EpisodeSnapshot): Need[] {
  const phase = phaseIn(stateName(snapshot), 'paused');
  if (phase === undefined) return [];
  const { sessionId, pause, operations } = snapshot.context;
  // The answer lets it go on.
  if (Object.values(operations).some(({ question, phase: asks }) => question && asks === phase)) return [];
  const by = pause?.by ?? null;
  const reason = pause?.reason ?? null;
  const since = pause?.at ?? null;
  return [
    ...missing(phase, snapshot.context),
    {
      need: 'paused',
      text: `${phase} is paused${by === null ? '' : ` by ${by}`}${reason === null ? '' : `: ${reason}`}`,
      since,
      by,
      reason,
      next: [...raises(snapshot.context), `showrunner resume ${sessionId}`],
    },
  ];
}

/** By how much to raise which budget, where the phase waits for money that is not there yet. */
function raises(context: EpisodeSnapshot['context']): string[] {
  return (context.pause?.short ?? []).flatMap(({ scope, needed, left }) => {
    const now = scope === 'day' ? left : scope === 'total' ? leftOf(context) : leftOfPhase(context, scope);
    if (now >= needed) return [];
    return [raiseCommand(context.sessionId, scope, (needed - now) as Usd)];
  });
}

function missing(phase: string, { sessionId, pause }: EpisodeSnapshot['context']): Need[] {
  if (pause?.missing === undefined) return [];
  return [
    {
      need: 'missing_result',
      text: `${phase} asks for the result of ${pause.missing}, which is paid: nobody has said what it gave`,
      since: pause.at,
      by: null,
      reason: null,
      next: [settleCommand(sessionId, pause.missing)],
      key: pause.missing,
    },
  ];
}

function failed({ value, context }: EpisodeSnapshot): Need[] {
  const { failure, sessionId, recoveries, rules } = context;
  if (statusOf(value) !== 'failed' || !failure || (failure.code === 'cancelled' && !failure.retryable))
    return [];
  const used = usedUp(context);
  const need =
    used.length > 0 ? 'budget_stop' : failure.raisedAt === undefined ? needAfter(failure.code) : 'failed';
  const recover = `showrunner recover ${sessionId}`;
  // Policy lets nobody recover it any more.
  const isOver = recoveries >= rules.maxRecoveries && !isWaitedFor(failure.code);
  const scopes =
    need === 'failed' ? [] : need === 'daily_stop' ? ['day'] : used.length > 0 ? used : [tightest(context)];
  const raise = scopes.map((scope) => `showrunner budget ${sessionId} ${scope} +<dollars> --reason "…"`);
  return [
    {
      need,
      text: `${failure.message}${sinceThen(context, used)}`,
      since: failure.at,
      by: null,
      reason: failure.code,
      next: [
        ...scoresOf(context),
        ...(isOver ? [`showrunner fork ${sessionId}`] : [...raise, `${recover} --plan`, recover]),
      ],
    },
  ];
}

/** What has become of an episode's money since it failed. */
function sinceThen(
  { failure, money, phases, budgets }: EpisodeSnapshot['context'],
  used: ReturnType<typeof usedUp>,
): string {
  const isNew = failure?.code !== 'budget_exhausted' || failure.raisedAt !== undefined;
  const [scope] = used;
  if (scope && isNew) {
    const { spent } = scope === 'total' ? money : phases[scope];
    const budget = scope === 'total' ? 'total' : `${scope} budget`;
    return ` ${formatUsd(spent)} of the ${budget} of ${formatUsd(budgets[scope])} is spent now: it can be recovered once there is more.`;
  }
  return failure?.raisedAt === undefined || scope
    ? ''
    : ` More was given at ${failure.raisedAt}: it can be recovered${failure.code === 'daily_cap_reached' ? " while the day's money lasts" : ''}.`;
}

/** Which budget has refused a call that was larger than what it had left. */
function tightest(context: EpisodeSnapshot['context']): PhaseName | 'total' {
  const phase = context.failure?.phase;
  const isPhase = phase && context.rules.hardPhaseBudgets && leftOfPhase(context, phase) < leftOf(context);
  return isPhase ? phase : 'total';
}

/** A person may find good enough what a quality gate has rejected. */
function scoresOf(context: EpisodeSnapshot['context']): string[] {
  const { failure, sessionId } = context;
  if (failure?.code !== 'quality_rejected' || !failure.phase || keptRejected(context, failure.phase) === null)
    return [];
  return missedGates(context, failure.phase).map(
    ({ name }) => `showrunner quality ${sessionId} ${escapeForShell(name)} <score>`,
  );
}

function phaseIn(state: string, inner: string): string | undefined {
  const [phase, step] = state.split('.');
  return step === inner ? phase : undefined;
}

function needAfter(code: FailureCode): NeedKind {
  if (code === 'budget_exhausted') return 'budget_stop';
  return code === 'daily_cap_reached' ? 'daily_stop' : 'failed';
}
