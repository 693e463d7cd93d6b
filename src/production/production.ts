import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  ProductionError,
  currentPhase,
  isFinished,
  makeRedactor,
  type BudgetDay,
  type CheckpointRef,
  type DayMoney,
  type EpisodeSnapshot,
  type EventOf,
  type PersistedEpisode,
  type PhaseName,
  type Policy,
  type Redactor,
  type SavedCheckpoint,
  type SessionId,
} from '../../machines/index.js';
import type { ArtifactStore } from '../artifacts/index.js';
import { makeDurableDirectory, type Disk } from '../disk/index.js';
import { Documents, type ArtifactRef, type PayloadFile } from '../documents/index.js';
import {
  CarriedJournal,
  Journal,
  isUnavailable,
  type JournalOptions,
  type JournalPort,
  type LogTraffic,
  type RemoteLog,
} from '../journal/index.js';
import { type OperationSpending } from '../projection/projection.js';
import { findCheckpoint, findResult, shownPayload, type FoundCheckpoint } from '../record/find-saved.js';
import { historyOf, SessionPast, stateAt, type HistoryEntry, type OnJournal } from '../record/history.js';
import { LastAsked } from '../record/last-asked.js';
import { saveCheckpointPayload, type CheckpointPayload } from '../record/payload.js';
import { filesNamedIn, payloadFilesOf } from '../record/payload-files.js';
import { SettledKeys, type SettledKey } from '../record/settled-keys.js';
import { commitAhead, markedAhead, type CommitAhead, type MarkedAhead } from '../record/commit-ahead.js';
import { CommitsAfter } from '../record/commits-after.js';
import type { OpeningBalance } from '../record/opening-record.js';
import { policyHistory, type PolicyHistoryEntry } from '../record/policy-history.js';
import { redactionHistory, type PastRedaction } from '../record/redaction-record.js';
import type { Committed } from '../record/step.js';
import type { Tally } from '../reports/index.js';
import { toSecond, type EpisodeState } from '../shapes/index.js';
import { type Clock } from './clock.js';
import { CommitClock } from './commit-clock.js';
import { CommitLoop } from './commit-loop.js';
import { LogClock } from './log-clock.js';
import { LogReach, type OldCopy } from './log-reach.js';
import { machineIdentity } from './machine-identity.js';
import { Mirror } from './mirror.js';
import { refuseForeignState } from './foreign-state.js';
import { artifactProblems, type ArtifactProblem } from './artifact-problems.js';
import { verify, type AuditProgress, type Verification } from './verify.js';
import { CommitView, sessionUnknown, type Plan } from './view.js';

export interface ProductionOptions {
  /** The production's directory; made when missing. */
  directory: string;
  clock: Clock;
  disk: Disk;
  /** Who writes, as each commit records it. */
  by: string;
  /** The program and its version, for the journal's header. */
  program: string;
  /** Opens without creating or writing anything; commits are refused. */
  readOnly?: boolean | undefined;
  segmentBytes?: number | undefined;
  /** What takes secrets out before anything is kept; default: one that knows the forms of keys. */
  redactor?: Redactor | undefined;
  /** Has the files of phases and large payloads a second time, for other machines. */
  artifacts?: ArtifactStore | undefined;
  /** How long documents may lag behind while the process runs. Milliseconds; default 300. */
  showAfterMs?: number | undefined;
}

function journalOptions({
  directory,
  disk,
  program,
  clock,
  segmentBytes,
  readOnly,
}: ProductionOptions): JournalOptions {
  return {
    directory: join(directory, 'journal'),
    disk,
    machine: machineIdentity,
    program,
    now: () => clock.now(),
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
    ...(readOnly ? { readOnly: true } : {}),
  };
}

const largestInlineResult = 64 * 1024;

// Each key takes some hundred bytes.
const mostKeysKept = 16;

/** The engine: refresh, decide, append (docs/architecture.md). One handle of one process on a production. */
export class Production {
  readonly directory: string;
  readonly clock: Clock;
  /** Takes secrets out of what is kept and told. */
  readonly redactor: Redactor;
  readonly #documents: Documents;
  readonly #journal: JournalPort;
  readonly #mirror: Mirror;
  readonly #commits: CommitLoop;
  readonly #readOnly: boolean;
  readonly #reach: LogReach;
  #stopFollowing: (() => void) | undefined;
  #closed = false;
  /** Where each session stood when its payloads were last looked for. */
  readonly #restored = new Map<SessionId, number>();
  /** Of the episodes whose keys were asked for last: who repeats a key does not wait for the whole past each time. */
  readonly #settledKeys = new LastAsked<SessionId, SettledKeys>(mostKeysKept);

  /** Opens the folder of a production as {@link Production.open} does, with the journal that a remote log carries. */
  static async connect(options: ProductionOptions & { log: RemoteLog }): Promise<Production> {
    const { disk, directory, log } = options;
    const clock = new LogClock(options.clock);
    makeDurableDirectory(disk, directory);
    refuseForeignState(disk, directory);
    const journal = await CarriedJournal.open({
      ...journalOptions({ ...options, clock }),
      log,
      ownTime: () => options.clock.now(),
      onTime: (at, askedAt) => clock.heard(at, askedAt),
    });
    try {
      return Production.#on({ ...options, clock }, journal);
    } catch (error) {
      await journal.close();
      throw error;
    }
  }

  private constructor(options: ProductionOptions, documents: Documents, journal: JournalPort) {
    const { directory, clock, by, showAfterMs = 300, readOnly = false } = options;
    this.directory = directory;
    this.clock = clock;
    this.redactor = options.redactor ?? makeRedactor();
    this.#readOnly = readOnly;
    this.#documents = documents;
    this.#journal = journal;
    this.#reach = new LogReach(journal.traffic);
    const refresh = (): void => this.refresh();
    // With a log's time there is nobody's to compare it with.
    const hasDiskTime = !readOnly && journal.pull === undefined;
    const commitClock = new CommitClock(clock, () =>
      hasDiskTime ? options.disk.time?.(directory) : undefined,
    );
    this.#mirror = new Mirror({ journal, documents, clock: commitClock, readOnly, showAfterMs, refresh });
    this.#commits = new CommitLoop(journal, this.#mirror, { by, redactor: this.redactor });
  }

  /**
   * Opens a production and reads what has been committed so far.
   * @throws ProductionError `journal_damaged`, `journal_unavailable`, `production_upgraded`, `filesystem_unsupported`, `import_invalid`.
   */
  static open(options: ProductionOptions): Production {
    const { disk, directory } = options;
    if (!options.readOnly) makeDurableDirectory(disk, directory);
    refuseForeignState(disk, directory);
    return Production.#on(options, Journal.open(journalOptions(options)));
  }

  static #on(options: ProductionOptions, journal: JournalPort): Production {
    const { disk, directory } = options;
    const seeJournal = (): void => journal.seeThatItIsStillInPlace();
    const documents = new Documents({ directory, disk, seeJournal, artifacts: options.artifacts });
    const production = new Production(options, documents, journal);
    production.#mirror.open();
    return production;
  }

  /** Budgets and rules, as of what this handle has read: one policy for the production, whoever opens it. */
  get policy(): Policy {
    return this.#mirror.policy;
  }

  /** What policy.json said when it was last taken in; undefined when it never was. */
  get policyFile(): unknown {
    return this.#mirror.policyFile;
  }

  /** Everything that any process has committed so far is in memory when this returns; while a commit is under way that is seen to already. */
  refresh(): void {
    if (this.#commits.running) return;
    this.#mirror.refresh();
    // The watch looks only at what has not been read: whoever reads sees to it that listeners hear.
    if (this.#mirror.hasUntold && !this.#closed) this.#commits.catchUp();
  }

  /**
   * Where commits come from other machines, resolves when all that there were are here for {@link refresh} to read; undefined where they are here at once.
   * @throws ProductionError `journal_unavailable`.
   */
  arrived(): Promise<boolean> | undefined {
    return this.#journal.pull?.();
  }

  /** The same for who only looks at an episode that there is: undefined also where this handle knows it. */
  seen(id: SessionId): Promise<boolean> | undefined {
    return this.#journal.pull === undefined || this.#mirror.store.has(id) ? undefined : this.arrived();
  }

  /** The same, also while commits are under way: then it joins them. */
  async refreshed(): Promise<void> {
    const arrived = this.#closed ? undefined : this.arrived();
    if (arrived) await arrived;
    await this.#joined();
  }

  async #joined(): Promise<void> {
    if (!this.#commits.running || this.#closed) this.refresh();
    else if (this.#readOnly) await this.#commits.running;
    else await this.commit(() => []);
  }

  /** The time that a commit would get now. A clock that is behind is refused only to whoever commits. */
  now(): string {
    return this.#mirror.shownNow();
  }

  /** What has gone on with the log that carries the journal; undefined where files do. */
  get traffic(): Readonly<LogTraffic> | undefined {
    return this.#journal.traffic;
  }

  /** When the last commit was made, to the second; empty in a new production. */
  get lastUpdated(): string {
    const { lastAt } = this.#mirror;
    return lastAt === '' ? '' : toSecond(lastAt);
  }

  /** The money of the day that a cost of now would belong to. */
  today(): DayMoney {
    return this.#mirror.today();
  }

  /** A session id that is the caller's alone: its folder has been made, so no process takes it any more. */
  claimId(episodeNumber: number): SessionId {
    this.seeThatItMayWrite();
    const isTaken = (id: SessionId): boolean =>
      this.#mirror.store.isTaken(id) || this.#commits.takes(id) || !this.#documents.claimFolder(id);
    return new CommitView(
      {
        policy: this.policy,
        policyFile: undefined,
        openings: [],
        lastAt: '',
        ledger: this.#mirror.ledger,
        find: () => undefined,
        isTaken,
        withKey: () => undefined,
        greatestNumber: () => 0,
      },
      this.now(),
    ).freshId(episodeNumber);
  }

  /** The session that was created with the caller's own key; undefined where none was. */
  withKey(key: string): SessionId | undefined {
    return this.#mirror.keys.find(key);
  }

  /** Everything that any process has committed so far is in memory, and on disk, when this resolves: what a query may show. */
  async asOnDisk(): Promise<void> {
    this.#journal.seeThatItIsInPlace();
    await this.refreshed();
    await this.#journal.durable();
  }

  /** The same for who only shows it: where the log cannot be reached, what is here, which is then an {@link oldCopy}. */
  async asShown(): Promise<void> {
    const arrived = this.#closed ? undefined : this.arrived();
    if (!arrived) return this.asOnDisk();
    this.#journal.seeThatItIsInPlace();
    await this.#reach.wait(arrived);
    if (this.#reach.away) this.refresh();
    else await this.#joined();
    await this.#journal.durable();
  }

  /** Whether this says that the log which carries the production is away, and will come back; of a production of files it says that a disk is. */
  isLogsAbsence(error: unknown): boolean {
    return isUnavailable(error) && this.#journal.traffic !== undefined;
  }

  /** What is shown while the log cannot be reached; undefined where it answered the last question, and for a production of files. */
  get oldCopy(): OldCopy | undefined {
    return this.#reach.oldCopy;
  }

  /**
   * For who is about to put a file in its place: asked when its temporary file has a name, as a removal of a text demands.
   * @throws ProductionError `journal_replaced`.
   */
  seeJournal(): void {
    this.#journal.seeThatItIsStillInPlace();
  }

  /** The episode as far as this handle has read, under the newest policy; undefined for one that does not exist. */
  find(id: SessionId): EpisodeSnapshot | undefined {
    return this.#mirror.episode(id);
  }

  /** @throws ProductionError `session_unknown`. */
  episode(id: SessionId): EpisodeSnapshot {
    const snapshot = this.find(id);
    if (snapshot) return snapshot;
    // The log may have it.
    throw this.#reach.away ?? sessionUnknown(id);
  }

  /** What state.json shows of an episode; a copy. */
  state(id: SessionId): EpisodeState {
    this.episode(id);
    const state = this.#mirror.store.copy(id);
    if (state) return state;
    throw new ProductionError('machine_broken', `${id} has no state to show.`, { sessionId: id });
  }

  /** The ids of the listed episodes: the active ones and the recently ended. */
  ids(): SessionId[] {
    return this.#mirror.store.ids();
  }

  /** The listed episodes as state.json shows them; not to be changed. */
  states(): EpisodeState[] {
    return this.#mirror.projection.states();
  }

  /** The episodes that have moved to the archives of their months, as those show them. */
  archivedStates(): EpisodeState[] {
    return this.#mirror.projection.archivedStates();
  }

  /** What all episodes add up to, archived or listed. */
  total(): Tally {
    return this.#mirror.projection.total();
  }

  /** Spending per operation name over the whole production. */
  operations(): ReadonlyMap<string, OperationSpending> {
    return this.#mirror.projection.operations;
  }

  /** Up to where in the journal this handle has read. */
  get position(): number {
    return this.#journal.position;
  }

  /** The money of every day that had some. */
  days(): ReadonlyMap<string, BudgetDay> {
    return this.#mirror.ledger.days;
  }

  /** What older productions had spent outside of their episodes. */
  openings(): readonly OpeningBalance[] {
    return this.#mirror.openings;
  }

  /** Every event of a session, oldest first. */
  history(id: SessionId, onJournal?: OnJournal): HistoryEntry[] {
    return historyOf(this.#journal, id, onJournal);
  }

  /** The same by and by, for who looks again and again. */
  past(id: SessionId): SessionPast {
    return new SessionPast(this.#journal, id);
  }

  /** Every commit that begins at a position or after it, by and by, on its own: listeners of this handle are not moved. */
  commitsAfter(position: number, most?: number): CommitsAfter {
    return new CommitsAfter(this.#journal, position, most);
  }

  /** Every change of the policy, oldest first. Reads the whole journal. */
  policyHistory(onJournal?: OnJournal): PolicyHistoryEntry[] {
    return policyHistory(this.#journal, onJournal);
  }

  /** Every removal of a text, oldest first. Reads the whole journal. */
  redactionHistory(): PastRedaction[] {
    return redactionHistory(this.#journal);
  }

  /** The first commit of a clock that is ahead of `now`, where the last commit still is. Reads the whole journal when it is. */
  commitAhead(now: string): CommitAhead | undefined {
    return commitAhead(this.#journal, now, this.#mirror.lastAt);
  }

  /** The disk's time, where this handle's clock is ahead of it. Makes a file, and removes it. */
  diskBehind(): string | undefined {
    return this.#mirror.diskBehind();
  }

  /** The last commit that got the disk's time, since its writer's clock was ahead of everybody's. Reads the whole journal. */
  markedAhead(): MarkedAhead | undefined {
    return markedAhead(this.#journal);
  }

  /** The persisted snapshot as it stood at a journal position; undefined when the session did not exist then. */
  stateAt(id: SessionId, position: number): PersistedEpisode | undefined {
    return stateAt(this.#journal, id, position);
  }

  /** A checkpoint with all that it keeps, from the journal. @throws ProductionError `artifact_invalid`. */
  checkpoint(id: SessionId, name: string, ref: CheckpointRef): FoundCheckpoint | undefined {
    return findCheckpoint(this.#journal, this.#documents, id, name, ref);
  }

  /** What a checkpoint keeps, from its document; undefined unless that is, to the byte, what was saved. */
  shownCheckpoint(id: SessionId, name: string, ref: CheckpointRef): CheckpointPayload | undefined {
    return shownPayload(this.#documents, id, name, ref);
  }

  /** The result that an operation was settled with: JSON text, or undefined when none was kept. */
  result(id: SessionId, key: string): string | undefined {
    return findResult(this.#journal, this.#documents, id, key);
  }

  /** Every key that an episode has settled, from one reading of its past. */
  settledKeys(id: SessionId): Map<string, SettledKey> {
    const keys = this.#settledKeys.get(id) ?? new SettledKeys(this.#journal, id);
    this.#settledKeys.keep(id, keys);
    return keys.read();
  }

  /** The JSON text of a kept result, wherever it lies; undefined where there is none. */
  readResult(id: SessionId, result: SettledKey['result']): string | undefined {
    if (!result) return undefined;
    return 'json' in result ? result.json : this.#documents.readPayload(id, result);
  }

  /** Makes the session's folders. */
  prepareSession(id: SessionId): void {
    this.#documents.prepareSession(id);
  }

  /** The files of a phase, with their hashes; durable from now on. */
  artifacts(id: SessionId, phase: PhaseName): Promise<ArtifactRef[]> {
    return this.#documents.manifest(id, phase);
  }

  /** @throws ProductionError `artifact_invalid` when a file is missing or altered. */
  verifyArtifacts(id: SessionId, artifacts: readonly ArtifactRef[]): Promise<void> {
    return this.#documents.verifyManifest(id, artifacts);
  }

  /** Has the store keep a file that is here, durably, before the commit that refers to it. */
  keepFile(id: SessionId, file: ArtifactRef): Promise<void> {
    return this.#documents.keep(id, [file]);
  }

  /**
   * Brings what is missing here of a session's payloads, of checkpoints and of paid calls' results, and of the files that results name in the phase
   * under way. Reads its whole past where there is a store, once for each state that it has been in.
   * @throws ProductionError `artifacts_unavailable`, `artifact_invalid`.
   */
  async restorePayloads(id: SessionId): Promise<void> {
    // One that has moved to the archives comes to memory first.
    if (!this.#documents.hasStore || !this.find(id)) return;
    const position = this.#mirror.store.position(id) ?? 0;
    if (this.#restored.get(id) === position) return;
    await this.#documents.restore(id, payloadFilesOf(this.#journal, id));
    const { context } = this.episode(id);
    const phase = currentPhase(context);
    if (phase && !isFinished(context.phases[phase].status))
      for (const { result } of this.settledKeys(id).values())
        await this.#documents.restore(id, filesNamedIn(this.readResult(id, result), phase));
    this.#restored.set(id, position);
  }

  /** Brings every file of a session that is missing here: payloads, and what finished phases have made. @throws ProductionError `artifacts_unavailable`, `artifact_invalid`. */
  async restoreFiles(id: SessionId): Promise<void> {
    await this.restorePayloads(id);
    await this.#documents.restore(id, this.#filesOfPhases(id));
  }

  /** Has the store keep every file of a session that its checkpoints and settled calls name. @throws ProductionError `artifacts_unavailable`. */
  async keepFiles(id: SessionId): Promise<void> {
    await this.#documents.keep(id, payloadFilesOf(this.#journal, id));
    await this.#documents.keep(id, this.#filesOfPhases(id));
  }

  #filesOfPhases(id: SessionId): ArtifactRef[] {
    const { phases, checkpoints } = this.episode(id).context;
    return Object.values(phases).flatMap(({ checkpoint: name }) => {
      const ref = name === null ? undefined : checkpoints[name];
      return name === null || !ref ? [] : (this.checkpoint(id, name, ref)?.payload.artifacts ?? []);
    });
  }

  /** For whoever writes beside the journal. @throws ProductionError `production_closed`, where the production was opened read-only. */
  seeThatItMayWrite(): void {
    if (this.#readOnly) throw openedReadOnly();
  }

  copyArtifacts(from: SessionId, to: SessionId, artifacts: readonly ArtifactRef[]): Promise<void> {
    this.seeThatItMayWrite();
    return this.#documents.copyArtifacts(from, to, artifacts);
  }

  /** Keeps what a checkpoint holds, durably, before the commit that refers to it. `data` is its JSON text. */
  keepCheckpoint(
    id: SessionId,
    checkpoint: { name: string; next: PhaseName | null; data: string; artifacts: ArtifactRef[] },
  ): Promise<SavedCheckpoint> {
    this.seeThatItMayWrite();
    return saveCheckpointPayload(this.#documents, id, {
      ...checkpoint,
      data: this.redactor.data(checkpoint.data),
    });
  }

  /** Keeps a payload in a file of the session's, whatever its size. */
  keepPayload(id: SessionId, name: string, json: string): Promise<PayloadFile> {
    this.seeThatItMayWrite();
    return this.#documents.writePayload(id, name, json);
  }

  /** What the journal's files are like: segments, lines that do not count, damage. Reads everything. */
  inspect(): ReturnType<JournalPort['inspect']> {
    return this.#journal.inspect();
  }

  /** Writes every document that is behind. */
  show(): Promise<void> {
    this.seeThatItMayWrite();
    return this.#mirror.projection.flush();
  }

  /** Compresses sealed segments; gives each with its size before and after. */
  compact(): ReturnType<JournalPort['compact']> {
    this.seeThatItMayWrite();
    return this.#journal.compact();
  }

  /** Audits the whole journal and all files. @see verify */
  verify(progress: AuditProgress = {}): Promise<Verification> {
    const { store } = this.#mirror;
    return verify({ journal: this.#journal, documents: this.#documents, ...progress }, (id) =>
      store.recorded(id),
    );
  }

  /** What is wrong with the files of the given sessions' phases; `onFile` is called before each is read, `onEpisode` when one has been looked up. */
  artifactProblems(
    ids: readonly SessionId[],
    onFile: (path: string) => void,
    onEpisode?: (done: number, of: number) => void,
  ): Promise<ArtifactProblem[]> {
    const contexts = ids.flatMap((id, index) => {
      const snapshot = this.find(id);
      onEpisode?.(index + 1, ids.length);
      // The files of one that was deleted are in the backup.
      return snapshot?.context.filesMovedTo === null ? [[id, snapshot.context] as const] : [];
    });
    return artifactProblems({ journal: this.#journal, documents: this.#documents, onFile }, contexts);
  }

  /** Keeps an operation's result, JSON text, for the event that settles it: in the event, or in a file when it is large. */
  async keepResult(
    sessionId: SessionId,
    key: string,
    result: string,
  ): Promise<EventOf<'operation.settled'>['result']> {
    this.seeThatItMayWrite();
    const json = this.redactor.data(result);
    if (Buffer.byteLength(json) < largestInlineResult) return { json };
    const name = `result_${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
    return this.#documents.writePayload(sessionId, name, json);
  }

  /** Hears what a listener of commits threw. */
  set onListenerError(hear: (error: unknown) => void) {
    this.#mirror.onListenerError = hear;
  }

  /** Listens to commits of this process, and, while {@link follow} is on, of all others; never before they are on disk. */
  onCommit(listener: (committed: Committed) => void): () => void {
    return this.#mirror.onCommit(listener);
  }

  /** Watches for commits of other processes until the production is closed. */
  follow(): void {
    this.#mirror.tellsOthers = true;
    this.#stopFollowing ??= this.#journal.follow(() => {
      if (!this.#closed) this.#commits.catchUp();
    });
  }

  /**
   * Decides `plan` against everything committed so far and writes it. Resolves when it is on disk.
   * A plan without steps makes no commit; it resolves when everything that it saw is on disk.
   * @throws ProductionError the statechart's refusal, or `journal_unavailable`, after which the outcome is unknown until it is read again.
   */
  commit(plan: Plan): Promise<Committed> {
    if (this.#closed)
      return Promise.reject(
        new ProductionError('production_closed', 'this production has been closed; open it again.'),
      );
    if (this.#readOnly) return Promise.reject(openedReadOnly());
    return this.#reach.away ? this.#commitWhenBack(plan) : this.#commits.add(plan);
  }

  /** A log that was away is asked first: what is sent to it now would have an unknown outcome. */
  async #commitWhenBack(plan: Plan): Promise<Committed> {
    const arrived = this.arrived();
    if (arrived) await this.#reach.wait(arrived);
    const { away } = this.#reach;
    if (away)
      throw new ProductionError('journal_unavailable', `${away.message} Nothing was written.`, {
        cause: away,
      });
    return this.#commits.add(plan);
  }

  /** Writes what the documents still owe and lets go of the files. Waits for commits under way. */
  async close(): Promise<void> {
    if (this.#closed) return;
    while (!this.#commits.isIdle) await this.#commits.running;
    this.#closed = true;
    this.#stopFollowing?.();
    try {
      await this.#mirror.projection.close();
    } finally {
      await this.#journal.close();
    }
  }
}

function openedReadOnly(): ProductionError {
  return new ProductionError('production_closed', 'this production was opened read-only.');
}
