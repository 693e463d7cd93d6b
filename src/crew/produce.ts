import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import {
  Actor,
  ProductionError,
  answerCommand,
  asleepUntil,
  classifyError,
  currentPhase,
  episodeStatus,
  stateName,
  type EpisodeSnapshot,
  type Failure,
  type FailureCode,
  type PhaseName,
  type SessionId,
  workedMs,
} from '../../machines/index.js';
import { check } from '../calls/check.js';
import { planFail, planRecover } from '../calls/plans.js';
import type { AskBefore, HookChain } from '../calls/hooks.js';
import type { Plan, Production } from '../production/index.js';
import type { EpisodeState } from '../shapes/index.js';
import { HeldClaim } from './claim.js';
import { keptChoice, optionsOf, planChoice, type CrewOptions, type GivenOptions } from './crew-choice.js';
import { IdleLimit } from './idle-limit.js';
import { backOff } from './outcome.js';
import { checkCrew, type Crew } from './port.js';
import { runPhase } from './run-phase.js';
import { asleepText } from './sleep-until.js';

/** Where a production is, for people watching. Not in the journal. */
export interface Progress {
  sessionId: string;
  phase: PhaseName;
  /** 0 to 1 within the phase. */
  fraction: number;
  message: string;
}

export interface ProduceOptions {
  /**
   * Free options that the crew's workers get, e.g. `{ sources: 'docs', minutes: 3 }`: JSON, at most 16 kB. They are kept with the episode, and whoever takes it up without
   * any gets them too. Secrets in them are not kept.
   */
  crewOptions?: Readonly<Record<string, unknown>> | undefined;
  /** Options that nobody keeps: functions, clients, secrets. They win over `crewOptions` of the same name. */
  localOptions?: Readonly<Record<string, unknown>> | undefined;
  /** Stops gracefully: nothing new begins, calls going on get `graceMs` to end, and the episode can be resumed. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Who works, as others are told. Default: host and process id. */
  holder?: string | undefined;
  /** After this long without a sign of life another orchestrator may take over. Milliseconds, at most a day; default 60,000. */
  leaseMs?: number | undefined;
  graceMs?: number | undefined;
  /** Wait for a person's approval, and for answers to what workers ask, instead of ending with `waiting`. */
  waitForApproval?: boolean | undefined;
  /** 0 to 1, for the jitter of back-off. */
  random?: (() => number) | undefined;
}

/** How a production ended: `complete`; `waiting` for a person; `failed`; `interrupted`, to be resumed; `archived`. */
export interface Produced {
  sessionId: SessionId;
  outcome: 'complete' | 'waiting' | 'failed' | 'interrupted' | 'archived';
  /** What a person should know or do, where it is not complete. */
  reason: string | null;
  failure: Failure | null;
  state: EpisodeState;
}

/** Also one of another realm, or of a library. */
function isSignal(value: unknown): boolean {
  if (value === undefined) return true;
  const { aborted, addEventListener } = (value ?? {}) as Record<string, unknown>;
  return typeof aborted === 'boolean' && typeof addEventListener === 'function';
}

const callback = z
  .unknown()
  .refine((value) => value === undefined || typeof value === 'function', { error: 'is not a function' })
  .optional();
const ProduceInput = z.looseObject({
  holder: Actor.optional(),
  leaseMs: z.number().min(1).max(86_400_000).optional(),
  graceMs: z.number().nonnegative().max(86_400_000).optional(),
  concurrency: z.int().positive().optional(),
  crewOptions: z.record(z.string(), z.unknown()).optional(),
  localOptions: z.record(z.string(), z.unknown()).optional(),
  signal: z.unknown().refine(isSignal, { error: 'is not an AbortSignal' }).optional(),
  onProgress: callback,
  random: callback,
  waitForApproval: z.boolean().optional(),
});

const pollMs = 1000;

/** What is produced with. */
export interface Work<Options extends ProduceOptions = ProduceOptions> {
  production: Production;
  askBefore: AskBefore;
  hooks: Pick<HookChain, 'askFailed' | 'produces'>;
  crew: Crew;
  options: Options;
  /** The crew's options for an episode with which none are kept. */
  fallback?: CrewOptions | undefined;
  /** Hears what a listener threw. */
  report: (error: unknown, where: string) => void;
}

/** Produces one episode with a crew, from wherever it stands to its end, or to where a person is needed. */
export async function produce(work: Work, sessionId: SessionId): Promise<Produced> {
  return (await produceOrFind(work, sessionId)).produced;
}

/** How a production ended, and whether it was this one's: somebody else may have ended it a moment before. */
interface Found {
  produced: Produced;
  isOurs: boolean;
}

/** The same as `produce`, for whoever counts what he has done. */
export async function produceOrFind(work: Work, sessionId: SessionId): Promise<Found> {
  const { production, askBefore, options } = work;
  checkWork(work);
  await askBefore({ call: 'produce', sessionId, input: { sessionId } });
  for (;;) {
    const found = await produceClaimed(work, sessionId);
    const isToWait = found.produced.outcome === 'waiting' && options.waitForApproval === true;
    if (!isToWait || !(await isWaitingForTime(production, sessionId))) return found;
    // Its claim is given up meanwhile: others may take it up as well.
    while (!options.signal?.aborted && (await isWaitingForTime(production, sessionId)))
      await sleep(pollMs, undefined, options.signal ? { signal: options.signal } : {}).catch(() => {});
  }
}

/** Whether nobody but time lets it go on: its time to begin, or the end of its worker's sleep. */
async function isWaitingForTime(production: Production, sessionId: SessionId): Promise<boolean> {
  await production.arrived();
  production.refresh();
  const { context } = production.episode(sessionId);
  const now = production.now();
  const phase = currentPhase(context);
  const isEarly = context.startAt !== null && Date.parse(context.startAt) > Date.parse(now) && phase !== null;
  return asleepUntil(context, now) !== null || (isEarly && context.phases[phase].status === 'pending');
}

/** Under one claim. */
async function produceClaimed(work: Work, sessionId: SessionId): Promise<Found> {
  const { production, options } = work;
  await production.arrived();
  production.refresh();
  const done = await reportOfEnded(production, sessionId);
  if (done) return { produced: done, isOurs: false };
  const holder = options.holder ?? `${hostname()} process ${process.pid}`;
  let claim: HeldClaim;
  try {
    const choice = planChoice(sessionId, work.crew, givenIn(work), production.redactor);
    claim = await HeldClaim.take(production, sessionId, holder, options.leaseMs ?? 60_000, choice);
  } catch (error) {
    const ended = await reportOfEnded(production, sessionId);
    if (ended) return { produced: ended, isOurs: false };
    throw error;
  }
  production.follow();
  const endsProducing = work.hooks.produces(sessionId);
  try {
    await production.restorePayloads(sessionId);
    return { produced: await new ProduceRun(work, sessionId, claim).run(), isOurs: true };
  } finally {
    endsProducing();
    await claim.release();
  }
}

/** Mistakes are found before an episode is begun. @throws ProductionError `invalid_input`. */
export function checkWork(work: Work): void {
  const { crew, options, production } = work;
  checkCrew(crew);
  check(ProduceInput, options);
  for (const given of [options.crewOptions, work.fallback]) keptChoice(crew, given, production.redactor);
}

/** What there is to say of an episode that needs no work; somebody else may have ended it a moment ago. */
function reportOfEnded(production: Production, sessionId: SessionId): Promise<Produced> | undefined {
  const status = episodeStatus(production.episode(sessionId));
  return status === 'complete' || status === 'archived'
    ? report(production, sessionId, status, null)
    : undefined;
}

/** Produces several episodes, at most `concurrency` at a time; one that throws does not stop the others. */
export async function produceAll(
  work: Work<ProduceOptions & { concurrency?: number }>,
  sessionIds: readonly SessionId[],
): Promise<(Produced | { sessionId: SessionId; error: unknown })[]> {
  check(ProduceInput, work.options);
  const results: (Produced | { sessionId: SessionId; error: unknown })[] = [];
  const waiting = [...sessionIds.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, sessionId] = next;
      results[index] = await produce(work, sessionId).catch((error: unknown) => ({ sessionId, error }));
    }
  };
  await Promise.all(Array.from({ length: work.options.concurrency ?? 1 }, worker));
  return results;
}

class ProduceRun {
  readonly #production: Production;
  readonly #sessionId: SessionId;
  readonly #crew: Crew;
  readonly #askBefore: AskBefore;
  readonly #hooks: Work['hooks'];
  readonly #claim: HeldClaim;
  readonly #report: Work['report'];
  readonly #options: ProduceOptions;
  readonly #random: () => number;
  /** This episode's own: its workers may change theirs. */
  readonly #crewOptions: Readonly<Record<string, unknown>>;
  /** Failures of this run that policy has answered by trying again, per phase. */
  readonly #tries = new Map<PhaseName, { count: number; waitedMs: number }>();

  constructor(work: Work, sessionId: SessionId, claim: HeldClaim) {
    const { production, askBefore, hooks, crew, options, report } = work;
    this.#production = production;
    this.#report = report;
    this.#askBefore = askBefore;
    this.#hooks = hooks;
    this.#sessionId = sessionId;
    this.#crew = crew;
    this.#claim = claim;
    this.#options = options;
    const { crew: chosen } = production.episode(sessionId).context;
    this.#crewOptions = chosen ? optionsOf(sessionId, chosen, givenIn(work)) : {};
    this.#random = options.random ?? Math.random;
  }

  async run(): Promise<Produced> {
    // Asked to produce a failed episode: that is the wish to recover it. A failure of this run is answered by policy.
    if (episodeStatus(this.#snapshot()) === 'failed') {
      const refused = await this.#tryTo(
        planRecover(this.#sessionId, { claim: this.#claim.number, start: false }),
      );
      if (refused) return this.#end('failed', refused.message);
    }
    for (;;) {
      this.#claim.lost.throwIfAborted();
      const ended = await this.#step();
      if (ended) return ended;
    }
  }

  /** One move; undefined to go on. */
  async #step(): Promise<Produced | undefined> {
    const snapshot = this.#snapshot();
    if (snapshot.context.claims !== this.#claim.number) {
      throw new ProductionError(
        'claim_lost',
        `somebody else has taken ${this.#sessionId} over; nothing more is done here.`,
        { sessionId: this.#sessionId },
      );
    }
    const status = episodeStatus(snapshot);
    if (status === 'complete' || status === 'archived') return this.#end(status, null);
    if (status === 'failed') return this.#answerFailure(snapshot);
    if (this.#options.signal?.aborted)
      return this.#end('interrupted', 'it was interrupted and can be resumed');
    const state = stateName(snapshot);
    if (state.endsWith('.paused')) return this.#end('waiting', pausedReason(snapshot));
    if (state.endsWith('.review')) return this.#awaitApproval(snapshot);
    if (state.endsWith('.active'))
      return this.#wake(snapshot) ?? this.#work(currentPhase(snapshot.context) ?? 'audio');
    const refused = await this.#tryTo(
      planRecover(this.#sessionId, { claim: this.#claim.number, start: true }),
    );
    return refused ? this.#end('waiting', refused.message) : undefined;
  }

  /** The end of this run where the worker sleeps. */
  #wake({ context }: EpisodeSnapshot): Promise<Produced> | undefined {
    const until = asleepUntil(context, this.#production.now());
    if (until === null) return undefined;
    return this.#end('waiting', asleepText(this.#sessionId, currentPhase(context) ?? 'audio', until));
  }

  async #work(phase: PhaseName): Promise<Produced | undefined> {
    const production = this.#production;
    const stop = new AbortController();
    const abort = new AbortController();
    const { phaseTimeoutMs, phaseIdleMs } = production.policy;
    const tooLong = new DOMException(`${phase} took longer than ${phaseTimeoutMs} ms`, 'TimeoutError');
    const leftMs = phaseTimeoutMs - workedMs(this.#snapshot().context, production.now());
    // Whoever has worked on it before has used its time up: nothing is begun.
    if (leftMs <= 0) return this.#afterError(phase, tooLong);
    const timeout = setTimeout(() => stopAll(tooLong), leftMs);
    const idle = new IdleLimit(phaseIdleMs, () =>
      stopAll(new DOMException(`${phase} showed no sign of life for ${phaseIdleMs} ms`, 'TimeoutError')),
    );
    const stopAll = (reason: unknown): void => {
      stop.abort(reason);
      abort.abort(reason);
    };
    const interrupt = (): void => {
      const reason = new ProductionError('interrupted', `${this.#sessionId} was interrupted.`, {
        sessionId: this.#sessionId,
      });
      stop.abort(reason);
      setTimeout(() => abort.abort(reason), this.#options.graceMs ?? 10_000).unref();
    };
    let settled = (): Promise<void> => Promise.resolve();
    let isStoppedOutside = false;
    // A paid call that is already sent may end, and its answer is kept; nothing else is waited for.
    const stopOutside = (): void => {
      if (stop.signal.aborted) return;
      isStoppedOutside = true;
      const reason = new ProductionError('interrupted', `${phase} was stopped from outside.`, {
        sessionId: this.#sessionId,
      });
      stop.abort(reason);
      const grace = setTimeout(() => abort.abort(reason), this.#options.graceMs ?? 10_000);
      void settled().finally(() => {
        clearTimeout(grace);
        abort.abort(reason);
      });
    };
    const lose = (): void => stopAll(this.#claim.lost.reason);
    const signal = this.#options.signal;
    if (signal?.aborted) interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    this.#claim.lost.addEventListener('abort', lose, { once: true });
    // Somebody paused, cancelled or stopped the episode, here or in another process.
    const unsubscribe = production.onCommit(() => {
      if (stateName(this.#snapshot()) !== `${phase}.active`) stopOutside();
    });
    try {
      await runPhase({
        production,
        askBefore: this.#askBefore,
        sessionId: this.#sessionId,
        phase,
        crew: this.#crew,
        crewOptions: this.#crewOptions,
        claim: this.#claim.number,
        stop: stop.signal,
        abort: abort.signal,
        random: this.#random,
        idle,
        waitsForAnswers: this.#options.waitForApproval ?? false,
        onBegun: (operations) => {
          settled = () => operations.settled();
        },
        onProgress: (fraction, message) =>
          this.#tell({ sessionId: this.#sessionId, phase, fraction, message }),
      });
      return undefined;
    } catch (error) {
      // Paused and resumed before the call under way had ended: the phase begins again.
      if (isStoppedOutside && isInterruption(error)) return undefined;
      return await this.#afterError(phase, error);
    } finally {
      clearTimeout(timeout);
      idle.end();
      unsubscribe();
      signal?.removeEventListener('abort', interrupt);
      this.#claim.lost.removeEventListener('abort', lose);
    }
  }

  async #afterError(phase: PhaseName, error: unknown): Promise<Produced | undefined> {
    this.#claim.lost.throwIfAborted();
    if (error instanceof ProductionError && error.remedy === 'bug') throw error;
    // The worker's error is only the echo of what happened to the episode.
    if (stateName(this.#snapshot()) !== `${phase}.active`) return undefined;
    const { signal } = this.#options;
    if (signal?.aborted && isInterruption(error))
      return this.#end('interrupted', 'it was interrupted and can be resumed');
    // It is told at the next step, which finds it asleep.
    if (error instanceof ProductionError && error.code === 'asleep') return undefined;
    if (
      error instanceof ProductionError &&
      ['operation_held', 'result_missing', 'answer_missing', 'not_affordable'].includes(error.code)
    )
      return this.#waitForPerson(phase, error);
    if (
      error instanceof ProductionError &&
      (error.code === 'journal_unavailable' || error.code === 'claim_lost')
    )
      throw error;
    const refused = await this.#tryTo(
      planFail(this.#sessionId, phase, error, { code: failureCode(error), claim: this.#claim.number }),
    );
    // Between the look and the commit somebody else may have moved the episode on: the next step says what that means.
    if (!refused || stateName(this.#snapshot()) !== `${phase}.active`) return undefined;
    throw refused;
  }

  /** Paid work with an unknown outcome, and money that is not there, are a person's matter: the phase pauses until he has acted. */
  async #waitForPerson(phase: PhaseName, error: ProductionError): Promise<Produced> {
    const sessionId = this.#sessionId;
    const claim = this.#claim.number;
    const why =
      error.code === 'result_missing' && error.key !== undefined
        ? { missing: error.key, reason: `the result of ${error.key} is missing` }
        : { reason: error.message.slice(0, 500), ...(error.short ? { short: [...error.short] } : {}) };
    await this.#tryTo((view) => [
      { sessionId, event: { type: 'phase.pause', at: view.at, phase, claim, ...why } },
    ]);
    return this.#end('waiting', error.message);
  }

  /** Tries again where policy has a rule for the failure, with its back-off; else the failure stands. */
  async #answerFailure({ context }: EpisodeSnapshot): Promise<Produced | undefined> {
    const { failure, retries } = context;
    const { retry, patienceMs } = this.#production.policy;
    const rule = failure ? retry[failure.code] : undefined;
    // Where an operation has had all its calls, trying its phase again makes none.
    const isFinal = Object.values(retries).some(({ final }) => final);
    if (!failure?.phase || !rule || isFinal) return this.#askOfFailure(failure);
    const { count, waitedMs } = this.#tries.get(failure.phase) ?? { count: 1, waitedMs: 0 };
    const waitMs = backOff(rule, count, this.#random);
    if (count >= rule.attempts || waitedMs + waitMs > patienceMs) return this.#askOfFailure(failure);
    this.#tries.set(failure.phase, { count: count + 1, waitedMs: waitedMs + waitMs });
    this.#tell({
      sessionId: this.#sessionId,
      phase: failure.phase,
      fraction: 0,
      message: `waiting ${Math.ceil(waitMs / 1000)} s to try again (${failure.code}, try ${count + 1} of ${rule.attempts})`,
    });
    try {
      await sleep(waitMs, undefined, this.#options.signal ? { signal: this.#options.signal } : {});
    } catch {
      return this.#end('interrupted', 'it was interrupted while waiting to try again');
    }
    const refused = await this.#tryTo(
      planRecover(this.#sessionId, { claim: this.#claim.number, start: true, automatic: true }),
    );
    return refused ? this.#end('failed', refused.message) : undefined;
  }

  /** Policy has no answer: the hooks are asked, once. */
  async #askOfFailure(failure: Failure | null): Promise<Produced | undefined> {
    const sessionId = this.#sessionId;
    const wanted = failure && (await this.#hooks.askFailed({ sessionId, failure: structuredClone(failure) }));
    if (!wanted) return this.#end('failed', failure?.message ?? null);
    this.#claim.lost.throwIfAborted();
    const claim = this.#claim.number;
    const { phase } = wanted;
    const refused = await this.#tryTo(planRecover(sessionId, { phase, claim, start: true, counts: true }));
    if (refused) return this.#end('failed', `${failure.message} It cannot be recovered: ${refused.message}`);
    // What policy answers is counted anew.
    this.#tries.clear();
    return undefined;
  }

  async #awaitApproval(snapshot: EpisodeSnapshot): Promise<Produced | undefined> {
    const phase = currentPhase(snapshot.context);
    if (!this.#options.waitForApproval)
      return this.#end(
        'waiting',
        `${phase} waits for approval: showrunner approve ${this.#sessionId}, or reject it with a reason`,
      );
    try {
      await sleep(pollMs, undefined, this.#options.signal ? { signal: this.#options.signal } : {});
    } catch {
      return this.#end('interrupted', `it was interrupted while ${phase} waits for approval`);
    }
    return undefined;
  }

  /** Whoever watches must not be able to fail the work. */
  #tell(progress: Progress): void {
    try {
      const message = this.#production.redactor.message(progress.message);
      this.#options.onProgress?.({ ...progress, message });
    } catch (error) {
      this.#report(error, 'onProgress');
    }
  }

  /** Commits; gives the refusal instead of throwing it. */
  async #tryTo(plan: Plan): Promise<ProductionError | undefined> {
    try {
      await this.#production.commit(plan);
      return undefined;
    } catch (error) {
      if (
        error instanceof ProductionError &&
        !['journal_unavailable', 'journal_damaged', 'claim_lost', 'machine_broken'].includes(error.code)
      )
        return error;
      throw error;
    }
  }

  #snapshot(): EpisodeSnapshot {
    this.#production.refresh();
    return this.#production.episode(this.#sessionId);
  }

  #end(outcome: Produced['outcome'], reason: string | null): Promise<Produced> {
    return report(this.#production, this.#sessionId, outcome, reason);
  }
}

async function report(
  production: Production,
  sessionId: SessionId,
  outcome: Produced['outcome'],
  reason: string | null,
): Promise<Produced> {
  await production.asOnDisk();
  const { failure } = production.episode(sessionId).context;
  const told = reason === null ? null : production.redactor.message(reason);
  return { sessionId, outcome, reason: told, failure, state: production.state(sessionId) };
}

function givenIn({ options: { crewOptions, localOptions }, fallback }: Work): GivenOptions {
  return { crewOptions, localOptions, fallback };
}

function pausedReason({ context }: EpisodeSnapshot): string {
  const held = Object.entries(context.operations).filter(([, { state }]) => state === 'held');
  const asked = held.find(([, { question }]) => question);
  if (asked?.[1].question)
    return `it asks ${JSON.stringify(asked[1].question.text)}; answer it: ${answerCommand(context.sessionId, asked[0], asked[1].question.choices)}`;
  const resume = `then resume it: showrunner resume ${context.sessionId}`;
  if (held.length === 0) return `it is paused; ${resume.slice(5)}`;
  return `paid calls with an unknown outcome are held (${held.map(([key]) => key).join(', ')}): settle or release them, ${resume}`;
}

function isInterruption(error: unknown): boolean {
  return classifyError(error).code === 'cancelled';
}

/** The failure that an error stands for. */
function failureCode(error: unknown): FailureCode {
  if (error instanceof ProductionError && error.code === 'phase_budget_exhausted') return 'budget_exhausted';
  return classifyError(error).code;
}
