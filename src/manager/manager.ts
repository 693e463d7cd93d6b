import { once } from 'node:events';
import { resolve } from 'node:path';
import {
  ProductionError,
  ceilToMicro,
  episodeStatus,
  formatUsd,
  parseName,
  parseSessionId,
  parseUsd,
  persist,
  policyInput,
  correctCommand,
  settleCommand,
  subtractUsd,
  toDollars,
  type PersistedEpisode,
  type PhaseName,
  type PhaseStatus,
  type PolicyDifference,
  type WholePolicy,
  type SessionId,
  type Usd,
  hasKey,
} from '../../machines/index.js';
import {
  allSpent,
  globalMetrics,
  productionMetrics,
  qualityMetrics,
  rankResumePoints,
  spendingReport,
  type ResumePoint,
  type SpendingReport,
} from '../reports/index.js';
import type { AuditProgress, Plan, Production, Verification } from '../production/index.js';
import { asRecorded, checkpointData, toJson, type HistoryEntry } from '../record/index.js';
import {
  copyState,
  type EpisodeState,
  type GlobalMetrics,
  type ProductionMetrics,
  type QualityMetrics,
} from '../shapes/index.js';
import {
  completionCheckpoint,
  loadCheckpoint,
  ownName,
  phaseForCheckpoint,
  planRestore,
  saveManual,
  type LoadedCheckpoint,
} from '../calls/checkpoints.js';
import { keptInput } from '../crew/call-input.js';
import { keptChoice } from '../crew/crew-choice.js';
import type { Crew } from '../crew/port.js';
import {
  checkWork,
  produce,
  produceAll,
  type ProduceOptions,
  type Produced,
  type Work,
} from '../crew/produce.js';
import { workOn, type WorkOptions, type Worked } from '../crew/workers.js';
import { checkFork, prepareFork } from '../calls/fork.js';
import { checkAnswer, planAnswer, questionUnder } from '../calls/answer.js';
import { ManagerHandle, type ConnectOptions, type OpenOptions } from './handle.js';
import * as inputs from '../calls/inputs.js';
import { refuseReusedKey } from '../calls/key-use.js';
import { checkAddCost } from '../calls/check-add-cost.js';
import { check, checkPhase, operationName, optionalCost } from '../calls/check.js';
import { checkInput } from '../calls/check-input.js';
import { refuseUnused } from '../calls/refuse-unused.js';
import { liveActor, type LiveActor, type LiveActorOptions } from './live-actor.js';
import { backupName, moveAway, moveBack, planDelete } from '../calls/deletion.js';
import { cleanUp, type CleanedUp } from '../calls/orphans.js';
import {
  beginOf,
  bothOf,
  phaseUnderWay,
  planComplete,
  planCompleteEpisode,
  planCreate,
  planFail,
  planOf,
  planRaise,
  planRecover,
  planResume,
  planStart,
  refusalToRecover,
  stepsFor,
} from '../calls/plans.js';
import {
  paidAlready,
  planCorrect,
  planCost,
  planRelease,
  planReserve,
  planSettle,
} from '../calls/money-plans.js';
import { untilReserved } from '../calls/reservation-queue.js';
import { planAcceptClock } from '../calls/clock.js';
import { acceptedWork, planScore } from '../calls/score.js';
import { planPolicy, policyPast, type PolicyPast } from '../calls/policy.js';
import { planSent, takeSent, type SentEvent } from '../calls/send.js';
import type { PastRedaction } from '../record/index.js';
import type { Redaction } from '../redaction/index.js';
import { redactIn } from './redact-in.js';
import { editArtifact, seeThatNothingIsEdited } from '../crew/edit-artifact.js';

/** A new episode, or the one that was created with its key. */
export type KeyedEpisode = In<'CreateInput'> & { key: string };

type In<Schema extends keyof typeof inputs> = (typeof inputs)[Schema] extends { _zod: { input: infer Input } }
  ? Input
  : never;

/**
 * The production's state manager: what records and moves episodes, what asks, and what an orchestrator needs beside that (docs/embedding.md).
 * Calls that change something resolve when the change is on disk. Queries first read what other processes have committed.
 * Costs go in and come out as decimal dollars; results have the shapes that the files have.
 * All calls throw {@link ProductionError}.
 */
export class ProductionStateManager extends ManagerHandle {
  /**
   * Opens a production, making its directory when missing.
   * @throws ProductionError `journal_damaged`, `journal_unavailable`, `production_upgraded`, `filesystem_unsupported`, `invalid_input`.
   * @example
   * ```js
   * const opened = await ProductionStateManager.open({ directory, policy: { budgets: { total: '10.00' } } });
   * await opened.close();
   * ```
   */
  static async open(options: OpenOptions = {}): Promise<ProductionStateManager> {
    return new ProductionStateManager(await ProductionStateManager.prepare(options));
  }

  /**
   * Opens a production whose journal a log carries that many machines append to (docs/distributed.md). The directory is this machine's copy of it:
   * a cache, and a complete backup. It is made when missing, and comes back from the log.
   * @throws ProductionError `journal_unavailable`, `journal_replaced`, `journal_damaged`, `production_upgraded`, `filesystem_unsupported`, `invalid_input`.
   * @example
   * ```js
   * const connected = await ProductionStateManager.connect({ log, directory });
   * await connected.close();
   * ```
   */
  static async connect({ log, ...options }: ConnectOptions): Promise<ProductionStateManager> {
    return new ProductionStateManager(await ProductionStateManager.prepare(options, log));
  }

  /**
   * Takes a text, such as a secret that got in, out of a production and the back-ups that `reset` has made beside it: the journal, documents, payloads and files of phases. Other
   * processes that have it open are refused from then on (`journal_replaced`) and have to open it again. It stays on record who did it and why, the text's SHA-256 and length, and how often it was found.
   * @throws ProductionError `invalid_input`, `journal_damaged`, `redaction_under_way`, `filesystem_unsupported`, `production_missing`.
   * @example
   * ```js
   * const found = await ProductionStateManager.redact({ directory, text: 'hunter2-hunter2', by: 'Ada', reason: 'a key in a topic', dryRun: true });
   * ```
   */
  static async redact(input: In<'RedactInput'>): Promise<Redaction> {
    const {
      directory = 'production',
      by = `process ${process.pid}`,
      ...rest
    } = checkInput('RedactInput', input);
    return redactIn(resolve(directory), { by, ...rest });
  }

  // --- Core operations ---

  /**
   * Creates an episode's session and its folders; gives the session id. With a `key`, your own name for the episode, it is created once:
   * the same key gives the same session, in any process and after any crash; then `episodeNum` may be left out for the next free number.
   * `startAt` and `dueBy` are times (ISO-8601 with a zone, or a Date): no phase starts before, and it is late after.
   * @throws ProductionError `invalid_input`, `key_taken`, `vetoed`.
   * @example
   * ```js
   * const id = await manager.createEpisodeSession({ key: 'bees', topic: 'Why bees dance', budgets: { research: '2.00' } });
   * ```
   */
  async createEpisodeSession(input: In<'CreateInput'>): Promise<SessionId> {
    return this.#create(input);
  }

  async #create(input: In<'CreateInput'>, crew?: Crew): Promise<SessionId> {
    const {
      topic: given,
      crewOptions,
      key,
      budgets,
      episodeNum,
      episodeNumber,
      approvals,
      rules = {},
      startAt,
      dueBy,
    } = checkInput('CreateInput', input);
    const own = Object.fromEntries(
      Object.entries(budgets ?? {}).map(([name, amount]) => [name, parseUsd(amount, `budgets.${name}`)]),
    );
    // As it is kept: a secret in it is taken out, also where the session is found again.
    const topic = this.production.redactor.data(given);
    const committed = await this.do(
      'createEpisodeSession',
      undefined,
      input,
      planCreate({
        episodeNumber: episodeNum ?? episodeNumber,
        key,
        topic,
        budgets: own,
        approvals,
        rules,
        startAt,
        dueBy,
        ...(crew || crewOptions ? { crew: keptChoice(crew, crewOptions, this.production.redactor) } : {}),
      }),
    );
    const found =
      committed.steps.length === 0 && key !== undefined ? this.production.withKey(key) : undefined;
    const sessionId = found ?? committed.steps[0]?.sessionId;
    if (!sessionId) throw new ProductionError('machine_broken', 'the creation made no session.');
    // Another machine may have made it: whoever writes into its folders next must find them here.
    if (found && this.read().episode(found).value === 'archived') return found;
    // The journal has the episode: folders that cannot be made now are made with the first document.
    try {
      this.production.prepareSession(sessionId);
    } catch (error) {
      this.report(error, 'createEpisodeSession');
    }
    return sessionId;
  }

  /**
   * Moves a phase: `active` starts it, `complete` saves its checkpoint and completes it, `skipped` needs a reason, `failed` an error. `cost` is in decimal dollars, rounded up to a micro-dollar.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`, `phase_out_of_order`, `operations_open`, `budget_exhausted`, `daily_cap_reached`, `quality_rejected`, `artifact_invalid`.
   * @example
   * ```js
   * const state = await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', cost: '0.15', data: { sources: 12 } });
   * ```
   */
  async updatePhase(input: In<'UpdatePhaseInput'>): Promise<EpisodeState> {
    const { sessionId, phase, status, cost, data, reason, error } = checkInput('UpdatePhaseInput', input);
    refuseUnused({ sessionId, status, data, reason, error });
    const spent = optionalCost(cost);
    const seen = this.production.seen(sessionId);
    if (seen) await seen;
    this.read().episode(sessionId);
    if (status === 'complete') return this.#complete('updatePhase', input, sessionId, phase, data, spent);
    if (status === 'active')
      return this.doFor('updatePhase', sessionId, input, planStart(sessionId, phase, spent));
    // One commit for both: a refusal must not leave the cost behind, to be paid again by the next try.
    const withCost = (plan: Plan): Plan =>
      spent === undefined
        ? plan
        : bothOf(planCost(sessionId, { phase, operation: phase, cost: spent }), plan);
    if (status === 'failed')
      return this.doFor(
        'updatePhase',
        sessionId,
        input,
        withCost(planFail(sessionId, phase, error ?? reason ?? 'no reason was given')),
      );
    if (status === 'skipped') {
      const skip = checkInput('SkipInput', { sessionId, phase, reason });
      return this.doFor(
        'updatePhase',
        sessionId,
        input,
        withCost(planOf(sessionId, { type: 'phase.skip', phase, reason: skip.reason })),
      );
    }
    throw new ProductionError(
      'wrong_state',
      `${phase} of ${sessionId} cannot be set to pending; restore a checkpoint, or recover to an earlier phase.`,
      { sessionId, field: 'status' },
    );
  }

  async #complete(
    call: string,
    input: unknown,
    sessionId: SessionId,
    phase: PhaseName,
    data: unknown,
    cost?: ReturnType<typeof parseUsd>,
  ): Promise<EpisodeState> {
    const kept = checkpointData(data);
    await this.askBefore({ call, sessionId, input });
    const checkpoint = await completionCheckpoint(this.production, sessionId, phase, kept);
    await this.commit(planComplete(sessionId, phase, checkpoint, { cost }));
    return this.state(sessionId);
  }

  /**
   * Saves a phase's data as it stands, under `<phase>_checkpoint`; after restoring it the phase is done again.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`, `checkpoint_limit`.
   * @example
   * ```js
   * const { name } = await manager.saveCheckpoint({ sessionId, phase: 'research', data: { sources: 12 } });
   * ```
   */
  async saveCheckpoint(input: In<'SaveCheckpointInput'>): Promise<LoadedCheckpoint> {
    const { sessionId, phase, data } = checkInput('SaveCheckpointInput', input);
    return this.#saveManual('saveCheckpoint', input, sessionId, phase, `${phase}_checkpoint`, data);
  }

  async #saveManual(
    call: string,
    input: unknown,
    sessionId: SessionId,
    phase: PhaseName,
    name: string,
    data: unknown,
  ): Promise<LoadedCheckpoint> {
    const kept = checkpointData(data);
    (await this.readAll()).episode(sessionId);
    await this.askBefore({ call, sessionId, input });
    const { saved, plan } = await saveManual(this.production, sessionId, phase, name, kept);
    return saved((await this.commit(plan)).at);
  }

  /**
   * Confirms that an episode is complete. Completing the last phase completes it; calling this again changes nothing.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`.
   * @example
   * ```js
   * const { status } = await manager.completeEpisode(sessionId);
   * ```
   */
  async completeEpisode(sessionId: string): Promise<EpisodeState> {
    const id = parseSessionId(sessionId);
    return this.doFor('completeEpisode', id, { sessionId }, planCompleteEpisode(id));
  }

  // --- Queries ---

  /**
   * Episodes that are neither complete nor archived, by session id.
   * @throws ProductionError `journal_damaged`, `journal_unavailable`.
   * @example
   * ```js
   * const active = await manager.getActiveEpisodes();
   * ```
   */
  async getActiveEpisodes(): Promise<Record<string, EpisodeState>> {
    const states = await this.listEpisodes();
    return Object.fromEntries(
      states
        .filter(({ status }) => status !== 'complete' && status !== 'archived')
        .map((state) => [state.session_id, state]),
    );
  }

  /**
   * Every listed episode: the active ones and the recently ended.
   * @throws ProductionError `journal_damaged`, `journal_unavailable`.
   * @example
   * ```js
   * const episodes = await manager.listEpisodes();
   * ```
   */
  async listEpisodes(): Promise<EpisodeState[]> {
    return (await this.readDurably()).states().map(copyState);
  }

  /**
   * An episode as `state.json` shows it: its phases, its costs in decimal dollars, its scores; times in ISO 8601, UTC.
   * @throws ProductionError `invalid_input`, `session_unknown`.
   * @example
   * ```js
   * const { status, total_cost } = await manager.getEpisodeState(sessionId);
   * ```
   */
  async getEpisodeState(sessionId: string): Promise<EpisodeState> {
    const id = parseSessionId(sessionId);
    await this.readDurably();
    return this.state(id);
  }

  /**
   * The persisted XState snapshot: what `createActor(episodeMachine, { snapshot })` takes. Money in it is in integer micro-dollars.
   * @throws ProductionError `invalid_input`, `session_unknown`.
   * @example
   * ```js
   * const { value, context } = await manager.getSnapshot(sessionId);
   * ```
   */
  async getSnapshot(sessionId: string): Promise<PersistedEpisode> {
    const id = parseSessionId(sessionId);
    return structuredClone(persist((await this.readDurably()).episode(id)));
  }

  /**
   * A phase's status.
   * @throws ProductionError `invalid_input`, `session_unknown`.
   * @example
   * ```js
   * const status = await manager.getPhaseStatus(sessionId, 'research');
   * ```
   */
  async getPhaseStatus(sessionId: string, phase: PhaseName): Promise<PhaseStatus> {
    const id = parseSessionId(sessionId);
    return (await this.readDurably()).episode(id).context.phases[checkPhase(phase)].status;
  }

  /**
   * The production's totals; money in decimal dollars.
   * @throws ProductionError `journal_damaged`, `journal_unavailable`.
   * @example
   * ```js
   * const { total_cost, active_episodes } = await manager.getGlobalMetrics();
   * ```
   */
  async getGlobalMetrics(): Promise<GlobalMetrics> {
    const production = await this.readDurably();
    return globalMetricsOf(production, production.total());
  }

  // --- Recovery ---

  /**
   * Takes an episode up where it stands: starts, unpauses or recovers it. Gives its state.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`, `not_recoverable`, `recovery_exhausted`, `budget_exhausted`.
   * @example
   * ```js
   * const state = await manager.resumeEpisode(sessionId);
   * ```
   */
  async resumeEpisode(sessionId: string): Promise<EpisodeState> {
    const id = parseSessionId(sessionId);
    return this.doFor('resumeEpisode', id, { sessionId }, planResume(id));
  }

  /**
   * A checkpoint by name, or a phase's newest.
   * @throws ProductionError `invalid_input`, `session_unknown`, `checkpoint_unknown`.
   * @example
   * ```js
   * const { data } = await manager.loadCheckpoint(sessionId, 'research');
   * ```
   */
  async loadCheckpoint(sessionId: string, phaseOrName: string): Promise<LoadedCheckpoint> {
    const id = parseSessionId(sessionId);
    return loadCheckpoint(await this.readWithPayloads(id), id, phaseOrName);
  }

  /**
   * Recovers a failed session and starts its first unfinished phase, or an earlier one by choice.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`, `not_recoverable`, `recovery_exhausted`, `budget_exhausted`.
   * @example
   * ```js
   * const state = await manager.recoverFailedSession(sessionId, { phase: 'research' });
   * ```
   */
  async recoverFailedSession(sessionId: string, options: { phase?: PhaseName } = {}): Promise<EpisodeState> {
    const id = parseSessionId(sessionId);
    const { phase } = checkInput('RecoverInput', options);
    const recover = planRecover(id, { phase, start: true });
    return this.doFor('recoverFailedSession', id, { sessionId, ...options }, (view) => {
      const status = episodeStatus(view.episode(id));
      if (status === 'failed' || status === 'recovery') return recover(view);
      throw new ProductionError('wrong_state', `${id} is ${status} and has not failed; resume it instead.`, {
        sessionId: id,
      });
    });
  }

  /**
   * Fails sessions that somebody worked on and that show no sign of life for so many hours (default 24) with `worker_lost`, and archives
   * them; deletes nothing, and `unarchiveEpisode` brings each back. Left alone are those that were only created or imported, and those that
   * wait for a person, for money, another day or a provider. `dryRun` only says which it would be.
   * @throws ProductionError `invalid_input`, `vetoed`.
   * @example
   * ```js
   * const cleaned = await manager.cleanupOrphanedSessions({ olderThanHours: 48 });
   * ```
   */
  async cleanupOrphanedSessions(input: In<'CleanupInput'> = {}): Promise<CleanedUp> {
    const checked = checkInput('CleanupInput', input);
    if (!checked.dryRun)
      await this.askBefore({ call: 'cleanupOrphanedSessions', sessionId: undefined, input });
    return cleanUp(await this.readAll(), checked);
  }

  protected override recoverAt(id: SessionId, phase: PhaseName): Promise<EpisodeState> {
    return this.doFor(
      'initiateRecovery',
      id,
      { sessionId: id, phase },
      planRecover(id, { phase, start: false }),
    );
  }

  // --- Costs ---

  /**
   * Records what was spent, in decimal dollars, rounded up to a micro-dollar. Always lands; stops the episode when it passes the total, the day's cap, or a hard phase budget. The same `key` is recorded once.
   * @throws ProductionError `invalid_input`, `session_unknown`, `operation_exists`, `key_reused`, `vetoed`.
   * @example
   * ```js
   * const { total_cost } = await manager.addCost({ sessionId, phase: 'research', operation: 'perplexity_query', cost: '0.15', key: 'q1' });
   * ```
   */
  async addCost(input: In<'AddCostInput'>): Promise<EpisodeState> {
    const { sessionId, phase, operation, cost, key } = checkAddCost(input);
    const spent = { phase, operation: operationName(operation), cost: ceilToMicro(cost), key };
    return key === undefined
      ? this.doFor('addCost', sessionId, input, planCost(sessionId, spent))
      : this.#addKeyed(sessionId, input, { ...spent, key });
  }

  async #addKeyed(
    sessionId: SessionId,
    input: unknown,
    spent: { phase: PhaseName; operation: string; cost: Usd; key: string },
  ): Promise<EpisodeState> {
    const seen = this.production.seen(sessionId);
    if (seen) await seen;
    const isBooked = this.#isBooked(sessionId, spent);
    const plan = planCost(sessionId, { ...spent, isBooked });
    const recheck = (): unknown => this.#isBooked(sessionId, spent);
    return this.#keyed(recheck, async () => {
      let isNew = isBooked;
      const state = await this.doFor('addCost', sessionId, input, (view) => {
        const steps = plan(view);
        isNew ||= steps.length > 0;
        return steps;
      });
      if (!isNew) recheck();
      return state;
    });
  }

  /** Another machine may have used the key for something else, unknown to this one when it was asked: what became of the commit was decided upon everything. */
  async #keyed<Result>(recheck: () => unknown, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'operation_settled' || code === 'operation_exists') recheck();
      throw error;
    }
  }

  /** Whether the same cost has been added under its key. @throws ProductionError `key_reused` for another one. */
  #isBooked(
    sessionId: SessionId,
    { cost, ...use }: { phase: PhaseName; operation: string; cost: Usd; key: string },
  ): boolean {
    const production = this.read();
    refuseReusedKey(production, sessionId, { ...use, amount: cost }, 'paid');
    return hasKey(production.episode(sessionId).context.paid, use.key);
  }

  /**
   * What a phase has spent, in decimal dollars.
   * @throws ProductionError `invalid_input`, `session_unknown`.
   * @example
   * ```js
   * const dollars = await manager.getPhaseCost(sessionId, 'research');
   * ```
   */
  async getPhaseCost(sessionId: string, phase: PhaseName): Promise<number> {
    const id = parseSessionId(sessionId);
    return toDollars((await this.readDurably()).episode(id).context.phases[checkPhase(phase)].spent);
  }

  /**
   * What an episode has spent, in decimal dollars.
   * @throws ProductionError `invalid_input`, `session_unknown`.
   * @example
   * ```js
   * const dollars = await manager.getEpisodeCost(sessionId);
   * ```
   */
  async getEpisodeCost(sessionId: string): Promise<number> {
    const id = parseSessionId(sessionId);
    return toDollars((await this.readDurably()).episode(id).context.money.spent);
  }

  /**
   * What all episodes have spent, in decimal dollars.
   * @throws ProductionError `journal_damaged`, `journal_unavailable`.
   * @example
   * ```js
   * const dollars = await manager.getTotalSpending();
   * ```
   */
  async getTotalSpending(): Promise<number> {
    return toDollars(allSpent((await this.readDurably()).total()));
  }

  /**
   * Reserves the most that a call can cost, in decimal dollars, against the phase, the episode and the day.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`, `operation_exists`, `operation_settled`, `key_reused`, `budget_exhausted`, `phase_budget_exhausted`, `daily_cap_reached`, `budget_reserved`, and when it waits `operation_held`.
   * @example
   * ```js
   * await manager.reserveCost({ sessionId, phase: 'research', operation: 'perplexity_query', key: 'q1', maxCost: '0.50' });
   * ```
   */
  async reserveCost(input: In<'ReserveInput'>): Promise<EpisodeState> {
    const {
      sessionId,
      phase,
      operation,
      key,
      maxCost,
      waitMs,
      input: made,
    } = checkInput('ReserveInput', input);
    const amount = parseUsd(maxCost, 'maxCost');
    const reservation = {
      phase,
      operation: operationName(operation),
      key,
      amount,
      input: made === undefined ? undefined : keptInput(made, this.production.redactor),
    };
    const seen = this.production.seen(sessionId);
    if (seen) await seen;
    const recheck = (): void => refuseReusedKey(this.read(), sessionId, reservation, 'reserved');
    recheck();
    const reserve = (): Promise<EpisodeState> =>
      this.#keyed(recheck, () =>
        this.doFor('reserveCost', sessionId, input, planReserve(sessionId, reservation)),
      );
    const wanted = { sessionId, phase, operation, amount };
    return waitMs === undefined ? reserve() : untilReserved(this.production, wanted, { reserve, waitMs });
  }

  /**
   * Settles a reservation with what the call did cost, in decimal dollars, even above it. Without a cost, the whole reservation counts, marked estimated. A call that was settled
   * without its result is given one by `result` alone.
   * @throws ProductionError `invalid_input`, `session_unknown`, `operation_unknown`, `operation_settled`, `vetoed`.
   * @example
   * ```js
   * await manager.settleCost({ sessionId, key: 'q1', cost: '0.15', result: { notes: 'Bees dance.' } });
   * ```
   */
  async settleCost(input: In<'SettleInput'>): Promise<EpisodeState> {
    const { sessionId, key, cost, result } = checkInput('SettleInput', input);
    const spent = optionalCost(cost);
    // A large result is kept in the session's folder, which is not made for a session that is none.
    const json = result === undefined ? undefined : toJson(result, 'result');
    if (json !== undefined) (await this.readAll()).episode(sessionId);
    // A veto leaves nothing behind.
    await this.askBefore({ call: 'settleCost', sessionId, input });
    const saved = json === undefined ? undefined : await this.production.keepResult(sessionId, key, json);
    const isAnswer = saved !== undefined && spent === undefined;
    if (isAnswer) await this.#seeThatNoResultIsKept(sessionId, key);
    const settle: Plan = (view) =>
      isAnswer && hasKey(view.episode(sessionId).context.paid, key)
        ? stepsFor(view, sessionId, { type: 'result.recorded', key, result: saved })
        : planSettle(sessionId, { key, cost: spent, result: saved })(view);
    await this.commit(paidAlready(settle));
    return this.state(sessionId);
  }

  /**
   * Answers what a worker has asked under a key. The answer is kept like a result, and the phase that waits for it goes on when somebody works on it.
   * @throws ProductionError `invalid_input`, `session_unknown`, `operation_unknown`, `operation_settled`, `answer_refused`, `vetoed`.
   * @example
   * ```js
   * await manager.answer({ sessionId, key: 'title', answer: 'Why bees dance', by: 'Ada' });
   * ```
   */
  async answer(input: In<'AnswerInput'>): Promise<EpisodeState> {
    const { sessionId, key, answer, by } = checkInput('AnswerInput', input);
    const json = toJson(answer, 'answer');
    const production = await this.readAll();
    if (hasKey(production.episode(sessionId).context.paid, key))
      throw new ProductionError('operation_settled', `${key} of ${sessionId} is answered already.`, {
        sessionId,
        field: 'key',
      });
    checkAnswer(sessionId, key, questionUnder(production, sessionId, key), answer);
    const result = await production.keepResult(sessionId, key, json);
    return this.doFor('answer', sessionId, input, planAnswer(sessionId, { key, result, by }));
  }

  async #seeThatNoResultIsKept(sessionId: SessionId, key: string): Promise<void> {
    await this.production.restorePayloads(sessionId);
    if (this.production.result(sessionId, key) === undefined) return;
    throw new ProductionError(
      'operation_settled',
      `operation ${key} of ${sessionId} is settled already and has its result; nothing is paid or given twice.`,
      { sessionId, field: 'result' },
    );
  }

  /**
   * Corrects what is booked under a key, in decimal dollars: an estimate whose bill has come, or an amount that was wrong. The phase, the episode and
   * the day on which it was booked follow, up or down; both amounts, the name and the reason stay on record. A correction that passes the total stops
   * the episode as a cost does; one that lowers leaves a failed episode failed, and recoverable where there is money again.
   * @throws ProductionError `invalid_input`, `session_unknown`, `operation_unknown`, `vetoed`.
   * @example
   * ```js
   * await manager.correctCost({ sessionId, key: 'q1', cost: '0.12', by: 'Ada', reason: 'the invoice says so' });
   * ```
   */
  async correctCost(input: In<'CorrectInput'>): Promise<EpisodeState> {
    const { sessionId, cost, ...said } = checkInput('CorrectInput', input);
    const correction = { ...said, cost: ceilToMicro(cost) };
    (await this.readAll()).episode(sessionId);
    const known = this.production.settledKeys(sessionId).get(correction.key);
    if (!known) throw unknownCost(this.production, sessionId, correction.key);
    if (known.isInherited) throw paidElsewhere(this.production, sessionId, correction.key);
    return this.doFor('correctCost', sessionId, input, planCorrect(sessionId, correction, known));
  }

  /**
   * Gives a reservation back: the call was not made, or cost nothing.
   * @throws ProductionError `invalid_input`, `session_unknown`, `operation_unknown`, `operation_settled`, `vetoed`.
   * @example
   * ```js
   * await manager.releaseCost({ sessionId, key: 'q1' });
   * ```
   */
  async releaseCost(input: In<'ReleaseInput'>): Promise<EpisodeState> {
    const { sessionId, key } = checkInput('ReleaseInput', input);
    return this.doFor('releaseCost', sessionId, input, planRelease(sessionId, { key }));
  }

  /**
   * The result that an operation was settled with; undefined when none was kept.
   * @throws ProductionError `invalid_input`, `session_unknown`, `artifact_invalid`.
   * @example
   * ```js
   * const result = await manager.getOperationResult(sessionId, 'q1');
   * ```
   */
  async getOperationResult(sessionId: string, key: string): Promise<unknown> {
    const id = parseSessionId(sessionId);
    const production = await this.readWithPayloads(id);
    production.episode(id);
    const text = production.result(id, key);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  }

  /**
   * Adds decimal dollars to a budget of the episode, or to today's cap; the name and the reason stay on record. `asAgent`: only as far as the policy's
   * `agentCeiling`, decided in the commit.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`, `ceiling_passed`.
   * @example
   * ```js
   * await manager.raiseBudget({ sessionId, scope: 'research', amount: '1.00', by: 'Ada', reason: 'one more source' });
   * ```
   */
  async raiseBudget(input: In<'RaiseBudgetInput'>): Promise<EpisodeState> {
    const { sessionId, scope, amount, by, reason, asAgent } = checkInput('RaiseBudgetInput', input);
    const raise = { scope, amount: parseUsd(amount, 'amount'), by, reason };
    return this.doFor('raiseBudget', sessionId, input, planRaise(sessionId, raise, asAgent === true));
  }

  /**
   * Sets a budget of the episode, or today's cap, in decimal dollars: up, or down to what is spent and reserved of it. The name and the reason stay on record.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`, `budget_in_use`.
   * @example
   * ```js
   * await manager.setBudget({ sessionId, scope: 'total', amount: '9.00', by: 'Ada', reason: 'a longer episode' });
   * ```
   */
  async setBudget(input: In<'RaiseInput'>): Promise<EpisodeState> {
    const { sessionId, scope, amount, by, reason } = checkInput('RaiseInput', input);
    const budget = parseUsd(amount, 'amount');
    return this.doFor('setBudget', sessionId, input, (view) =>
      stepsFor(view, sessionId, {
        type: 'budget.set',
        scope,
        amount: budget,
        by,
        reason,
        ...(scope === 'day' ? { day: view.day() } : {}),
      }),
    );
  }

  /**
   * Takes decimal dollars away from a budget of the episode, or from today's cap; never below what is spent and reserved of it. The name and the reason stay on record.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`, `budget_in_use`.
   * @example
   * ```js
   * await manager.lowerBudget({ sessionId, scope: 'total', amount: '1.00', by: 'Ada', reason: 'a shorter episode' });
   * ```
   */
  async lowerBudget(input: In<'RaiseInput'>): Promise<EpisodeState> {
    const { sessionId, scope, amount, by, reason } = checkInput('RaiseInput', input);
    const less = parseUsd(amount, 'amount');
    return this.doFor('lowerBudget', sessionId, input, (view) => {
      const day = view.day();
      const present = scope === 'day' ? day.cap : view.episode(sessionId).context.budgets[scope];
      if (less > present)
        throw new ProductionError(
          'budget_in_use',
          `${formatUsd(less)} cannot be taken from ${scope} of ${sessionId}: it is ${formatUsd(present)}; take away less, or set it.`,
          { sessionId, field: 'amount' },
        );
      return stepsFor(view, sessionId, {
        type: 'budget.set',
        scope,
        amount: subtractUsd(present, less),
        by,
        reason,
        ...(scope === 'day' ? { day } : {}),
      });
    });
  }

  // --- The policy: one for the production, whoever opens it ---

  /**
   * The production's policy as it stands, the same for every process: amounts in decimal dollars, times in milliseconds.
   * @throws ProductionError `journal_damaged`, `journal_unavailable`.
   * @example
   * ```js
   * const { dailyCap, budgets } = await manager.getPolicy();
   * ```
   */
  async getPolicy(): Promise<WholePolicy> {
    return policyInput((await this.readDurably()).policy);
  }

  /**
   * Changes the policy for every process, from the next decision on; who and why stay on record. `set` is by path, amounts in decimal dollars; null takes the default. Gives what is different.
   * Running episodes keep their budgets; rules they follow, but for those that they were given for themselves.
   * @throws ProductionError `invalid_input`, `vetoed`.
   * @example
   * ```js
   * const changes = await manager.changePolicy({ set: { dailyCap: '20.00', 'budgets.total': '9.00' }, by: 'Ada', reason: 'a lean month' });
   * ```
   */
  async changePolicy(input: In<'ChangePolicyInput'>): Promise<PolicyDifference[]> {
    const { set, by, reason } = checkInput('ChangePolicyInput', input);
    const paths = new Map(Object.entries(set).map(([path, value]) => [path, value ?? undefined]));
    const committed = await this.do(
      'changePolicy',
      undefined,
      input,
      planPolicy(paths, { by, reason, source: 'asked' }),
    );
    return asRecorded(committed.policy?.changes ?? []);
  }

  /**
   * Every change of the policy, oldest first: who, why, and what from what to what, amounts in decimal dollars. Reads the whole journal;
   * `onJournal` hears, line by line, how many bytes of it have been read, and where it ends.
   * @throws ProductionError `journal_damaged`, `journal_unavailable`.
   * @example
   * ```js
   * const [first] = await manager.getPolicyHistory();
   * ```
   */
  async getPolicyHistory(progress: Pick<AuditProgress, 'onJournal'> = {}): Promise<PolicyPast[]> {
    return (await this.readDurably()).policyHistory(progress.onJournal).map(policyPast);
  }

  /**
   * Every text that was taken out of the production, by whom, when and why, with its SHA-256 and length; oldest first.
   * @throws ProductionError `journal_unavailable`, `journal_damaged`.
   * @example
   * ```js
   * const removals = await manager.getRedactions();
   * ```
   */
  async getRedactions(): Promise<PastRedaction[]> {
    return (await this.readDurably()).redactionHistory();
  }

  /**
   * Says that this machine's clock is right, and an earlier commit's was ahead or the disk's is behind: times, and the day that money counts on, go on from here. The name and the reason stay on record. Changes nothing where neither is so; gives whether one was.
   * @throws ProductionError `invalid_input`, `vetoed`.
   * @example
   * ```js
   * const wasAhead = await manager.acceptClock({ by: 'Ada', reason: 'the network time came late' });
   * ```
   */
  async acceptClock(input: In<'AcceptClockInput'>): Promise<boolean> {
    const { by, reason } = checkInput('AcceptClockInput', input);
    let wasAhead = false;
    const plan = planAcceptClock({ by, reason }, () => this.production.diskBehind());
    const noted: Plan = (view) => {
      const steps = plan(view);
      wasAhead = steps.length > 0;
      return steps;
    };
    await this.do('acceptClock', undefined, input, Object.assign(noted, { acceptsClock: true as const }));
    return wasAhead;
  }

  // --- Checkpoints and failures ---

  /**
   * Saves a phase's checkpoint as its files stand now. A complete phase has one already, which is returned after its files are checked.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`, `artifact_invalid`, `checkpoint_limit`.
   * @example
   * ```js
   * const { name } = await manager.checkpointPhase(sessionId, 'research');
   * ```
   */
  async checkpointPhase(sessionId: string, phase: PhaseName): Promise<LoadedCheckpoint> {
    const id = parseSessionId(sessionId);
    const name = checkPhase(phase);
    const { checkpoint, status } = (await this.readAll()).episode(id).context.phases[name];
    if (status !== 'complete' || checkpoint === null)
      return this.#saveManual('checkpointPhase', { sessionId, phase }, id, name, `${name}_checkpoint`, null);
    const loaded = loadCheckpoint(await this.readWithPayloads(id), id, checkpoint);
    await this.production.verifyArtifacts(id, loaded.artifacts);
    return loaded;
  }

  /**
   * Saves data under a name of the caller's, which may not be one that completing a phase saves.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`, `checkpoint_limit`.
   * @example
   * ```js
   * await manager.createCheckpoint({ sessionId, checkpointName: 'before_rewrite', data: { draft: 1 } });
   * ```
   */
  async createCheckpoint(input: In<'CreateCheckpointInput'>): Promise<LoadedCheckpoint> {
    const { sessionId, checkpointName, data } = checkInput('CreateCheckpointInput', input);
    const name = ownName(checkpointName);
    const phase = phaseForCheckpoint(await this.readAll(), sessionId);
    return this.#saveManual('createCheckpoint', input, sessionId, phase, name, data);
  }

  /**
   * Goes back to a checkpoint. Missing or altered artifacts are refused; money stays spent.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`, `checkpoint_unknown`, `artifact_invalid`, `operations_open`.
   * @example
   * ```js
   * await manager.restoreCheckpoint({ sessionId, checkpointName: 'research_checkpoint' });
   * ```
   */
  async restoreCheckpoint(input: In<'RestoreInput'>): Promise<EpisodeState> {
    const { sessionId, checkpointName } = checkInput('RestoreInput', input);
    await this.askBefore({ call: 'restoreCheckpoint', sessionId, input });
    await this.commit(
      await planRestore(await this.readAll(), sessionId, parseName(checkpointName, 'checkpointName')),
    );
    return this.state(sessionId);
  }

  /**
   * Records that a phase failed; the error's kind decides the failure's code.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`.
   * @example
   * ```js
   * await manager.markPhaseFailed({ sessionId, phase: 'research', error: new Error('the provider was down') });
   * ```
   */
  async markPhaseFailed(input: In<'FailInput'>): Promise<EpisodeState> {
    const { sessionId, phase, error } = checkInput('FailInput', input);
    return this.doFor('markPhaseFailed', sessionId, input, planFail(sessionId, phase, error));
  }

  /**
   * Whether `initiateRecovery` would be accepted now.
   * @throws ProductionError `invalid_input`, `session_unknown`.
   * @example
   * ```js
   * const yes = await manager.canRecover(sessionId);
   * ```
   */
  async canRecover(sessionId: string): Promise<boolean> {
    return (await this.#refusalToRecover(parseSessionId(sessionId))) === null;
  }

  async #refusalToRecover(id: SessionId) {
    const production = await this.readDurably();
    return refusalToRecover(production.episode(id), production.today(), production.now());
  }

  /**
   * Takes a failed episode into `recovery`; `resumeEpisode` or `recoverFailedSession` goes on from there.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`, `not_recoverable`, `recovery_exhausted`, `budget_exhausted`.
   * @example
   * ```js
   * const { status } = await manager.initiateRecovery(sessionId);
   * ```
   */
  async initiateRecovery(sessionId: string): Promise<EpisodeState> {
    const id = parseSessionId(sessionId);
    return this.doFor('initiateRecovery', id, { sessionId }, (view) =>
      stepsFor(view, id, beginOf(view.episode(id), view.day())),
    );
  }

  /**
   * The same as `archiveEpisode`.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`.
   * @example
   * ```js
   * await manager.archiveFailedEpisode(sessionId, 'the topic is no longer wanted');
   * ```
   */
  async archiveFailedEpisode(sessionId: string, reason?: string): Promise<EpisodeState> {
    return this.archiveEpisode(sessionId, reason);
  }

  /**
   * Puts a complete or failed episode away for good; its files stay.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`.
   * @example
   * ```js
   * await manager.archiveEpisode(sessionId, 'published elsewhere');
   * ```
   */
  async archiveEpisode(sessionId: string, reason?: string): Promise<EpisodeState> {
    const id = parseSessionId(sessionId);
    return this.doFor(
      'archiveEpisode',
      id,
      { sessionId, reason },
      planOf(id, {
        type: 'episode.archive',
        ...(reason === undefined ? {} : { reason: check(inputs.SkipInput.shape.reason, reason) }),
      }),
    );
  }

  /**
   * Brings an archived episode back: as complete or failed, as it was put away; a failed one can be recovered. Files of one that was deleted
   * are moved back from the backup.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `path_refused`, `vetoed`.
   * @example
   * ```js
   * await manager.archiveEpisode(sessionId);
   * const { status } = await manager.unarchiveEpisode(sessionId, 'the guest came back');
   * ```
   */
  async unarchiveEpisode(sessionId: string, reason?: string): Promise<EpisodeState> {
    const id = parseSessionId(sessionId);
    const { filesMovedTo } = (await this.readAll()).episode(id).context;
    if (filesMovedTo !== null) moveBack(this.production, id, filesMovedTo);
    return this.doFor(
      'unarchiveEpisode',
      id,
      { sessionId, reason },
      planOf(id, {
        type: 'episode.unarchive',
        ...(reason === undefined ? {} : { reason: check(inputs.SkipInput.shape.reason, reason) }),
      }),
    );
  }

  /**
   * Ends and archives an episode, and moves its files to a backup beside the production, which is what this gives. What it has cost stays spent;
   * `unarchiveEpisode` brings it back.
   * @throws ProductionError `invalid_input`, `session_unknown`, `operations_open`, `claimed_elsewhere`, `vetoed`.
   * @example
   * ```js
   * await manager.pause({ sessionId });
   * const backup = await manager.deleteEpisode({ sessionId, reason: 'the guest withdrew' });
   * ```
   */
  async deleteEpisode(input: In<'CancelInput'>): Promise<string> {
    const { sessionId, reason } = checkInput('CancelInput', input);
    const { production } = this;
    const known = (await this.readAll()).episode(sessionId).context.filesMovedTo;
    const filesMovedTo = known ?? backupName(production.directory, production.now());
    if (known === null)
      await this.do('deleteEpisode', sessionId, input, planDelete(sessionId, reason, filesMovedTo));
    // Documents that are still due would be written into a folder of the old name.
    await production.show();
    return moveAway(production, sessionId, filesMovedTo);
  }

  // --- Metrics ---

  /**
   * Counts, rates of success and mean costs (decimal dollars) of the production.
   * @throws ProductionError `journal_damaged`, `journal_unavailable`.
   * @example
   * ```js
   * const metrics = await manager.getProductionMetrics();
   * ```
   */
  async getProductionMetrics(): Promise<ProductionMetrics> {
    return productionMetrics((await this.readDurably()).total());
  }

  /**
   * Means and trends of the quality scores.
   * @throws ProductionError `journal_damaged`, `journal_unavailable`.
   * @example
   * ```js
   * const metrics = await manager.getQualityMetrics();
   * ```
   */
  async getQualityMetrics(): Promise<QualityMetrics> {
    const production = await this.readDurably();
    return qualityMetrics(production.states(), production.total());
  }

  /**
   * Spending per phase, operation, day and episode.
   * @throws ProductionError `journal_damaged`, `journal_unavailable`.
   * @example
   * ```js
   * const spending = await manager.getSpending();
   * ```
   */
  async getSpending(): Promise<SpendingReport> {
    const production = await this.readDurably();
    return spendingReport({
      states: production.states(),
      total: production.total(),
      operations: production.operations(),
      days: production.days(),
    });
  }

  // --- Beyond the seed ---

  /**
   * Records a quality score such as `technical_accuracy` 0.88. Where a quality gate has rejected a crew's work and the scores now pass, its phase is complete with that work.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`.
   * @example
   * ```js
   * await manager.recordQuality({ sessionId, name: 'technical_accuracy', value: 0.88 });
   * ```
   */
  async recordQuality(input: In<'QualityInput'>): Promise<EpisodeState> {
    const { sessionId, name, value } = checkInput('QualityInput', input);
    const score = { name: parseName(name, 'name'), value };
    const accepted = await acceptedWork(await this.readAll(), sessionId, score);
    return this.doFor('recordQuality', sessionId, input, planScore(sessionId, score, accepted));
  }

  /**
   * Skips a phase; the reason stays on record.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`, `phase_out_of_order`.
   * @example
   * ```js
   * await manager.skipPhase({ sessionId, phase: 'research', reason: 'the notes are from last year' });
   * ```
   */
  async skipPhase(input: In<'SkipInput'>): Promise<EpisodeState> {
    const { sessionId, phase, reason } = checkInput('SkipInput', input);
    return this.doFor(
      'skipPhase',
      sessionId,
      input,
      planOf(sessionId, { type: 'phase.skip', phase, reason }),
    );
  }

  /**
   * Finishes a phase with files that are already in its folder, made elsewhere.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`, `phase_out_of_order`, `artifact_invalid`.
   * @example
   * ```js
   * await manager.fulfillPhase({ sessionId, phase: 'research', reason: 'researched by hand', data: { sources: 3 } });
   * ```
   */
  async fulfillPhase(input: In<'FulfillInput'>): Promise<EpisodeState> {
    const { sessionId, phase, reason, data } = checkInput('FulfillInput', input);
    const kept = checkpointData(data);
    (await this.readAll()).episode(sessionId);
    await this.askBefore({ call: 'fulfillPhase', sessionId, input });
    const checkpoint = await completionCheckpoint(this.production, sessionId, phase, kept);
    await this.commit(planOf(sessionId, { type: 'phase.fulfill', phase, reason, checkpoint }));
    return this.state(sessionId);
  }

  /**
   * Pauses the running phase: nothing new may be paid for.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`.
   * @example
   * ```js
   * await manager.pause({ sessionId, reason: 'the budget meeting is at noon' });
   * ```
   */
  async pause(input: In<'PauseInput'>): Promise<EpisodeState> {
    const { sessionId, ...said } = checkInput('PauseInput', input);
    return this.doFor('pause', sessionId, input, (view) =>
      stepsFor(view, sessionId, { type: 'phase.pause', phase: phaseUnderWay(view, sessionId), ...said }),
    );
  }

  /**
   * Lets a paused phase go on.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`.
   * @example
   * ```js
   * await manager.resume({ sessionId });
   * ```
   */
  async resume(input: { sessionId: string }): Promise<EpisodeState> {
    const { sessionId: id } = checkInput('ResumeInput', input);
    return this.doFor('resume', id, input, (view) =>
      stepsFor(view, id, { type: 'phase.resume', phase: phaseUnderWay(view, id) }),
    );
  }

  /**
   * Says when an episode may be begun (`startAt`) and by when it should be complete (`dueBy`): ISO-8601 with a zone, or a Date. null takes a time away; what is left out stays.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`.
   * @example
   * ```js
   * await manager.scheduleEpisode({ sessionId, startAt: '2026-11-30T06:00:00Z', dueBy: '2026-11-30T18:00:00+01:00' });
   * ```
   */
  async scheduleEpisode(input: In<'ScheduleInput'>): Promise<EpisodeState> {
    const { sessionId, ...said } = checkInput('ScheduleInput', input);
    return this.doFor(
      'scheduleEpisode',
      sessionId,
      input,
      planOf(sessionId, { type: 'episode.scheduled', ...said }),
    );
  }

  /**
   * Approves the phase that is in review.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`.
   * @example
   * ```js
   * await manager.approve({ sessionId, by: 'Ada' });
   * ```
   */
  async approve(input: In<'ReviewInput'>): Promise<EpisodeState> {
    const { sessionId, ...said } = checkInput('ReviewInput', input);
    await seeThatNothingIsEdited(await this.readAll(), sessionId);
    return this.doFor('approve', sessionId, input, (view) =>
      stepsFor(view, sessionId, { type: 'review.approve', phase: phaseUnderWay(view, sessionId), ...said }),
    );
  }

  /**
   * Puts an edited file in the place of one that a phase has made, while the phase is in review or complete and nothing builds on it yet. The
   * commit has both hashes, and later phases get the edited file.
   * @throws ProductionError `wrong_state`, `invalid_input`.
   * @example
   * ```js
   * await manager.editArtifact({ sessionId, path: 'research/notes.md', content: 'Bees dance.', by: 'Ada', reason: 'shorter' });
   * ```
   */
  async editArtifact(input: In<'EditInput'>): Promise<EpisodeState> {
    const edit = checkInput('EditInput', input);
    await this.askBefore({ call: 'editArtifact', sessionId: edit.sessionId, input });
    await editArtifact(await this.readAll(), edit);
    return this.state(edit.sessionId);
  }

  /**
   * Sends the phase in review back to work, as a new revision.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`.
   * @example
   * ```js
   * await manager.reject({ sessionId, by: 'Ada', reason: 'the second source is missing' });
   * ```
   */
  async reject(input: In<'RejectInput'>): Promise<EpisodeState> {
    const { sessionId, ...said } = checkInput('RejectInput', input);
    return this.doFor('reject', sessionId, input, (view) =>
      stepsFor(view, sessionId, { type: 'review.reject', phase: phaseUnderWay(view, sessionId), ...said }),
    );
  }

  /**
   * Stops an episode for good; it can be forked or archived, not recovered.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`.
   * @example
   * ```js
   * await manager.cancelEpisode({ sessionId, reason: 'the topic is no longer wanted' });
   * ```
   */
  async cancelEpisode(input: In<'CancelInput'>): Promise<EpisodeState> {
    const { sessionId, reason } = checkInput('CancelInput', input);
    return this.doFor(
      'cancelEpisode',
      sessionId,
      input,
      planOf(sessionId, { type: 'episode.cancelled', reason }),
    );
  }

  /**
   * Where an episode could go on: each point with what it keeps, what it is expected to cost, and what is left.
   * @throws ProductionError `invalid_input`, `session_unknown`.
   * @example
   * ```js
   * const { recoverable, options } = await manager.planRecovery(sessionId);
   * ```
   */
  async planRecovery(
    sessionId: string,
  ): Promise<{ recoverable: boolean; reason: string | null; options: ResumePoint[] }> {
    const id = parseSessionId(sessionId);
    const refusal = await this.#refusalToRecover(id);
    const options = rankResumePoints(
      this.production.episode(id).context,
      this.production.states(),
      this.production.today(),
    );
    return { recoverable: refusal === null, reason: refusal?.message ?? null, options };
  }

  /**
   * A new session that goes on from a checkpoint of this one, or from a journal `position`; gives its id. Its own spending begins at zero: what the phase under way has
   * already paid for it inherits, results and files, paid by its source. `data` replaces what the last phase that is kept has returned; then nothing is inherited.
   * @throws ProductionError `invalid_input`, `session_unknown`, `checkpoint_unknown`, `artifact_invalid`, `vetoed`.
   * @example
   * ```js
   * const forkId = await manager.forkEpisode({ sessionId, checkpointName: 'research_checkpoint' });
   * ```
   */
  async forkEpisode(input: In<'ForkInput'>): Promise<SessionId> {
    const request = checkInput('ForkInput', input);
    await this.askBefore({ call: 'forkEpisode', sessionId: request.sessionId, input });
    const source = (await this.readDurably()).episode(request.sessionId).context;
    const fork = await checkFork(this.production, request);
    const freshId = this.production.claimId(request.episodeNum ?? source.episodeNumber);
    await this.commit(await prepareFork(this.production, fork, freshId));
    return freshId;
  }

  /**
   * Every event of a session, oldest first. `onJournal` hears, line by line, how many bytes of the journal have been read, and where it ends.
   * @throws ProductionError `invalid_input`, `session_unknown`.
   * @example
   * ```js
   * const [created] = await manager.history(sessionId);
   * ```
   */
  async history(sessionId: string, progress: Pick<AuditProgress, 'onJournal'> = {}): Promise<HistoryEntry[]> {
    const id = parseSessionId(sessionId);
    const production = await this.readDurably();
    production.episode(id);
    return production.history(id, progress.onJournal);
  }

  /**
   * The episode as it stood at a journal position: after the commit, for one that `history` gave; before it, for an event's.
   * @throws ProductionError `invalid_input`, `session_unknown`.
   * @example
   * ```js
   * const [created] = await manager.history(sessionId);
   * const { value } = await manager.stateAt(sessionId, created.position);
   * ```
   */
  async stateAt(sessionId: string, position: number): Promise<PersistedEpisode> {
    const id = parseSessionId(sessionId);
    if (!Number.isSafeInteger(position) || position < 0) {
      throw new ProductionError(
        'invalid_input',
        `position: ${String(position).slice(0, 40)} is not a journal position; history gives them.`,
        { sessionId: id, field: 'position' },
      );
    }
    const found = (await this.readDurably()).stateAt(id, position);
    if (found) return found;
    throw new ProductionError('session_unknown', `${id} did not exist at position ${position}.`, {
      sessionId: id,
      field: 'position',
    });
  }

  /**
   * A live XState actor that follows the commits of all processes. Events sent to it go through the journal first;
   * `sent` events that are refused reach the manager's `error` listeners. Stop it with `actor.stop()`.
   * @throws ProductionError `invalid_input`, `session_unknown`.
   * @example
   * ```js
   * const actor = await manager.actor(sessionId);
   * actor.stop();
   * ```
   */
  async actor(sessionId: string, options: LiveActorOptions = {}): Promise<LiveActor> {
    const id = parseSessionId(sessionId);
    const snapshot = await this.getSnapshot(id);
    this.follow();
    return liveActor(snapshot, {
      ...options,
      send: (event) => this.send(id, event).catch((error: unknown) => this.report(error, `actor of ${id}`)),
      onStep: (listener) =>
        this.production.onCommit(({ steps }) =>
          steps.filter((step) => step.sessionId === id).forEach((step) => listener(asRecorded(step.event))),
        ),
    });
  }

  /**
   * Sends one machine event. Its time, the day's money and a completion's checkpoint are the engine's to say, whatever the event says.
   * Events that carry what has to be looked up first (a restore, a fork) are refused; they have calls of their own.
   * @throws ProductionError `invalid_input`, `session_unknown`, `wrong_state`, `vetoed`.
   * @example
   * ```js
   * await manager.send(sessionId, { type: 'phase.pause', phase: 'research' });
   * ```
   */
  async send(sessionId: string, event: SentEvent): Promise<EpisodeState> {
    const id = parseSessionId(sessionId);
    // The caller may change his later, and it is decided upon later.
    const own = takeSent(id, event);
    const checkpoint =
      own.type === 'phase.complete'
        ? await completionCheckpoint(
            await this.readAll(),
            id,
            checkPhase((own as { phase?: unknown }).phase),
            checkpointData(null),
          )
        : undefined;
    return this.doFor('send', id, event, planSent(id, own, checkpoint));
  }

  // --- Producing ---

  /**
   * Produces an episode with a crew, from wherever it stands. Claims it, runs its phases, answers failures by policy, resumes unfinished
   * work without paying twice, and ends when it is complete or a person is needed. Instead of a session's id it takes what
   * `createEpisodeSession` takes with a `key`: the episode is created, or the one of that key taken up.
   * @throws ProductionError `claimed_elsewhere` when somebody else is at it, `claim_lost` when somebody has taken it over; `invalid_input`, `session_unknown`, `key_taken`.
   * @example
   * ```js
   * const { outcome, reason } = await manager.produce({ key: 'bees', topic: 'Why bees dance' }, crew, { onProgress: console.log });
   * ```
   */
  async produce(episode: string | KeyedEpisode, crew: Crew, options: ProduceOptions = {}): Promise<Produced> {
    const isNew = typeof episode === 'object' && episode !== null;
    // Options that are none are refused below.
    const given =
      (options as ProduceOptions | null)?.crewOptions ?? (isNew ? episode.crewOptions : undefined);
    const work = this.#work(crew, given === undefined ? options : { ...options, crewOptions: given });
    checkWork(work);
    const begin = (id: SessionId): Promise<Produced> => this.attending(() => produce(work, id));
    if (!isNew) return begin(parseSessionId(episode));
    if (episode.key === undefined)
      throw new ProductionError(
        'invalid_input',
        'key: is missing: an episode that is created here is found again by it, or it would be made and paid for twice.',
        { field: 'key' },
      );
    return begin(await this.#create(given ? { ...episode, crewOptions: given } : episode, crew));
  }

  /**
   * Produces several episodes, at most `concurrency` at a time. One that throws does not stop the others.
   * @throws ProductionError `invalid_input`.
   * @example
   * ```js
   * const results = await manager.produceAll([sessionId], crew, { concurrency: 2 });
   * ```
   */
  async produceAll(
    sessionIds: readonly string[],
    crew: Crew,
    options: ProduceOptions & { concurrency?: number } = {},
  ): Promise<(Produced | { sessionId: SessionId; error: unknown })[]> {
    if (!Array.isArray(sessionIds))
      throw new ProductionError('invalid_input', 'sessionIds: is not a list of session ids.', {
        field: 'sessionIds',
      });
    const ids = sessionIds.map(parseSessionId);
    return this.attending(() => produceAll(this.#work(crew, options), ids));
  }

  /**
   * Works on every episode that is ready until `signal` is aborted, with any number of processes at it: created, approved, resumed, recovered, answered,
   * left by a process that died. What is driven by hand, waits for a person or has failed is left alone. Gives how many were taken, and how that ended.
   * @throws ProductionError `invalid_input`, `production_closed`, `journal_damaged`, `journal_replaced`.
   * @example
   * ```js
   * const { complete, waiting } = await manager.work(crew, { concurrency: 2, signal: AbortSignal.timeout(200) });
   * ```
   */
  async work(crew: Crew, options: WorkOptions = {}): Promise<Worked> {
    return this.attending(() => workOn(this.#work(crew, options)));
  }

  /**
   * Sees to what waits for people until `signal` is aborted: tells `notify` of each new wait, reminds, and decides what policy decides when its time is over
   * (`approvalDeadline`, `remindEveryHours`). `produce` and `work` do so while they run, and so does a handle that was opened with `notify`.
   * @throws ProductionError `production_closed`.
   * @example
   * ```js
   * await manager.attend({ signal: AbortSignal.timeout(100) });
   * ```
   */
  async attend({ signal }: { signal: AbortSignal }): Promise<void> {
    await this.readDurably();
    await this.attending(async () => {
      if (!signal.aborted) await once(signal, 'abort');
    });
  }

  #work<Options extends ProduceOptions>(crew: Crew, options: Options): Work<Options> {
    const { production, askBefore, hookChain: hooks } = this;
    return {
      production,
      askBefore,
      hooks,
      crew,
      options,
      report: (error, where) => this.report(error, where),
    };
  }

  /**
   * Audits the production: every transition run again, every sum made anew, every file of a finished phase compared with its recorded hash.
   * Reads everything; `onJournal` hears after each commit how many bytes of the journal have been read, and where it ends; `onFile` hears of each
   * file before it is read.
   * @throws ProductionError `journal_unavailable`.
   * @example
   * ```js
   * const { problems } = await manager.verify();
   * ```
   */
  async verify(progress: AuditProgress = {}): Promise<Verification> {
    return (await this.readDurably()).verify(progress);
  }
}

function unknownCost(production: Production, sessionId: SessionId, key: string): ProductionError {
  const { operations } = production.episode(sessionId).context;
  const next = Object.hasOwn(operations, key)
    ? `it is reserved and not settled yet: ${settleCommand(sessionId, key, '<dollars>')}`
    : `see which there are: showrunner history ${sessionId}`;
  return new ProductionError('operation_unknown', `${sessionId} has booked nothing under ${key}; ${next}.`, {
    sessionId,
    field: 'key',
  });
}

/** What a fork has inherited costs it nothing: it is in its source's books, and is corrected there. */
function paidElsewhere(production: Production, sessionId: SessionId, key: string): ProductionError {
  let payer = sessionId;
  for (let isInherited: boolean | undefined = true; isInherited;) {
    const from = production.find(payer)?.context.forkedFrom ?? null;
    if (from === null) break;
    payer = parseSessionId(from);
    isInherited = production.find(payer) && production.settledKeys(payer).get(key)?.isInherited;
  }
  return new ProductionError(
    'operation_unknown',
    `${sessionId} has inherited ${key}, which ${payer} has paid for; correct it there: ${correctCommand(payer, key)}`,
    { sessionId, field: 'key' },
  );
}

function globalMetricsOf(production: Production, total: Parameters<typeof globalMetrics>[0]): GlobalMetrics {
  const active = production
    .states()
    .filter(({ status }) => status !== 'complete' && status !== 'archived').length;
  return {
    total_cost: toDollars(allSpent(total)),
    total_episodes: total.episodes,
    active_episodes: active,
    completed_episodes: total.episodes - active,
    last_updated: production.lastUpdated,
    metrics: globalMetrics(total),
  };
}
