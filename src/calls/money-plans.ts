import {
  type CallInput,
  hasKey,
  subtractUsd,
  valueAt,
  zeroUsd,
  type DayMoney,
  type EpisodeContext,
  type EventOf,
  type FailureCode,
  type Operation,
  type PhaseName,
  type Question,
  type SessionId,
  type Usd,
} from '../../machines/index.js';
import type { Plan, Step, View } from '../production/index.js';

/** Marks a plan that records what was paid already: a wrong clock does not refuse it. */
export function paidAlready(plan: Plan): Plan {
  const paid: Plan = (view) => plan(view);
  return Object.assign(paid, { isPaid: true as const });
}

/** A cost that was paid without a reservation. */
export interface Cost {
  phase: PhaseName;
  operation: string;
  cost: Usd;
  key?: string | undefined;
  /** Nobody said what it did cost. */
  estimated?: boolean | undefined;
  /** The claim under which it was paid. */
  claim?: number | undefined;
}

/** Recording a cost; `day` is the money of its day, where an earlier step of the same commit has changed it. */
export function costSteps(view: View, sessionId: SessionId, cost: Cost, day: DayMoney = view.day()): Step[] {
  const { at } = view;
  const { phase, operation, key, claim, estimated } = cost;
  const plain = { at, type: 'cost.recorded' as const, phase, operation, cost: cost.cost, day };
  if (key === undefined && claim === undefined) return [{ sessionId, event: plain }];
  const named = { ...(key === undefined ? {} : { key }), ...(estimated ? { estimated } : {}) };
  return [{ sessionId, event: { ...plain, ...named, ...claimed(claim) } }];
}

/** Adds a cost; the same key again, with the same cost, is nothing new. */
export function planCost(sessionId: SessionId, cost: Cost & { isBooked?: boolean }): Plan {
  return (view) => {
    const { paid } = view.episode(sessionId).context;
    if (cost.key !== undefined && (cost.isBooked || valueAt(paid, cost.key) === cost.cost)) return [];
    return costSteps(view, sessionId, cost);
  };
}

/** What is set aside before a paid call. */
export interface Reservation {
  phase: PhaseName;
  operation: string;
  key: string;
  /** The most that the call can cost. */
  amount: Usd;
  claim?: number | undefined;
  question?: Question | undefined;
  /** What the call is made with, for people. */
  input?: CallInput | undefined;
}

export function planReserve(sessionId: SessionId, { claim, input, ...reservation }: Reservation): Plan {
  return (view) => [
    {
      sessionId,
      event: {
        type: 'cost.reserve',
        at: view.at,
        ...reservation,
        day: view.day(),
        ...claimed(claim),
        ...(input === undefined ? {} : { input }),
      },
    },
  ];
}

/** How a paid call ended whose answer is there. */
export interface Settlement {
  key: string;
  /** What it did cost; where nobody knows, the whole reservation counts, marked estimated. */
  cost: Usd | undefined;
  result?: EventOf<'operation.settled'>['result'];
  claim?: number | undefined;
}

/** Settles a reservation, on the day on which it was made. */
export function planSettle(sessionId: SessionId, { key, cost, result, claim }: Settlement): Plan {
  return paidAlready((view) => {
    const operation = operationOf(view, sessionId, key);
    return [
      {
        sessionId,
        event: {
          type: 'operation.settled',
          at: view.at,
          key,
          cost: cost ?? operation?.amount ?? zeroUsd,
          estimated: cost === undefined,
          ...(result === undefined ? {} : { result }),
          day: view.day(operation?.day),
          ...claimed(claim),
        },
      },
    ];
  });
}

/** How a call ended that was not made, or failed. */
export interface Release {
  key: string;
  code?: FailureCode | undefined;
  /** How often the key has been called, and how long it has waited, with this. */
  tries?: EventOf<'operation.released'>['tries'] | undefined;
  /** When it may be tried again. */
  retryAt?: ((at: string) => string) | undefined;
  /** What the provider billed for the failure all the same. */
  billed?: { cost: Usd; estimated: boolean } | undefined;
  claim?: number | undefined;
}

/** Gives a reservation back, and records what was billed for the failed call, in one commit. */
export function planRelease(sessionId: SessionId, release: Release): Plan {
  const { key, code, tries, retryAt, billed, claim } = release;
  return paidAlready((view) => {
    const operation = operationOf(view, sessionId, key);
    const day = view.day(operation?.day);
    const step: Step = {
      sessionId,
      event: {
        type: 'operation.released',
        at: view.at,
        key,
        day,
        ...(code === undefined ? {} : { code }),
        ...(tries === undefined ? {} : { tries }),
        ...(retryAt === undefined ? {} : { retryAt: retryAt(view.at) }),
        ...claimed(claim),
      },
    };
    if (!operation || billed === undefined || billed.cost === 0) return [step];
    // The reservation has gone back by the time the cost is recorded.
    const then = { ...day, reserved: subtractUsd(day.reserved, operation.amount) };
    const cost = {
      phase: operation.phase,
      operation: operation.operation,
      claim,
      ...billed,
      // An estimate can be corrected, for which it needs a key; the call's own is for its next try.
      ...(billed.estimated ? { key: freeKey(view.episode(sessionId).context, key, 'failed') } : {}),
    };
    return [step, ...costSteps(view, sessionId, cost, then)];
  });
}

/** A key under which what a failed or late call of `key` has cost is booked; undefined where it would be too long to be one. */
export function freeKey(
  { paid, operations }: EpisodeContext,
  key: string,
  why: 'failed' | 'late',
): string | undefined {
  for (let count = 1; ; count += 1) {
    const named = `${key}~${why}${count}`;
    if (named.length > longestKey) return undefined;
    if (!hasKey(paid, named) && !Object.hasOwn(operations, named)) return named;
  }
}

const longestKey = 200;

/** What somebody says a settled call did cost in truth. */
export interface Correction {
  key: string;
  cost: Usd;
  by: string;
  reason: string;
}

/** Corrects what is booked under a key, on its phase and its day. To say again what the books say is nothing new, but that it is no estimate. */
export function planCorrect(
  sessionId: SessionId,
  { key, cost, by, reason }: Correction,
  use: { operation: string; phase: PhaseName; day: string },
): Plan {
  return (view) => {
    const { at } = view;
    const { paid, estimates } = view.episode(sessionId).context;
    const was = valueAt(paid, key) ?? zeroUsd;
    if (was === cost && !valueAt(estimates, key)) return [];
    const { operation, phase } = use;
    const day = view.day(use.day);
    return [
      { sessionId, event: { type: 'cost.corrected', at, by, phase, operation, key, was, cost, reason, day } },
    ];
  };
}

function operationOf(view: View, sessionId: SessionId, key: string): Operation | undefined {
  const { operations } = view.episode(sessionId).context;
  return Object.hasOwn(operations, key) ? operations[key] : undefined;
}

function claimed(claim: number | undefined): { claim?: number } {
  return claim === undefined ? {} : { claim };
}
