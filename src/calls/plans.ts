import {
  classifyError,
  currentPhase,
  decide,
  episodeStatus,
  formatUsd,
  isWaitedFor,
  unfinishedPhases,
  ProductionError,
  type CrewChoice,
  type EpisodeContext,
  type EpisodeEvent,
  type EpisodeSnapshot,
  type EventOf,
  type FailureCode,
  rulesUnder,
  type OwnRules,
  type PhaseName,
  type Policy,
  type SavedCheckpoint,
  type SessionId,
  type Usd,
} from '../../machines/index.js';
import { costSteps } from './money-plans.js';
import type { Plan, Step, View } from '../production/index.js';

/** Distributes over the union, so that each event loses its time. */
type Untimed<Event> = Event extends EpisodeEvent
  ? Omit<Event, 'at' | 'by'> & { by?: string | undefined }
  : never;
/** An event as a plan writes it: the time is the commit's. */
export type Draft = Untimed<EpisodeEvent>;

/** One session's events, with the commit's time. */
export function stepsFor(view: View, sessionId: SessionId, ...events: Draft[]): Step[] {
  return events.map((event) => ({ sessionId, event: { at: view.at, ...event } }));
}

/** Two plans as one commit: both are accepted, or neither. */
export function bothOf(first: Plan, second: Plan): Plan {
  return (view) => [...first(view), ...second(view)];
}

/** A plan of events that need nothing but the time. */
export function planOf(sessionId: SessionId, ...events: Draft[]): Plan {
  return (view) => stepsFor(view, sessionId, ...events);
}

export interface NewEpisode {
  /** Undefined: the next one. */
  episodeNumber: number | undefined;
  /** The caller's own name for it: where there is an episode of that name, none is made. */
  key?: string | undefined;
  topic: string;
  budgets: Partial<Policy['budgets']>;
  approvals: PhaseName[] | undefined;
  /** Rules of its own. */
  rules: OwnRules;
  /** ISO-8601 UTC. */
  startAt?: string | undefined;
  dueBy?: string | undefined;
  /** Who is to make it, and with which options. */
  crew?: CrewChoice | undefined;
}

export function planCreate({
  episodeNumber: wanted,
  key,
  topic,
  budgets,
  approvals = [],
  rules: givenRules,
  startAt,
  dueBy,
  crew,
}: NewEpisode): Plan {
  return (view) => {
    const known = key === undefined ? undefined : view.withKey(key);
    if (known !== undefined) {
      refuseOtherEpisode(view.episode(known).context, { key, topic, episodeNumber: wanted });
      return [];
    }
    const episodeNumber = wanted ?? view.nextNumber();
    const sessionId = view.freshId(episodeNumber);
    const { policy, at } = view;
    const own = approvals.length > 0 ? { ...givenRules, approvals } : givenRules;
    return [
      {
        sessionId,
        event: {
          type: 'episode.created',
          at,
          sessionId,
          episodeNumber,
          topic,
          budgets: { ...policy.budgets, ...budgets },
          rules: rulesUnder(policy, own),
          ...(Object.keys(own).length > 0 ? { own } : {}),
          ...(key === undefined ? {} : { key }),
          ...(startAt === undefined ? {} : { startAt }),
          ...(dueBy === undefined ? {} : { dueBy }),
        },
      },
      ...(crew === undefined ? [] : stepsFor(view, sessionId, { type: 'crew.chosen', ...crew })),
    ];
  };
}

/** A key stands for one episode. @throws ProductionError `key_taken`, which shows both. */
function refuseOtherEpisode(
  context: EpisodeContext,
  { key, topic, episodeNumber = context.episodeNumber }: Pick<NewEpisode, 'key' | 'topic' | 'episodeNumber'>,
): void {
  if (context.topic === topic && context.episodeNumber === episodeNumber) return;
  const { sessionId } = context;
  throw new ProductionError(
    'key_taken',
    `key ${key} stands for ${sessionId}, episode ${context.episodeNumber} ${JSON.stringify(context.topic)}, and was asked for as episode ${episodeNumber} ${JSON.stringify(topic)}; give each episode a key of its own, or ask for the one that it stands for.`,
    { sessionId, field: 'key' },
  );
}

/** Starting, and the cost that came with it. */
export function planStart(sessionId: SessionId, phase: PhaseName, cost?: Usd): Plan {
  return (view) => [
    ...stepsFor(view, sessionId, { type: 'phase.start', phase, day: view.day() }),
    ...(cost === undefined ? [] : costSteps(view, sessionId, { phase, operation: phase, cost })),
  ];
}

/** Raises a budget, or today's cap; an agent's raise ends at the policy's ceiling, which other raises may have come nearer to meanwhile. */
export function planRaise(
  sessionId: SessionId,
  raise: { scope: PhaseName | 'total' | 'day'; amount: Usd; by: string; reason: string },
  asAgent: boolean,
): Plan {
  return (view) => {
    const { scope, amount } = raise;
    const day = scope === 'day' ? view.day() : undefined;
    if (asAgent) {
      const ceiling = view.policy.agentCeiling[scope];
      const present = day ? day.cap : view.episode(sessionId).context.budgets[scope as PhaseName | 'total'];
      if (ceiling === null || present + amount > ceiling) throw ceilingPassed(sessionId, scope, ceiling);
    }
    return stepsFor(view, sessionId, { type: 'budget.raise', ...raise, ...(day ? { day } : {}) });
  };
}

function ceilingPassed(sessionId: SessionId, scope: string, ceiling: Usd | null): ProductionError {
  const how = ceiling === null ? 'at all' : `above ${formatUsd(ceiling)}`;
  return new ProductionError(
    'ceiling_passed',
    `no agent may raise ${scope} of ${sessionId} ${how}; ask a person, who raises it with: showrunner budget ${sessionId} ${scope} +<dollars> --reason "…"`,
    { sessionId, field: 'amount' },
  );
}

/** Completing, from `pending` on if need be. The cost comes after, so that finished work is kept even when its cost stops the episode. */
export function planComplete(
  sessionId: SessionId,
  phase: PhaseName,
  checkpoint: SavedCheckpoint,
  extras: { cost?: Usd | undefined; claim?: number | undefined } = {},
): Plan {
  const claim = extras.claim === undefined ? {} : { claim: extras.claim };
  return (view) => {
    const { context } = view.episode(sessionId);
    const isPending = currentPhase(context) === phase && context.phases[phase].status === 'pending';
    return [
      ...(isPending ? stepsFor(view, sessionId, { type: 'phase.start', phase, ...claim }) : []),
      ...stepsFor(view, sessionId, { type: 'phase.complete', phase, checkpoint, ...claim }),
      ...(extras.cost === undefined
        ? []
        : costSteps(view, sessionId, { phase, operation: phase, cost: extras.cost })),
    ];
  };
}

export function planFail(
  sessionId: SessionId,
  phase: PhaseName,
  error: unknown,
  extras: { code?: FailureCode | undefined; claim?: number | undefined } = {},
): Plan {
  const { code, message } = classifyError(error);
  return planOf(sessionId, {
    type: 'phase.failed',
    phase,
    code: extras.code ?? code,
    message,
    ...(extras.claim === undefined ? {} : { claim: extras.claim }),
  });
}

/** Idempotent on an episode that is complete; otherwise only possible when every phase is finished. */
export function planCompleteEpisode(sessionId: SessionId): Plan {
  return (view) => {
    const snapshot = view.episode(sessionId);
    if (episodeStatus(snapshot) === 'complete') return [];
    const missing = unfinishedPhases(snapshot.context);
    throw new ProductionError(
      'wrong_state',
      `${sessionId} is ${episodeStatus(snapshot)} and cannot be completed: ${missing.length > 0 ? `${missing.join(', ')} unfinished` : 'it has ended'}.`,
      { sessionId },
    );
  };
}

/** The phase that an intent without a phase means. */
export function phaseUnderWay(view: View, sessionId: SessionId): PhaseName {
  const snapshot = view.episode(sessionId);
  const phase = currentPhase(snapshot.context);
  if (phase) return phase;
  throw new ProductionError(
    'wrong_state',
    `${sessionId} is ${episodeStatus(snapshot)}: no phase is under way.`,
    { sessionId },
  );
}

/** The beginning of a recovery. Where only a day or a provider was waited for, it uses up none. */
export function beginOf(
  { context: { failure } }: EpisodeSnapshot,
  day: EventOf<'recovery.begin'>['day'],
  {
    automatic = false,
    counts = false,
  }: { automatic?: boolean | undefined; counts?: boolean | undefined } = {},
) {
  const isFree = automatic || (!counts && failure !== null && isWaitedFor(failure.code));
  return {
    type: 'recovery.begin' as const,
    day,
    ...(isFree ? { free: true } : {}),
    ...(automatic ? { keepsTries: true } : {}),
  };
}

/** Begins recovery where it is needed, resumes at the given or the first unfinished phase, and starts it. */
export function planRecover(
  sessionId: SessionId,
  options: {
    phase?: PhaseName | undefined;
    claim?: number | undefined;
    start: boolean;
    /** Policy tries again: no recovery is used up, and an operation's calls go on being counted. */
    automatic?: boolean | undefined;
    /** It uses up a recovery, whatever failed: nobody waits before it. */
    counts?: boolean | undefined;
  },
): Plan {
  const claim = options.claim === undefined ? {} : { claim: options.claim };
  return (view) => {
    const snapshot = view.episode(sessionId);
    const status = episodeStatus(snapshot);
    const phase = options.phase ?? phaseUnderWay(view, sessionId);
    const begin: Draft[] =
      status === 'failed' ? [{ ...beginOf(snapshot, view.day(), options), ...claim }] : [];
    const resume: Draft[] =
      status === 'failed' || status === 'recovery' ? [{ type: 'recovery.resume', phase, ...claim }] : [];
    const start: Draft[] = options.start ? [{ type: 'phase.start', phase, day: view.day(), ...claim }] : [];
    return stepsFor(view, sessionId, ...begin, ...resume, ...start);
  };
}

/** Takes up an episode wherever it stands: paused is resumed, failed is recovered, waiting is started, running is left alone. */
export function planResume(sessionId: SessionId): Plan {
  return (view) => {
    const snapshot = view.episode(sessionId);
    const phase = currentPhase(snapshot.context);
    if (!phase || ['complete', 'archived'].includes(episodeStatus(snapshot))) {
      throw new ProductionError(
        'wrong_state',
        `${sessionId} is ${episodeStatus(snapshot)}: there is nothing to resume; fork it (showrunner fork ${sessionId}) to work on it again.`,
        { sessionId },
      );
    }
    const { value } = snapshot;
    const inner = typeof value === 'string' ? value : Object.values(value)[0];
    if (inner === 'active') return [];
    if (inner === 'review')
      throw new ProductionError(
        'wrong_state',
        `${sessionId} waits for approval of ${phase}; approve or reject it.`,
        { sessionId },
      );
    if (inner === 'paused') return stepsFor(view, sessionId, { type: 'phase.resume', phase });
    return planRecover(sessionId, { start: true })(view);
  };
}

/** Why an episode cannot be recovered now, or null: the guard itself, asked without writing. */
export function refusalToRecover(
  snapshot: EpisodeSnapshot,
  day: EventOf<'recovery.begin'>['day'],
  at: string,
): { code: string; message: string } | null {
  const status = episodeStatus(snapshot);
  if (status === 'recovery') return null;
  const decision = decide(snapshot, { ...beginOf(snapshot, day), at });
  return decision.accepted ? null : decision.refusal;
}
