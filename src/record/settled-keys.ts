import {
  zeroUsd,
  type EventOf,
  type Operation,
  type PhaseName,
  type SessionId,
  type Usd,
} from '../../machines/index.js';
import type { JournalPort } from '../journal/index.js';
import type { CommitEntry } from './commit.js';
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
  /** The last call that was made under the key before; undefined where none was reserved. */
  call?: Pick<Operation, 'at' | 'claim'> | undefined;
  /** The episode that it was forked from, or one before that, has paid for it. */
  isInherited?: true;
  /** A worker under a claim settled it, and so knows when there is nothing to give; a person may only not have said it. */
  byWorker: boolean;
}

/** Every key that an episode has settled: read from its past when it is first asked for, and on from there. */
export class SettledKeys {
  readonly #journal: JournalPort;
  readonly #sessionId: SessionId;
  readonly #reserved = new Map<string, EventOf<'cost.reserve'>>();
  readonly #settled = new Map<string, SettledKey>();
  readonly #calls = new Map<string, Pick<Operation, 'at' | 'claim'>>();
  #upTo: number | undefined;

  constructor(journal: JournalPort, sessionId: SessionId) {
    this.#journal = journal;
    this.#sessionId = sessionId;
  }

  /** As far as the journal's handle has read; the same map grows. */
  read(): Map<string, SettledKey> {
    const to = this.#journal.position;
    if (this.#upTo === undefined || this.#upTo < to)
      scanSession(this.#journal, this.#sessionId, (_commit, entry) => this.#take(entry), {
        from: this.#upTo,
        to,
        onLine: (line) => (this.#upTo = line.end),
      });
    return this.#settled;
  }

  #take(entry: CommitEntry): void {
    for (const event of entry.events) {
      if (event.type === 'episode.forked')
        for (const { key, operation, amount, result } of event.paid ?? [])
          this.#settled.set(key, {
            operation,
            phase: event.resume,
            amount,
            cost: zeroUsd,
            day: event.at.slice(0, 10),
            result,
            byWorker: true,
            isInherited: true,
          });
      if (event.type === 'cost.reserve') {
        this.#reserved.set(event.key, event);
        this.#calls.set(event.key, { at: event.at, claim: event.claim ?? null });
      }
      const made = event.type === 'operation.retry' ? this.#calls.get(event.key) : undefined;
      if (event.type === 'operation.retry' && made)
        this.#calls.set(event.key, { ...made, claim: event.claim ?? null });
      if (event.type === 'cost.recorded' && event.key !== undefined) {
        const { key, operation, phase, cost, day } = event;
        const use = { operation, phase, amount: this.#amountOf(event), cost, day: day.date };
        this.#settled.set(key, { ...use, result: undefined, call: this.#calls.get(key), byWorker: false });
      }
      if (event.type === 'operation.settled') {
        const from = this.#reserved.get(event.key);
        if (from)
          this.#settled.set(event.key, {
            operation: from.operation,
            phase: from.phase,
            amount: from.amount,
            cost: event.cost,
            day: from.day.date,
            result: event.result,
            call: this.#calls.get(event.key),
            byWorker: event.claim !== undefined,
          });
      }
      const late = event.type === 'result.recorded' ? this.#settled.get(event.key) : undefined;
      if (event.type === 'result.recorded' && late) late.result = event.result;
    }
  }
  /** A call that was reserved, released and booked all the same is the same use as before. */
  #amountOf({ key, operation, phase, cost }: EventOf<'cost.recorded'>): Usd {
    const from = key === undefined ? undefined : this.#reserved.get(key);
    return from?.operation === operation && from.phase === phase ? from.amount : cost;
  }
}
