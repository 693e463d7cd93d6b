import {
  subtractUsd,
  valueAt,
  zeroUsd,
  type DayMoney,
  type EventOf,
  type FailureCode,
  type Operation,
  type PhaseName,
  type SessionId,
  type Usd,
} from '../../machines/index.js';
import type { Plan, Step, View } from '../production/index.js';

/** A cost that was paid without a reservation. */
export interface Cost {
  phase: PhaseName;
  operation: string;
  cost: Usd;
  key?: string | undefined;
  /** The claim under which it was paid. */
  claim?: number | undefined;
}

/** Recording a cost; `day` is the money of its day, where an earlier step of the same commit has changed it. */
export function costSteps(view: View, sessionId: SessionId, cost: Cost, day: DayMoney = view.day()): Step[] {
  const { at } = view;
  const { phase, operation, key, claim } = cost;
  const plain = { at, type: 'cost.recorded' as const, phase, operation, cost: cost.cost, day };
  if (key === undefined && claim === undefined) return [{ sessionId, event: plain }];
  return [{ sessionId, event: { ...plain, ...(key === undefined ? {} : { key }), ...claimed(claim) } }];
}

/** Adds a cost; the same key again, with the same cost, is nothing new. */
export function planCost(sessionId: SessionId, cost: Cost): Plan {
  return (view) => {
    const { paid } = view.episode(sessionId).context;
    if (cost.key !== undefined && valueAt(paid, cost.key) === cost.cost) return [];
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
}

export function planReserve(sessionId: SessionId, { claim, ...reservation }: Reservation): Plan {
  return (view) => [
    {
      sessionId,
      event: { type: 'cost.reserve', at: view.at, ...reservation, day: view.day(), ...claimed(claim) },
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
  return (view) => {
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
  };
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
  billed?: Usd | undefined;
  claim?: number | undefined;
}

/** Gives a reservation back, and records what was billed for the failed call, in one commit. */
export function planRelease(sessionId: SessionId, release: Release): Plan {
  const { key, code, tries, retryAt, billed, claim } = release;
  return (view) => {
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
    if (!operation || billed === undefined || billed === 0) return [step];
    // The reservation has gone back by the time the cost is recorded.
    const then = { ...day, reserved: subtractUsd(day.reserved, operation.amount) };
    const cost = { phase: operation.phase, operation: operation.operation, cost: billed, claim };
    return [step, ...costSteps(view, sessionId, cost, then)];
  };
}

function operationOf(view: View, sessionId: SessionId, key: string): Operation | undefined {
  const { operations } = view.episode(sessionId).context;
  return Object.hasOwn(operations, key) ? operations[key] : undefined;
}

function claimed(claim: number | undefined): { claim?: number } {
  return claim === undefined ? {} : { claim };
}
