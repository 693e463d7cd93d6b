import { zeroUsd, type EventOf, type PhaseName, type SessionId, type Usd } from '../../machines/index.js';
import type { JournalPort } from '../journal/index.js';
import { scanSession } from './replay.js';

/** What a key of an episode was used for. */
export interface SettledKey {
  operation: string;
  phase: PhaseName;
  /** What was reserved; what was paid, where a cost was added without a reservation. */
  amount: Usd;
  /** What was booked first; a correction is no other use. */
  cost: Usd;
  /** The day that it counts on. */
  day: string;
  result: EventOf<'operation.settled'>['result'];
  /** The episode that it was forked from, or one before that, has paid for it. */
  isInherited?: true;
  /** A worker under a claim settled it, and so knows when there is nothing to give; a person may only not have said it. */
  byWorker: boolean;
}

/** Every key that an episode has settled, from one reading of its past. */
export function settledKeysOf(journal: JournalPort, sessionId: SessionId): Map<string, SettledKey> {
  const reserved = new Map<string, EventOf<'cost.reserve'>>();
  const settled = new Map<string, SettledKey>();
  scanSession(journal, sessionId, (_commit, entry) => {
    for (const event of entry.events) {
      if (event.type === 'episode.forked')
        for (const { key, operation, amount, result } of event.paid ?? [])
          settled.set(key, {
            operation,
            phase: event.resume,
            amount,
            cost: zeroUsd,
            day: event.at.slice(0, 10),
            result,
            byWorker: true,
            isInherited: true,
          });
      if (event.type === 'cost.reserve') reserved.set(event.key, event);
      if (event.type === 'cost.recorded' && event.key !== undefined) {
        const { operation, phase, cost, day } = event;
        const use = { operation, phase, amount: cost, cost, day: day.date };
        settled.set(event.key, { ...use, result: undefined, byWorker: false });
      }
      if (event.type === 'operation.settled') {
        const from = reserved.get(event.key);
        if (from)
          settled.set(event.key, {
            operation: from.operation,
            phase: from.phase,
            amount: from.amount,
            cost: event.cost,
            day: from.day.date,
            result: event.result,
            byWorker: event.claim !== undefined,
          });
      }
      const late = event.type === 'result.recorded' ? settled.get(event.key) : undefined;
      if (event.type === 'result.recorded' && late) late.result = event.result;
    }
  });
  return settled;
}
