import { setTimeout as sleep } from 'node:timers/promises';
import {
  ProductionError,
  formatUsd,
  type PhaseName,
  type SessionId,
  type Usd,
} from '../../machines/index.js';
import type { Production } from '../production/index.js';

// Commits of other processes are told as they come; the clock is for a file system that does not tell.
const askAgainMs = 1000;

/** Who waits for money that others have reserved: first come, first served within a process, for each episode and for the day. */
export class ReservationQueue {
  readonly #lines = new Map<string, (() => void)[]>();

  /** Whether somebody waits whom a newcomer may not overtake. */
  isBusy(...lines: string[]): boolean {
    return lines.some((line) => this.#lines.has(line));
  }

  /** Resolves when those who came before are served; gives what ends one's own turn. */
  async enter(line: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const waiting = this.#lines.get(line);
    if (!waiting) {
      this.#lines.set(line, []);
      return () => this.#next(line);
    }
    await new Promise<void>((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      const stop = (): void => {
        waiting.splice(waiting.indexOf(turn), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', stop, { once: true });
      waiting.push(turn);
    });
    return () => this.#next(line);
  }

  #next(line: string): void {
    const next = this.#lines.get(line)?.shift();
    if (next) next();
    else this.#lines.delete(line);
  }
}

const queues = new WeakMap<Production, ReservationQueue>();

export function queueOf(production: Production): ReservationQueue {
  const known = queues.get(production);
  if (known) return known;
  const queue = new ReservationQueue();
  queues.set(production, queue);
  return queue;
}

/** Resolves when money may have become free: after a commit, or a second. Begin it before asking. */
function whenMoneyMoves(production: Production, signal: AbortSignal): Promise<void> {
  const moved = new AbortController();
  const unsubscribe = production.onCommit(() => moved.abort());
  return sleep(askAgainMs, undefined, { signal: AbortSignal.any([moved.signal, signal]) })
    .catch(() => {})
    .finally(unsubscribe);
}

/** How a reservation is waited for: `reserve` asks for it, and is asked again while it throws `budget_reserved`. */
interface Turn<T> {
  reserve: () => Promise<T>;
  signal: AbortSignal;
  /** Tells of held calls that this process is about to reconcile by itself. */
  isOwn: (key: string) => boolean;
  onWait: (refused: ProductionError) => void;
}

/**
 * Asks again for as long as others' reservations are in the way, in the order in which callers came. Who waits for his episode's money is in the
 * way of nobody in another one.
 * @throws ProductionError `operation_held` where held calls are in the way: no time changes that.
 */
export async function inTurn<T>(production: Production, wanted: Wanted, turn: Turn<T>): Promise<T> {
  const { reserve, signal, isOwn, onWait } = turn;
  const queue = queueOf(production);
  const leave = [await queue.enter(wanted.sessionId, signal)];
  try {
    for (;;) {
      if (leave.length === 1 && (queue.isBusy('day') || isDayShort(production, wanted.amount)))
        leave.push(await queue.enter('day', signal));
      const asked = new AbortController();
      const change = whenMoneyMoves(production, AbortSignal.any([signal, asked.signal]));
      try {
        return await reserve();
      } catch (error) {
        if (!(error instanceof ProductionError) || error.code !== 'budget_reserved') throw error;
        const held = heldInTheWay(production, wanted, isOwn);
        if (held.length > 0) throw heldRefusal(wanted.sessionId, wanted.operation, held);
        onWait(error);
        await change;
        signal.throwIfAborted();
      } finally {
        asked.abort();
      }
    }
  } finally {
    for (const each of leave.reverse()) each();
  }
}

function isDayShort(production: Production, amount: Usd): boolean {
  const { cap, spent, reserved } = production.today();
  return spent + reserved + amount > cap;
}

/** Waits at most `waitMs` for money that others have reserved; then the refusal stands. */
export async function untilReserved<T>(
  production: Production,
  wanted: Wanted,
  { reserve, waitMs }: { reserve: () => Promise<T>; waitMs: number },
): Promise<T> {
  const signal = AbortSignal.timeout(waitMs);
  production.follow();
  try {
    return await inTurn(production, wanted, { reserve, signal, isOwn: () => false, onWait: () => {} });
  } catch (error) {
    if (!signal.aborted || error instanceof ProductionError) throw error;
    return reserve();
  }
}

/** A reservation that is asked for. */
interface Wanted {
  sessionId: SessionId;
  phase: PhaseName;
  operation: string;
  amount: Usd;
}

interface Held {
  sessionId: SessionId;
  key: string;
  amount: Usd;
}

/**
 * Held calls in whose way a reservation of `amount` stands, for as long as nobody says what became of them; none when it would fit once the open ones settle.
 * `isOwn` tells of calls that this process is about to reconcile by itself.
 */
function heldInTheWay(
  production: Production,
  { sessionId, phase, amount }: Wanted,
  isOwn: (key: string) => boolean,
): Held[] {
  const { money, budgets, phases, rules } = production.episode(sessionId).context;
  const day = production.today();
  const all = production.ids().flatMap((id) =>
    Object.entries(production.episode(id).context.operations)
      .filter(
        ([key, { state, amount }]) => state === 'held' && amount > 0 && !(id === sessionId && isOwn(key)),
      )
      .map(([key, operation]) => ({
        sessionId: id,
        key,
        amount: operation.amount,
        day: operation.day,
        phase: operation.phase,
      })),
  );
  const here = all.filter((each) => each.sessionId === sessionId);
  const today = all.filter((each) => each.day === day.date);
  const sum = (list: readonly Held[]): number => list.reduce((total, each) => total + each.amount, 0);
  const inPhase = here.filter((each) => each.phase === phase);
  if (rules.hardPhaseBudgets && phases[phase].spent + sum(inPhase) + amount > budgets[phase]) return inPhase;
  if (money.spent + sum(here) + amount > budgets.total) return here;
  return day.spent + sum(today) + amount > day.cap ? today : [];
}

function heldRefusal(sessionId: SessionId, operation: string, held: readonly Held[]): ProductionError {
  const first = held.slice(0, 3);
  const names = first
    .map((each) => `${each.key} of ${each.sessionId} (${formatUsd(each.amount)})`)
    .join(', ');
  return new ProductionError(
    'operation_held',
    `${operation} of ${sessionId} waits for money that held calls have reserved: ${names}${held.length > first.length ? ', …' : ''}. Nobody knows what became of them, so it is a person's turn: find out whether the provider did them, settle each with its cost or release it, then resume.`,
    { sessionId },
  );
}
