import { hasKey, type Operation, type SessionId } from '../../machines/index.js';
import type { Plan, Production, Step, View } from '../production/index.js';
import { costSteps, freeKey, paidAlready, planRelease, planSettle } from './money-plans.js';
import type { Release, Settlement } from './money-plans.js';
import { stepsFor } from './plans.js';

/** The reservation that a call was made under. Who makes the call again, or reserves its key anew, has another one. */
export type MadeUnder = Pick<Operation, 'operation' | 'phase' | 'amount' | 'at' | 'day' | 'claim'>;

/** A worker's call. He may come late: others have gone on with his key, or a person has said what became of it. */
export interface MadeCall {
  made: MadeUnder;
  /** Its provider does the work of a key once, whoever asks: all its answers are one. */
  isIdempotent: boolean;
}

/** Whether two reservations of a key are that of one call. */
export function isOneCall(
  a: Pick<Operation, 'at' | 'claim'> | undefined,
  b: Pick<Operation, 'at' | 'claim'>,
): boolean {
  return a?.at === b.at && a.claim === b.claim;
}

/** Settles a call. Where its key stands for a later one, what this one has cost is booked beside that. */
export function planSettleCall(
  production: Production,
  sessionId: SessionId,
  { made, isIdempotent }: MadeCall,
  settlement: Settlement,
): Plan {
  const { key, result, claim } = settlement;
  const paid = {
    cost: settlement.cost ?? made.amount,
    estimated: settlement.cost === undefined,
    claim,
  };
  return paidAlready((view) => {
    const found = findCall(production, view, sessionId, key);
    const isOne = isIdempotent || isOneCall(found.call, made);
    if (found.is === 'open' && isOne) return planSettle(sessionId, settlement)(view);
    const given =
      result === undefined ? [] : stepsFor(view, sessionId, { type: 'result.recorded', key, result });
    // Somebody has said that it was not done.
    if (found.is === 'none') return [...bookedSteps(view, sessionId, made, { ...paid, key }), ...given];
    if (!isOne) return besideSteps(view, sessionId, key, { made, paid });
    return found.hasResult ? [] : given;
  });
}

/** Gives a call's reservation back, with what its failure was billed; that of a later call under its key stays. */
export function planReleaseCall(
  production: Production,
  sessionId: SessionId,
  made: MadeUnder,
  release: Release,
): Plan {
  const { key, billed, claim } = release;
  return paidAlready((view) => {
    const found = findCall(production, view, sessionId, key);
    const isOne = isOneCall(found.call, made);
    if (found.is === 'open' && isOne) return planRelease(sessionId, release)(view);
    const isBooked = billed === undefined || billed.cost === 0 || (found.is === 'paid' && isOne);
    return isBooked ? [] : besideSteps(view, sessionId, key, { made, paid: { ...billed, claim } });
  });
}

/** What a key stands for: a call that is open or held, one that is paid, or none. */
function findCall(
  production: Production,
  view: View,
  sessionId: SessionId,
  key: string,
): { is: 'open' | 'paid' | 'none'; call?: Pick<Operation, 'at' | 'claim'> | undefined; hasResult?: boolean } {
  const { operations, paid } = view.episode(sessionId).context;
  if (Object.hasOwn(operations, key)) return { is: 'open', call: operations[key] };
  if (!hasKey(paid, key)) return { is: 'none' };
  const known = production.settledKeys(sessionId).get(key);
  return { is: 'paid', call: known?.call, hasResult: known?.result !== undefined };
}

type Paid = Omit<Parameters<typeof costSteps>[2], 'phase' | 'operation'>;

function besideSteps(
  view: View,
  sessionId: SessionId,
  key: string,
  { made, paid }: { made: MadeUnder; paid: Paid },
): Step[] {
  const named = freeKey(view.episode(sessionId).context, key, 'late');
  return bookedSteps(view, sessionId, made, { ...paid, key: named });
}

/** On the day of its own reservation. */
function bookedSteps(view: View, sessionId: SessionId, made: MadeUnder, paid: Paid): Step[] {
  const { operation, phase, day } = made;
  return costSteps(view, sessionId, { operation, phase, ...paid }, view.day(day));
}
