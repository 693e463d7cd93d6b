import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import {
  OperationKey,
  PhaseName,
  ProductionError,
  classifyError,
  parseName,
  parseUsd,
  type EpisodeEvent,
  type FailureCode,
  type Operation,
  type Policy,
  type RetryRule,
  type SessionId,
  type Usd,
  hasKey,
} from '../../machines/index.js';
import type { AskBefore } from '../calls/hooks.js';
import { check } from '../calls/check.js';
import { refuseOtherUse, type AskedUse } from '../calls/key-use.js';
import { inTurn, queueOf } from '../calls/reservation-queue.js';
import type { Production, Step, View } from '../production/index.js';
import { toJson } from '../record/index.js';
import { planReserve } from '../calls/money-plans.js';
import { isOneCall, planReleaseCall, planSettleCall, type MadeUnder } from '../calls/late-calls.js';
import { dueAt, mostCalls, nextTry, triesOf, type Tries } from './attempts.js';
import { later } from './claim.js';
import { chargeOf, costOf, isBilled } from './outcome.js';
import { SettledResults } from './settled-results.js';
import { keptInput } from './call-input.js';
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
  /** Tells people what is waited for. */
  tell: (message: string) => void;
}

type Body<T> = (call: OperationCall) => Promise<OperationOutcome<T>>;

/** A call that is going on. */
interface Call<T> {
  name: string;
  options: OperationOptions<T>;
  body: Body<T>;
  maxCost: Usd;
  /** It is made once more by its rule, and what became of the call before is unknown. */
  repeatsUnknown?: true;
}

/** Paid calls of one phase: reserved before, settled after, never made twice for one key (docs/money.md). */
export class Operations {
  readonly #on: OperationsOptions;
  readonly #underWay = new Map<string, { promise: Promise<unknown>; use: AskedUse }>();
  readonly #settled: SettledResults;
  #over = false;

  constructor(options: OperationsOptions) {
    this.#on = options;
    this.#settled = new SettledResults(options.production, options.sessionId);
  }

  /** As it stands when it is asked for: it may change while a call is under way. */
  get #policy(): Policy {
    return this.#on.production.policy;
  }

  /** Runs an operation, or gives the result it was settled with. The same key at the same time is the same call. */
  readonly run: RunOperation = async (name, options, body) => {
    const call = checkedCall(name, options, body);
    const { key } = call.options;
    this.#seeThatItGoesOn();
    const known = this.#underWay.get(key);
    if (known) {
      refuseOtherUse(this.#on.sessionId, key, known.use, this.#useOf(call), call.options.reuseFrom);
      return known.promise as ReturnType<typeof body> as never;
    }
    const promise = this.#run(call).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, { promise, use: this.#useOf(call) });
    return promise;
  };

  /** The phase is over: whoever is late begins nothing more. */
  end(): void {
    this.#over = true;
  }

  #seeThatItGoesOn(): void {
    const { sessionId, phase } = this.#on;
    if (this.#over)
      throw new ProductionError(
        'interrupted',
        `this run of ${phase} of ${sessionId} is over; nothing more is paid for in it.`,
        { sessionId },
      );
  }

  #useOf<T>({ name, maxCost, options: { priceMayChange } }: Call<T>): AskedUse {
    const amount = priceMayChange === true ? undefined : maxCost;
    return { operation: name, phase: this.#on.phase, amount };
  }

  /** Resolves when no call is going on any more. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0)
      await Promise.allSettled([...this.#underWay.values()].map(({ promise }) => promise));
  }

  async #run<T>(call: Call<T>): Promise<T> {
    const { production, sessionId } = this.#on;
    const { key } = call.options;
    await production.arrived();
    production.refresh();
    const { paid, operations } = this.#context();
    if (hasKey(paid, key)) return this.#settled.get(key, this.#useOf(call), call.options.reuseFrom) as T;
    const open = Object.hasOwn(operations, key) ? operations[key] : undefined;
    if (open) refuseOtherUse(sessionId, key, open, this.#useOf(call));
    if (open?.state === 'held') return this.#reconcile(call, open);
    if (open)
      throw new ProductionError(
        'operation_exists',
        `operation ${key} of ${sessionId} is under way elsewhere since ${open.at}.`,
        { sessionId },
      );
    const inherited = call.options.acrossForks === true && this.#settled.inherited(key, this.#useOf(call));
    return inherited ? (inherited.result as T) : this.#attempt(call);
  }

  #context() {
    const { production, sessionId } = this.#on;
    const snapshot = production.find(sessionId);
    if (!snapshot)
      throw new ProductionError('session_unknown', `there is no session ${sessionId}.`, { sessionId });
    return snapshot.context;
  }

  /** An operation whose outcome is unknown: its own rule decides; it is never called again blindly. */
  async #reconcile<T>(call: Call<T>, held: Operation): Promise<T> {
    const { sessionId } = this.#on;
    const { key, reconcile = 'ask' } = call.options;
    // The held call is none of those that are counted.
    const made = this.#tries(key).attempts + 1;
    const attempt = made + 1;
    if (reconcile !== 'ask') await this.#waitForTurn(key);
    let answer: Awaited<ReturnType<Extract<typeof reconcile, (...args: never) => unknown>>>;
    try {
      answer = typeof reconcile === 'function' ? await this.#within(call, attempt, reconcile) : reconcile;
    } catch (error) {
      // A look-up that fails says nothing of the call; one that has found an answer that is of no use says that it was billed.
      if (isBilled(error)) return this.#failed(call, made, held, error);
      throw error;
    }
    if (answer === 'ask') {
      throw new ProductionError(
        'operation_held',
        `operation ${key} of ${sessionId} has an unknown outcome since ${held.at}: it may have been sent, and no answer came; find out whether the provider did it, then settle it with its cost or release it, and resume.`,
        { sessionId },
      );
    }
    if (answer !== 'retry') return this.#settle(call, held, answer);
    await this.#refuseFurtherRepeats(key, made);
    await this.#askBefore(call);
    const { production, claim, stop } = this.#on;
    stop.throwIfAborted();
    this.#seeThatItGoesOn();
    const { waitedMs } = this.#tries(key);
    const tries = { attempts: made, waitedMs, final: false };
    await production.commit((view) => [this.#step(view, { type: 'operation.retry', key, tries })]);
    // Whoever has looked and found nothing knows: the call before was not done.
    const repeats = reconcile === 'retry' ? { repeatsUnknown: true as const } : {};
    return this.#call({ ...call, maxCost: held.amount, ...repeats }, attempt, { ...held, claim });
  }

  async #attempt<T>(call: Call<T>): Promise<T> {
    const { stop } = this.#on;
    const { key } = call.options;
    this.#refuseFurtherTries(call);
    await this.#waitForTurn(key);
    await this.#askBefore(call);
    stop.throwIfAborted();
    this.#seeThatItGoesOn();
    const attempt = this.#tries(key).attempts + 1;
    const made = await this.#reserve(call);
    if (stop.aborted) {
      // Nothing has been sent yet: the reservation can go back.
      await this.#release(key, made);
      stop.throwIfAborted();
    }
    return this.#call(call, attempt, made);
  }

  /** What is reserved is not spent: it is waited for, first come, first served. */
  async #reserve<T>(call: Call<T>): Promise<MadeUnder> {
    const { production, sessionId, phase, stop, tell } = this.#on;
    const reserve = () => this.#reserveNow(call);
    if (!queueOf(production).isBusy(sessionId, 'day')) {
      try {
        return await reserve();
      } catch (error) {
        if (!(error instanceof ProductionError) || error.code !== 'budget_reserved') throw error;
      }
    }
    const wanted = { sessionId, phase, operation: call.name, amount: call.maxCost };
    return inTurn(production, wanted, {
      reserve,
      signal: stop,
      isOwn: (key) => this.#underWay.has(key),
      onWait: ({ message }) => tell(`${call.name} waits for money that others have reserved: ${message}`),
    });
  }

  async #reserveNow<T>(call: Call<T>): Promise<MadeUnder> {
    const { phase, production, sessionId, claim } = this.#on;
    const { key } = call.options;
    const { input: given } = call.options;
    const input = given === undefined ? undefined : keptInput(given, production.redactor);
    const reservation = { phase, operation: call.name, key, amount: call.maxCost, claim, input };
    const { steps } = await production.commit(planReserve(sessionId, reservation));
    const made = steps.at(-1)?.after.context.operations[key];
    if (!made) throw new ProductionError('machine_broken', 'a reservation gave none.', { sessionId });
    return made;
  }

  #refuseFurtherTries<T>(call: Call<T>): void {
    const { key } = call.options;
    const { final, attempts, code } = this.#tries(key);
    if (final) throw this.#exhausted(key, attempts, code);
  }

  /** A call that its rule makes again is one of those that policy counts, whoever was stopped or ended amid it. */
  async #refuseFurtherRepeats(key: string, made: number): Promise<void> {
    const { waitedMs, final, code } = this.#tries(key);
    if (!final && made < mostCalls(this.#policy, code)) return;
    if (!final) {
      const tries = { attempts: made - 1, waitedMs, final: true };
      await this.#on.production.commit((view) => [this.#step(view, { type: 'operation.held', key, tries })]);
    }
    throw this.#exhausted(key, made, code, '; what became of the last call is unknown');
  }

  #exhausted(key: string, calls: number, code: FailureCode = 'unknown', more = ''): ProductionError {
    const { sessionId } = this.#on;
    return new ProductionError(
      'attempts_exhausted',
      `operation ${key} of ${sessionId} has been called ${calls} times in vain, as often as policy allows${more}; resume or recover ${sessionId} to let it be called again.`,
      { sessionId, cause: { code } },
    );
  }

  /** Nothing is paid for that a hook vetoes. */
  #askBefore<T>({ name, options: { key, maxCost } }: Call<T>): Promise<void> {
    const { sessionId, phase, askBefore } = this.#on;
    return askBefore({ call: 'operation', sessionId, input: { phase, operation: name, key, maxCost } });
  }

  /** Deadlines of earlier failures are in the episode's context, so they hold across restarts. */
  async #waitForTurn(key: string): Promise<void> {
    const notBefore = dueAt(this.#context(), key);
    const waitMs =
      notBefore === undefined ? 0 : Date.parse(notBefore) - Date.parse(this.#on.production.now());
    if (waitMs <= 0) return;
    this.#on.tell(`waiting until ${notBefore} to call the provider again (${key})`);
    await sleep(waitMs, undefined, { signal: this.#on.stop });
  }

  async #call<T>(call: Call<T>, attempt: number, made: MadeUnder): Promise<T> {
    let outcome: OperationOutcome<T>;
    try {
      outcome = await this.#within(call, attempt, call.body);
    } catch (error) {
      return this.#failed(call, attempt, made, error);
    }
    return this.#settle(call, made, outcome);
  }

  /** What asks the provider may take as long as a call may, and is not waited for when calls have to end. */
  #within<T, Said>(
    { options: { key, timeoutMs } }: Call<T>,
    attempt: number,
    ask: (call: OperationCall) => Promise<Said>,
  ): Promise<Said> {
    const timeout = AbortSignal.timeout(timeoutMs ?? this.#policy.operationTimeoutMs);
    const signal = AbortSignal.any([this.#on.abort, timeout]);
    return unlessAborted(ask(this.#told(key, signal, attempt)), signal);
  }

  async #settle<T>(call: Call<T>, made: MadeUnder, outcome: OperationOutcome<T>): Promise<T> {
    const { sessionId, production, claim } = this.#on;
    const { key, reconcile } = call.options;
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
    // Whoever settles under a claim says that there is no result where he gives none.
    const settlement = { key, cost, result, ...(unkept === undefined ? { claim } : {}) };
    const isIdempotent = reconcile === 'retry';
    await production.commit(planSettleCall(production, sessionId, { made, isIdempotent }, settlement));
    if (unkept !== undefined) throw unkept;
    return outcome?.result;
  }

  async #failed<T>(call: Call<T>, attempt: number, made: MadeUnder, error: unknown): Promise<T> {
    const { production, sessionId, stop, claim } = this.#on;
    const { key } = call.options;
    const charge = chargeOf(error, call.maxCost);
    if (charge.kind === 'unknown') return this.#unknown(call, attempt, made, error);
    // That this call was not sent, or was refused, says nothing of the one before it.
    if (charge.kind === 'none' && call.repeatsUnknown) return this.#unknown(call, attempt, made, error);
    const { code } = classifyError(error);
    const rule = stop.aborted ? undefined : this.#policy.retry[code];
    const { again, waitMs, waitedMs, final } = this.#nextTry(key, rule, attempt, error);
    const tries = { attempts: attempt, waitedMs, final };
    const billed = charge.kind === 'known' ? charge : undefined;
    const retryAt = again ? (at: string): string => later(at, waitMs) : undefined;
    const release = { key, code, tries, retryAt, billed, claim };
    await production.commit(planReleaseCall(production, sessionId, made, release));
    if (!again) throw error;
    return this.#attempt(call);
  }

  /** Attempts and waiting are counted for the key, ever. */
  #nextTry(key: string, rule: RetryRule | undefined, attempt: number, error: unknown) {
    const { random, production } = this.#on;
    const { waitedMs } = this.#tries(key);
    const nowMs = Date.parse(production.now());
    return nextTry(this.#policy, rule, { attempt, waitedMs, error, random, nowMs });
  }

  /** Nobody knows whether the provider did the work: held, and reconciled at once where the operation has a rule for it. */
  async #unknown<T>(call: Call<T>, attempt: number, made: MadeUnder, error: unknown): Promise<T> {
    const { stop, production, sessionId } = this.#on;
    const { key, reconcile = 'ask' } = call.options;
    const { code } = classifyError(error);
    const rule = stop.aborted || reconcile === 'ask' ? undefined : this.#policy.retry[code];
    const { again, waitMs, waitedMs, final } = this.#nextTry(key, rule, attempt, error);
    const counted = (at: string) =>
      rule === undefined
        ? {}
        : {
            code,
            tries: { attempts: attempt - 1, waitedMs, final },
            ...(again ? { retryAt: later(at, waitMs) } : {}),
          };
    const { steps } = await production.commit((view) =>
      // Others may have gone on with its key.
      isOneCall(view.episode(sessionId).context.operations[key], made)
        ? [this.#step(view, { type: 'operation.held', key, ...counted(view.at) })]
        : [],
    );
    const held = steps.at(-1)?.after.context.operations[key];
    if (!again || !held) throw error;
    return this.#reconcile(call, held);
  }

  async #release(key: string, made: MadeUnder): Promise<void> {
    const { production, sessionId, claim } = this.#on;
    const { attempts, waitedMs, final } = this.#tries(key);
    const release = { key, tries: { attempts, waitedMs, final }, claim };
    await production.commit(planReleaseCall(production, sessionId, made, release));
  }

  #step(view: View, event: Untimed): Step {
    const { sessionId, claim } = this.#on;
    return { sessionId, event: { ...event, at: view.at, claim } };
  }

  #tries(key: string): Tries {
    return triesOf(this.#context(), key);
  }

  /** Its idempotency key is the same on every attempt, and different in every episode. */
  #told(key: string, signal: AbortSignal, attempt: number): OperationCall {
    const reservedAt = this.#context().operations[key]?.at ?? this.#on.production.now();
    return { idempotencyKey: `${this.#on.sessionId}:${key}`, signal, attempt, reservedAt };
  }
}

const Options = z.strictObject({
  key: OperationKey,
  /** Read as an amount below. */
  maxCost: z.unknown(),
  input: z.unknown().optional(),
  acrossRevisions: z.boolean().optional(),
  acrossForks: z.boolean().optional(),
  priceMayChange: z.boolean().optional(),
  timeoutMs: z.int().min(1).max(86_400_000).optional(),
  reuseFrom: PhaseName.optional(),
  reconcile: z
    .unknown()
    .refine((rule) => rule === 'ask' || rule === 'retry' || typeof rule === 'function', {
      error: "is neither 'ask', 'retry' nor a function",
    })
    .optional(),
});

/** Everything that can be wrong with a call is found before anything is reserved. */
function checkedCall<T>(name: string, options: OperationOptions<T>, body: Body<T>): Call<T> {
  check(Options, options);
  if (typeof body !== 'function')
    throw new ProductionError('invalid_input', 'body: is not a function that makes the call.', {
      field: 'body',
    });
  return {
    name: parseName(name, 'operation'),
    options: { ...options },
    body,
    maxCost: parseUsd(options.maxCost, 'maxCost'),
  };
}

type Untime<Event> = Event extends EpisodeEvent ? Omit<Event, 'at' | 'by' | 'claim'> : never;
type Untimed = Untime<EpisodeEvent>;
