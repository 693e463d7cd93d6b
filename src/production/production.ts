import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  Ledger,
  ProductionError,
  advance,
  episodeMachine,
  machineId,
  machineVersion,
  structureHash,
  type BudgetDay,
  type CheckpointRef,
  type DayMoney,
  type EpisodeSnapshot,
  type EventOf,
  type PersistedEpisode,
  type PhaseName,
  type Policy,
  type SavedCheckpoint,
  type SessionId,
} from '../../machines/index.js';
import { makeDurableDirectory, type Disk } from '../disk/index.js';
import { Documents, type PayloadFile, type SessionDocument } from '../documents/index.js';
import { Journal, type JournalEntry } from '../journal/index.js';
import { Projection, type OperationSpending } from '../projection/projection.js';
import type { Commit, CommitEntry } from '../record/commit.js';
import { decodeCommit, decodeShown, decodeState } from '../record/decode.js';
import { EpisodeStore } from '../record/episode-store.js';
import { findCheckpoint, findResult, shownPayload, type FoundCheckpoint } from '../record/find-saved.js';
import { historyOf, stateAt, type HistoryEntry } from '../record/history.js';
import { saveCheckpointPayload, type ArtifactRef, type CheckpointPayload } from '../record/payload.js';
import { afterEntry, inMemory, replaySession, type Located } from '../record/replay.js';
import type { Committed, DecidedStep } from '../record/step.js';
import type { Tally } from '../reports/index.js';
import { episodeState, type EpisodeState } from '../shapes/index.js';
import { Batch, writerText, type Draft } from './batch.js';
import { commitTime, type Clock } from './clock.js';
import { CommitLoop } from './commit-loop.js';
import { refuseForeignState } from './foreign-state.js';
import { verify, type Verification } from './verify.js';
import { CommitView, sessionUnknown, type Plan } from './view.js';

export interface ProductionOptions {
  /** The production's directory; made when missing. */
  directory: string;
  policy: Policy;
  clock: Clock;
  disk: Disk;
  /** Who writes, as each commit records it. */
  by: string;
  /** The program and its version, for the journal's header. */
  program: string;
  /** Opens without creating or writing anything; commits are refused. */
  readOnly?: boolean | undefined;
  segmentBytes?: number | undefined;
  /** How long documents may lag behind while the process runs. Milliseconds; default 300. */
  showAfterMs?: number | undefined;
}

/** What this program writes into headers and documents about its chart. */
export const machineIdentity = {
  id: machineId,
  version: machineVersion,
  hash: structureHash(episodeMachine),
};

const largestInlineResult = 64 * 1024;

/** The engine: refresh, decide, append (DESIGN.md, section 1). One handle of one process on a production. */
export class Production {
  readonly directory: string;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly #documents: Documents;
  readonly #journal: Journal;
  readonly #store: EpisodeStore;
  readonly #ledger = new Ledger();
  readonly #projection: Projection;
  readonly #readOnly: boolean;
  readonly #listeners = new Set<(committed: Committed) => void>();
  readonly #commits: CommitLoop;
  #lastAt = '';
  #foreign: Committed[] = [];
  #stopFollowing: (() => void) | undefined;
  #closed = false;
  /** Where the line being taken in begins: what a session loaded meanwhile must not go beyond. */
  #reading: number | undefined;

  private constructor(options: ProductionOptions, documents: Documents, journal: Journal) {
    this.directory = options.directory;
    this.policy = options.policy;
    this.clock = options.clock;
    this.#readOnly = options.readOnly ?? false;
    this.#documents = documents;
    this.#journal = journal;
    this.#store = new EpisodeStore(
      (id, position) => this.#load(id, position),
      (id) => documents.hasFolder(id),
    );
    this.#projection = new Projection({
      documents,
      journal,
      store: this.#store,
      ledger: this.#ledger,
      machine: machineIdentity,
      lastAt: () => this.#lastAt,
      afterMs: options.showAfterMs ?? 300,
      readOnly: this.#readOnly,
      refresh: () => this.#refresh(),
    });
    const writer = writerText({ by: options.by, handle: randomBytes(4).toString('hex') });
    this.#commits = new CommitLoop({
      journal,
      by: options.by,
      newBatch: () => new Batch(this.#store, this.#ledger, this.policy, writer),
      now: () => this.now(),
      lastAt: () => this.#lastAt,
      catchUp: () => this.#refreshDurably(),
      promote: (draft, end) => this.#promote(draft, end),
      announce: (committed) => this.#emit(committed),
    });
  }

  /**
   * Opens a production and reads what has been committed so far.
   * @throws ProductionError `journal_damaged`, `journal_unavailable`, `production_upgraded`, `filesystem_unsupported`, `import_invalid`.
   */
  static open(options: ProductionOptions): Production {
    const { disk, directory } = options;
    if (!options.readOnly) makeDurableDirectory(disk, directory);
    const documents = new Documents({ directory, disk });
    refuseForeignState(disk, directory);
    const journal = Journal.open({
      directory: join(directory, 'journal'),
      disk,
      machine: machineIdentity,
      program: options.program,
      now: () => options.clock.now(),
      ...(options.segmentBytes === undefined ? {} : { segmentBytes: options.segmentBytes }),
      ...(options.readOnly ? { readOnly: true } : {}),
    });
    const production = new Production(options, documents, journal);
    production.#catchUp();
    return production;
  }

  #catchUp(): void {
    const shown = this.#projection.read();
    if (shown) {
      if (shown.position > this.#journal.end()) {
        throw new ProductionError(
          'journal_damaged',
          `state.json reflects the journal up to ${shown.position}, and the journal ends at ${this.#journal.end()}: commits are missing. Restore the journal folder from a backup, or run showrunner doctor to see what can be saved.`,
        );
      }
      this.#journal.seek(shown.position, shown.crc);
      this.#lastAt = shown.lastAt;
    }
    this.#journal.refresh((entry) => this.#takeIn(entry));
    this.#projection.afterOpen();
  }

  /** Everything that any process has committed so far is in memory when this returns. */
  refresh(): void {
    this.#refresh();
  }

  /** The same, also while commits are under way: then it joins them. */
  async refreshed(): Promise<void> {
    if (!this.#commits.running || this.#closed) this.#refresh();
    else if (this.#readOnly) await this.#commits.running;
    else await this.commit(() => []);
  }

  #refresh(): void {
    if (!this.#commits.running) this.#journal.refresh((entry) => this.#takeIn(entry));
  }

  /** The time that a commit would get now. */
  now(): string {
    return commitTime(this.clock, this.#lastAt);
  }

  /** When the last commit was made, to the second; empty in a new production. */
  get lastUpdated(): string {
    return this.#lastAt === '' ? '' : `${this.#lastAt.slice(0, 19)}Z`;
  }

  /** The money of the day that a cost of now would belong to. */
  today(): DayMoney {
    return this.#ledger.money(this.#ledger.dayFor(this.now(), this.policy.timeZone), this.policy.dailyCap);
  }

  /** A session id that is the caller's alone: its folder has been made, so no process takes it any more. */
  claimId(episodeNumber: number): SessionId {
    const isTaken = (id: SessionId): boolean =>
      this.#store.isTaken(id) || this.#commits.takes(id) || !this.#documents.claimFolder(id);
    return new CommitView(
      { policy: this.policy, ledger: this.#ledger, find: () => undefined, isTaken },
      this.now(),
    ).freshId(episodeNumber);
  }

  /** Everything that any process has committed so far is in memory, and on disk, when this resolves: what a query may show. */
  async asOnDisk(): Promise<void> {
    await this.refreshed();
    await this.#journal.durable();
  }

  /** The episode as far as this handle has read; undefined for one that does not exist. */
  find(id: SessionId): EpisodeSnapshot | undefined {
    return this.#store.snapshot(id);
  }

  /** @throws ProductionError `session_unknown`. */
  episode(id: SessionId): EpisodeSnapshot {
    const snapshot = this.#store.snapshot(id);
    if (snapshot) return snapshot;
    throw sessionUnknown(id);
  }

  /** What state.json shows of an episode; a copy. */
  state(id: SessionId): EpisodeState {
    this.episode(id);
    const state = this.#store.copy(id);
    if (state) return state;
    throw new ProductionError('machine_broken', `${id} has no state to show.`, { sessionId: id });
  }

  /** The ids of the listed episodes: the active ones and the recently ended. */
  ids(): SessionId[] {
    return this.#store.ids();
  }

  /** The listed episodes as state.json shows them; not to be changed. */
  states(): EpisodeState[] {
    return this.#projection.states();
  }

  /** The episodes that have moved to the archives of their months, as those show them. */
  archivedStates(): EpisodeState[] {
    return this.#projection.archivedStates();
  }

  /** What all episodes add up to, archived or listed. */
  total(): Tally {
    return this.#projection.total();
  }

  /** Spending per operation name over the whole production. */
  operations(): ReadonlyMap<string, OperationSpending> {
    return this.#projection.operations;
  }

  /** Up to where in the journal this handle has read. */
  get position(): number {
    return this.#journal.position;
  }

  /** The money of every day that had some. */
  days(): ReadonlyMap<string, BudgetDay> {
    return this.#ledger.days;
  }

  /** Every event of a session, oldest first. */
  history(id: SessionId): HistoryEntry[] {
    return historyOf(this.#journal, id);
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

  copyArtifacts(from: SessionId, to: SessionId, artifacts: readonly ArtifactRef[]): Promise<void> {
    return this.#documents.copyArtifacts(from, to, artifacts);
  }

  /** Keeps what a checkpoint holds, durably, before the commit that refers to it. `data` is its JSON text. */
  keepCheckpoint(
    id: SessionId,
    checkpoint: { name: string; next: PhaseName | null; data: string; artifacts: ArtifactRef[] },
  ): Promise<SavedCheckpoint> {
    return saveCheckpointPayload(this.#documents, id, checkpoint);
  }

  /** Keeps a payload in a file of the session's, whatever its size. */
  keepPayload(id: SessionId, name: string, json: string): Promise<PayloadFile> {
    return this.#documents.writePayload(id, name, json);
  }

  /** What the journal's files are like: segments, lines that do not count, damage. Reads everything. */
  inspect(): ReturnType<Journal['inspect']> {
    return this.#journal.inspect();
  }

  /** Writes every document that is behind. */
  show(): Promise<void> {
    return this.#projection.flush();
  }

  /** Compresses sealed segments; gives each with its size before and after. */
  compact(): ReturnType<Journal['compact']> {
    return this.#journal.compact();
  }

  /** Audits the whole journal. @see verify */
  verify(): Verification {
    return verify(this.#journal, (id) => (this.#store.has(id) ? this.#store.snapshot(id) : undefined));
  }

  /** Keeps an operation's result, JSON text, for the event that settles it: in the event, or in a file when it is large. */
  async keepResult(
    sessionId: SessionId,
    key: string,
    json: string,
  ): Promise<EventOf<'operation.settled'>['result']> {
    if (Buffer.byteLength(json) < largestInlineResult) return { json };
    const name = `result_${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
    return this.#documents.writePayload(sessionId, name, json);
  }

  /** Hears what a listener of commits threw. */
  onListenerError: (error: unknown) => void = () => {};

  /** Listens to commits of this process, and, while {@link follow} is on, of all others; never before they are on disk. */
  onCommit(listener: (committed: Committed) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Watches for commits of other processes until the returned function is called. */
  follow(): void {
    this.#stopFollowing ??= this.#journal.follow(() => {
      if (this.#commits.running || this.#closed) return;
      this.#commits.run(() => this.#refreshDurably());
    });
  }

  #refreshDurably(): Promise<void> | undefined {
    this.#journal.refresh((entry) => this.#takeIn(entry));
    return this.#foreign.length === 0 ? undefined : this.#announceForeign();
  }

  async #announceForeign(): Promise<void> {
    const heard = this.#foreign;
    this.#foreign = [];
    await this.#journal.durable();
    for (const committed of heard) this.#emit(committed);
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
    if (this.#readOnly)
      return Promise.reject(
        new ProductionError('production_closed', 'this production was opened read-only.'),
      );
    return this.#commits.add(plan);
  }

  #promote(draft: Draft, end: number): void {
    this.#lastAt = draft.at;
    for (const { before, event } of draft.steps) {
      if (before && event.type !== 'episode.created') this.#ledger.book(before.context, event);
    }
    for (const { id, after, whole } of draft.sessions) this.#store.put(id, { snapshot: after }, end, whole);
    this.#projection.noteCommit(draft.steps, end, true);
  }

  /** Takes in a line that another process, or an earlier life of this one, has written. */
  #takeIn(line: JournalEntry): void {
    this.#reading = line.position;
    const commit = decodeCommit(line);
    const steps = this.#stepsOf(commit, line);
    this.#reading = undefined;
    if (commit.at > this.#lastAt) this.#lastAt = commit.at;
    this.#projection.noteCommit(steps, line.end, false);
    if (this.#stopFollowing && this.#listeners.size > 0)
      this.#foreign.push({
        position: line.position,
        end: line.end,
        at: commit.at,
        by: commit.by,
        local: false,
        steps,
      });
  }

  #stepsOf(commit: Commit, line: JournalEntry): DecidedStep[] {
    return commit.entries.flatMap((entry) => {
      const known =
        entry.events[0]?.type === 'episode.created' ? undefined : this.#store.snapshot(entry.session);
      // A session document may be ahead of state.json: then only the ledger and the announcements still need this line.
      const isAhead = known !== undefined && (this.#store.position(entry.session) ?? 0) >= line.end;
      const start = isAhead ? earlier(this.#journal, entry.session, line.position) : known;
      const steps = replaySteps(entry, start);
      for (const { before, event } of steps)
        if (before && event.type !== 'episode.created') this.#ledger.book(before.context, event);
      if (line.version < machineVersion) this.#projection.noteLoaded(entry.session);
      if (isAhead) return steps;
      const followed = afterEntry(entry, { snapshot: known, older: this.#store.older(entry.session) }, line);
      const last = steps.at(-1);
      if (last) last.after = followed.snapshot;
      this.#store.put(entry.session, followed, line.end, entry.snapshot !== undefined);
      return steps;
    });
  }

  #load(id: SessionId, position: number | undefined): Located | undefined {
    const own = shownState(this.#documents.readSession(id));
    if (own && own.position > this.#journal.end()) {
      throw new ProductionError(
        'journal_damaged',
        `${id}/session.json reflects the journal up to ${own.position}, and the journal ends at ${this.#journal.end()}; run showrunner doctor.`,
        { sessionId: id },
      );
    }
    if (position === undefined) return this.#loadUnlisted(id, own);
    this.#projection.noteLoaded(id);
    if (own && own.position >= position) return own;
    const replayed = replaySession(this.#journal, id, this.#reading ?? this.#journal.position);
    if (replayed) this.#projection.noteStale(id);
    return replayed;
  }

  /** A session that state.json does not list: archived, or none of this production's, whatever lies in a folder of its name. */
  #loadUnlisted(id: SessionId, own: Located | undefined): Located | undefined {
    const archivedAt = this.#projection.archivedAt(id);
    if (archivedAt === undefined && !own) return undefined;
    const upTo = this.#reading ?? this.#journal.position;
    // A document that is ahead of this process would take out of the archive's sums what was never put in.
    const isExact = own !== undefined && own.position === archivedAt && own.position <= upTo;
    const located = isExact ? own : replaySession(this.#journal, id, upTo);
    if (located) this.#projection.revive(episodeState(decodeState(located.recorded)));
    return located;
  }

  #emit(committed: Committed): void {
    for (const listener of this.#listeners) {
      try {
        listener(committed);
      } catch (error) {
        // The commit is on disk: no listener may keep its caller from hearing so.
        this.onListenerError(error);
      }
    }
  }

  /** Writes what the documents still owe and lets go of the files. Waits for commits under way. */
  async close(): Promise<void> {
    if (this.#closed) return;
    while (!this.#commits.isIdle) await this.#commits.running;
    this.#closed = true;
    this.#stopFollowing?.();
    try {
      await this.#projection.close();
    } finally {
      this.#journal.close();
    }
  }
}

function earlier(journal: Journal, id: SessionId, position: number): EpisodeSnapshot | undefined {
  const found = replaySession(journal, id, position);
  return found && inMemory(found.recorded, position, id).snapshot;
}

/** What a session's document says, if it can be read: what cannot is made again from the journal. */
function shownState(document: SessionDocument | undefined): Located | undefined {
  if (!document) return undefined;
  const { machine, position, snapshot } = document.showrunner;
  const recorded = { persisted: snapshot, version: machine.version };
  return decodeShown(recorded) && { recorded, position };
}

/** The steps of an entry, decided again. Where an older chart decided otherwise, the recorded snapshot is what counts. */
function replaySteps(entry: CommitEntry, start: EpisodeSnapshot | undefined): DecidedStep[] {
  const steps: DecidedStep[] = [];
  let before = start;
  for (const event of entry.events) {
    const decision = advance(before, event);
    const after = decision.accepted ? decision.snapshot : before;
    if (!after) continue;
    steps.push({
      sessionId: entry.session,
      event,
      before,
      after,
      ...(decision.accepted ? {} : { quiet: true }),
    });
    before = after;
  }
  return steps;
}
