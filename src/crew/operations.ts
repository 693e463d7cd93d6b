import { setTimeout as sleep } from 'node:timers/promises';
import {
  ProductionError,
  classifyError,
  parseName,
  parseUsd,
  type EpisodeEvent,
  type Operation,
  type PhaseName,
  type Policy,
  type SessionId,
  type Usd,
  hasKey,
} from '../../machines/index.js';
import type { AskBefore } from '../calls/hooks.js';
import type { Production, Step, View } from '../production/index.js';
import { toJson } from '../record/index.js';
import { later } from './claim.js';
import { backOff, chargeOf, costOf } from './outcome.js';
import { unlessAborted } from './unless-aborted.js';
import type { OperationCall, OperationOptions, OperationOutcome, RunOperation } from './port.js';

interface OperationsOptions {
  production: Production;
  askBefore: AskBefore;
  sessionId: SessionId;
  phase: PhaseName;
  claim: number;
  /** Aborted when no new call may begin. */
  stop: AbortSignal;
  /** Aborted when calls that are going on have to end too. */
  abort: AbortSignal;
  /** 0 to 1, for the jitter of back-off. */
  random: () => number;
}

type Body<T> = (call: OperationCall) => Promise<OperationOutcome<T>>;

/** A call that is going on. */
interface Call<T> {
  name: string;
  options: OperationOptions<T>;
  body: Body<T>;
  maxCost: Usd;
}

/** Paid calls of one phase: reserved before, settled after, never made twice for one key (docs/money.md). */
export class Operations {
  readonly #on: OperationsOptions;
  readonly #policy: Policy;
  readonly #underWay = new Map<string, Promise<unknown>>();
  readonly #unknowns = new Map<string, number>();

  constructor(options: OperationsOptions) {
    this.#on = options;
    this.#policy = options.production.policy;
  }

  /** Runs an operation, or gives the result it was settled with. The same key at the same time is the same call. */
  readonly run: RunOperation = (name, options, body) => {
    const { key } = options;
    const known = this.#underWay.get(key);
    if (known) return known as ReturnType<typeof body> as never;
    const promise = this.#run({
      name: parseName(name, 'operation'),
      options,
      body,
      maxCost: parseUsd(options.maxCost, 'maxCost'),
    }).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, promise);
    return promise;
  };

  /** Resolves when no call is going on any more. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay.values());
  }

  async #run<T>(call: Call<T>): Promise<T> {
    const { production, sessionId } = this.#on;
    const { key } = call.options;
    production.refresh();
    const { paid, operations } = this.#context();
    if (hasKey(paid, key)) return this.#keptResult(key) as T;
    const open = Object.hasOwn(operations, key) ? operations[key] : undefined;
    if (open?.state === 'held') return this.#reconcile(call, open);
    if (open)
      throw new ProductionError(
        'operation_exists',
        `operation ${key} of ${sessionId} is under way elsewhere since ${open.at}.`,
        { sessionId },
      );
    return this.#attempt(call);
  }

  #context() {
    const { production, sessionId } = this.#on;
    const snapshot = production.find(sessionId);
    if (!snapshot)
      throw new ProductionError('session_unknown', `there is no session ${sessionId}.`, { sessionId });
    return snapshot.context;
  }

  #keptResult(key: string): unknown {
    const { production, sessionId } = this.#on;
    const text = production.result(sessionId, key);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  }

  /** An operation whose outcome is unknown: its own rule decides; it is never called again blindly. */
  async #reconcile<T>(call: Call<T>, held: Operation): Promise<T> {
    const { sessionId, abort: signal } = this.#on;
    const { key, reconcile = 'ask' } = call.options;
    const attempt = this.#attempts(key) + 1;
    const answer =
      typeof reconcile === 'function'
        ? await reconcile({ idempotencyKey: this.#idempotencyKey(key), signal, attempt })
        : reconcile;
    if (answer === 'ask') {
      throw new ProductionError(
        'operation_held',
        `operation ${key} of ${sessionId} was under way when its process ended (since ${held.at}); find out whether the provider did it, then settle it with its cost or release it, and resume.`,
        { sessionId },
      );
    }
    if (answer !== 'retry') return this.#settle(call, answer);
    await this.#askBefore(call);
    await this.#on.production.commit((view) => [this.#step(view, { type: 'operation.retry', key })]);
    return this.#call({ ...call, maxCost: held.amount }, attempt);
  }

  async #attempt<T>(call: Call<T>): Promise<T> {
    const { phase, production, stop } = this.#on;
    const { key } = call.options;
    await this.#waitForTurn(key);
    await this.#askBefore(call);
    stop.throwIfAborted();
    const attempt = this.#attempts(key) + 1;
    await production.commit((view) => [
      this.#step(view, {
        type: 'cost.reserve',
        phase,
        operation: call.name,
        key,
        amount: call.maxCost,
        day: view.day(),
      }),
    ]);
    if (stop.aborted) {
      // Nothing has been sent yet: the reservation can go back.
      await this.#release(key);
      stop.throwIfAborted();
    }
    return this.#call(call, attempt);
  }

  /** Nothing is paid for that a hook vetoes. */
  #askBefore<T>({ name, options: { key, maxCost } }: Call<T>): Promise<void> {
    const { sessionId, phase, askBefore } = this.#on;
    return askBefore({ call: 'operation', sessionId, input: { phase, operation: name, key, maxCost } });
  }

  /** Deadlines of earlier failures are in the episode's context, so they hold across restarts. */
  async #waitForTurn(key: string): Promise<void> {
    const { retries } = this.#context();
    const notBefore = Object.hasOwn(retries, key) ? retries[key]?.notBefore : undefined;
    const waitMs =
      notBefore === undefined ? 0 : Date.parse(notBefore) - Date.parse(this.#on.production.now());
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.#on.stop });
  }

  async #call<T>(call: Call<T>, attempt: number): Promise<T> {
    const { key, timeoutMs } = call.options;
    const timeout = AbortSignal.timeout(timeoutMs ?? this.#policy.operationTimeoutMs);
    const signal = AbortSignal.any([this.#on.abort, timeout]);
    let outcome: OperationOutcome<T>;
    try {
      outcome = await unlessAborted(
        call.body({ idempotencyKey: this.#idempotencyKey(key), signal, attempt }),
        signal,
      );
    } catch (error) {
      return this.#failed(call, attempt, error);
    }
    return this.#settle(call, outcome);
  }

  async #settle<T>(call: Call<T>, outcome: OperationOutcome<T>): Promise<T> {
    const { sessionId, production } = this.#on;
    const { key } = call.options;
    const cost = costOf(outcome?.cost);
    let unkept: unknown;
    let result: Awaited<ReturnType<Production['keepResult']>>;
    try {
      const json = outcome?.result === undefined ? undefined : toJson(outcome.result, 'result');
      result = json === undefined ? undefined : await production.keepResult(sessionId, key, json);
    } catch (error) {
      // What was paid was paid, whether or not its result can be kept.
      unkept = error;
    }
    await production.commit((view) => {
      const reserved = view.episode(sessionId).context.operations[key];
      return [
        this.#step(view, {
          type: 'operation.settled',
          key,
          cost: cost ?? reserved?.amount ?? call.maxCost,
          estimated: cost === undefined,
          ...(result === undefined ? {} : { result }),
          day: view.day(reserved?.day),
        }),
      ];
    });
    if (unkept !== undefined) throw unkept;
    return outcome?.result;
  }

  async #failed<T>(call: Call<T>, attempt: number, error: unknown): Promise<T> {
    const { production, sessionId, phase, random, stop } = this.#on;
    const { key } = call.options;
    const charge = chargeOf(error, call.maxCost);
    if (charge.kind === 'unknown') return this.#unknown(call, error);
    const { code } = classifyError(error);
    const rule = stop.aborted ? undefined : this.#policy.retry[code];
    const again = rule !== undefined && attempt < rule.attempts;
    const waitMs = again ? backOff(rule, attempt, random, error) : 0;
    await production.commit((view) => {
      const day = view.day(view.episode(sessionId).context.operations[key]?.day);
      return [
        this.#step(view, {
          type: 'operation.released',
          key,
          code,
          day,
          ...(again ? { retryAt: later(view.at, waitMs) } : {}),
        }),
        ...(charge.kind === 'known' && charge.cost > 0
          ? [
              this.#step(view, {
                type: 'cost.recorded',
                phase,
                operation: call.name,
                cost: charge.cost,
                day: released(day, call.maxCost),
              }),
            ]
          : []),
      ];
    });
    if (!again) throw error;
    return this.#attempt(call);
  }

  /** Nobody knows whether the provider did the work: held, and reconciled at once where the operation has a rule for it. */
  async #unknown<T>(call: Call<T>, error: unknown): Promise<T> {
    const { stop } = this.#on;
    const { key, reconcile = 'ask' } = call.options;
    await this.#on.production.commit((view) => [this.#step(view, { type: 'operation.held', key })]);
    const held = this.#context().operations[key];
    const rule = this.#policy.retry[classifyError(error).code];
    if (stop.aborted || reconcile === 'ask' || !held || !rule || this.#countUnknown(key) >= rule.attempts)
      throw error;
    return this.#reconcile(call, held);
  }

  #countUnknown(key: string): number {
    const count = (this.#unknowns.get(key) ?? 0) + 1;
    this.#unknowns.set(key, count);
    return count;
  }

  async #release(key: string): Promise<void> {
    const { production, sessionId } = this.#on;
    await production.commit((view) => [
      this.#step(view, {
        type: 'operation.released',
        key,
        day: view.day(view.episode(sessionId).context.operations[key]?.day),
      }),
    ]);
  }

  #step(view: View, event: Untimed): Step {
    const { sessionId, claim } = this.#on;
    return { sessionId, event: { ...event, at: view.at, claim } };
  }

  #attempts(key: string): number {
    const { retries } = this.#context();
    return Object.hasOwn(retries, key) ? (retries[key]?.attempts ?? 0) : 0;
  }

  /** The same on every attempt, and different in every episode. */
  #idempotencyKey(key: string): string {
    return `${this.#on.sessionId}:${key}`;
  }
}

type Untime<Event> = Event extends EpisodeEvent ? Omit<Event, 'at' | 'by' | 'claim'> : never;
type Untimed = Untime<EpisodeEvent>;

/** The day's money once a reservation has gone back in the same commit. */
function released(day: ReturnType<View['day']>, amount: Usd): ReturnType<View['day']> {
  return { ...day, reserved: (day.reserved - amount) as Usd };
}
