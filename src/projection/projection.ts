import { performance } from 'node:perf_hooks';
import {
  ProductionError,
  addUsd,
  parsePolicy,
  persist,
  subtractUsd,
  type Ledger,
  type Policy,
  type SessionId,
  type Usd,
} from '../../machines/index.js';
import { sessionDocument, type Documents, type StateDocument } from '../documents/index.js';
import type { JournalPort } from '../journal/index.js';
import { addTally, emptyTally, lastingNeeds, subtractTally, tallyOf, type Tally } from '../reports/index.js';
import type { EpisodeState } from '../shapes/index.js';
import { OpeningBalances, type OpeningBalance } from '../record/opening-record.js';
import { sumOf } from '../record/openings.js';
import type { DecidedStep } from '../record/step.js';
import type { EpisodeStore } from '../record/episode-store.js';
import { isBusy, restMs } from './pace.js';
import { CheckpointProjection, type Place } from './checkpoints.js';
import { Slices } from './slices.js';
import { stateDocument } from './state-document.js';

interface ProjectionOptions {
  documents: Documents;
  journal: JournalPort;
  store: EpisodeStore;
  ledger: Ledger;
  machine: StateDocument['showrunner']['machine'];
  afterMs: number;
  readOnly: boolean;
  /** Takes in what other processes have committed; does nothing while a commit is under way. */
  refresh: () => void;
  lastAt: () => string;
  policy: () => ShownPolicy;
  /** What older productions had spent outside of their episodes. */
  openings: () => readonly OpeningBalance[];
}

/** The policy as of what has been read, and what policy.json said when it was last taken in. */
interface ShownPolicy {
  policy: Policy;
  file: unknown;
}

/** What state.json says of where it stands. */
interface ReadState {
  position: number;
  crc: string;
  lastAt: string;
  policy: Policy;
  policyFile: unknown;
  openings: OpeningBalance[];
}

export interface OperationSpending {
  count: number;
  spent: Usd;
}

// How many ended episodes state.json lists before the oldest of them move to the archive of their month.
const endedKept = 200;
const endedSlack = 100;

const mostRounds = 20;
// Checkpoints' documents are looked at a few sessions at a time (0.3 ms each), the rest when the production is closed: it may be that nobody needs them.
const checkedAtOnce = 20;
// Sessions' documents that are being replaced at one time: as many temporary files as a crash can leave behind.
const atOnce = 128;

/**
 * Keeps the documents in step with the journal: sessions first, then state.json. Never more than a second late while that takes less than a
 * fifth of the process's time, or a twentieth if it is busy with other things.
 */
export class Projection {
  readonly #on: ProjectionOptions;
  #own = new Set<SessionId>();
  #others = new Set<SessionId>();
  readonly #checkpoints: CheckpointProjection;
  #tally: Tally = emptyTally();
  #operations = new Map<string, OperationSpending>();
  readonly #months = new Set<string>();
  /** Whether this handle has committed anything. */
  #hasChanged = false;
  #shownPosition = -1;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #slices: Slices | undefined;
  /** Something has become due while documents are being written. */
  #isDueAgain = false;
  /** Documents rest until then. Milliseconds of `performance.now()`. */
  #restUntil = Number.NEGATIVE_INFINITY;
  #utilization = performance.eventLoopUtilization();
  /** The last error met while writing in the background. The journal is not concerned; the next write tries again. */
  problem: unknown;

  constructor(options: ProjectionOptions) {
    this.#on = options;
    this.#checkpoints = new CheckpointProjection(options);
  }

  /** Takes in state.json if it can be trusted, and says where in the journal it stands. */
  read(): ReadState | undefined {
    const { documents, store, ledger, machine } = this.#on;
    const document = documents.readState();
    const own = document?.showrunner;
    if (!document || !own) return undefined;
    if (own.machine.version > machine.version) throw newerDocument(machine, own.machine.version);
    // Without a policy it is an older program's, or none of ours: the journal knows.
    if (own.machine.version < machine.version || own.policy === undefined) return undefined;
    const policy = parsePolicy(own.policy);
    for (const listed of [document.active_episodes, document.completed_episodes]) {
      for (const [id, state] of Object.entries(listed))
        store.adopt(id as SessionId, state, own.sessions[id] ?? 0);
    }
    for (const [date, day] of Object.entries(own.days)) ledger.set(date, day);
    for (const [name, spending] of Object.entries(own.operations)) this.#operations.set(name, spending);
    for (const month of own.months) this.#months.add(month);
    this.#tally = { ...emptyTally(), ...(own.tally as Tally) };
    this.#shownPosition = own.position;
    return {
      position: own.position,
      crc: own.crc,
      lastAt: own.last_at,
      policy,
      policyFile: own.policy_file,
      openings: own.openings?.length ? OpeningBalances.parse(own.openings) : [],
    };
  }

  /** After the journal's tail has been taken in: documents of active sessions that are missing are due. */
  afterOpen(): void {
    const { store, documents, readOnly, journal } = this.#on;
    if (readOnly) return;
    for (const id of store.ids())
      if (!isEnded(store.state(id)) && !documents.hasSession(id)) this.#own.add(id);
    if (this.#shownPosition !== journal.position || this.#own.size > 0) this.#schedule();
  }

  /** Notes what a commit makes stale. */
  noteCommit(steps: readonly DecidedStep[], place: Place, local: boolean): void {
    this.#hasChanged ||= local;
    for (const step of steps) {
      (local ? this.#own : this.#others).add(step.sessionId);
      this.#noteMoney(step);
      // Who only looks never writes their documents.
      if (!this.#on.readOnly) this.#checkpoints.note(step, steps, place);
    }
    this.#schedule();
  }

  /** A session's document turned out to be missing or behind. */
  noteStale(id: SessionId): void {
    this.#others.add(id);
  }

  /** A session was read from disk: what lies beside it is to be looked at. */
  noteLoaded(id: SessionId): void {
    if (this.#on.readOnly) return;
    this.#checkpoints.noteLoaded(id);
    this.#schedule();
  }

  /** A session that was in a month's archive is listed again; `state` is what it added to the archive's sums, which is taken out. */
  revive(state: EpisodeState): void {
    this.#tally = subtractTally(this.#tally, tallyOf(state));
  }

  /** Journal position of an archived session; `unknown` where its month has an archive whose document is lost. */
  archivedAt(id: SessionId): number | 'unknown' | undefined {
    const month = monthOf(id);
    if (!this.#months.has(month)) return undefined;
    const sessions = this.#on.documents.archivedSessions(month);
    if (!sessions) return 'unknown';
    return Object.hasOwn(sessions, id) ? sessions[id] : undefined;
  }

  /** Spending per operation name over the whole production. */
  get operations(): ReadonlyMap<string, OperationSpending> {
    return this.#operations;
  }

  get months(): string[] {
    return [...this.#months].sort();
  }

  /** What all episodes add up to, archived or listed. */
  total(): Tally {
    const opening = sumOf(this.#on.openings());
    return this.states().reduce((sum, state) => addTally(sum, tallyOf(state)), { ...this.#tally, opening });
  }

  /** The episodes of the months' archives that are not listed. */
  archivedStates(): EpisodeState[] {
    const { store, documents } = this.#on;
    return this.months
      .flatMap((month) => documents.archivedEpisodes(month))
      .filter(({ session_id: id }) => !store.has(id as SessionId));
  }

  /** The listed episodes as state.json shows them. */
  states(): EpisodeState[] {
    const { store } = this.#on;
    return store.ids().flatMap((id) => store.state(id) ?? []);
  }

  #noteMoney({ event, before }: DecidedStep): void {
    if (event.type === 'cost.recorded') this.#count(event.operation, event.cost);
    // A correction is of a cost that has been counted.
    if (event.type === 'cost.corrected') this.#count(event.operation, subtractUsd(event.cost, event.was), 0);
    if (event.type === 'operation.settled')
      this.#count(before?.context.operations[event.key]?.operation ?? 'unknown', event.cost);
  }

  #count(name: string, cost: Usd, calls = 1): void {
    const { count, spent } = this.#operations.get(name) ?? { count: 0, spent: 0 as Usd };
    this.#operations.set(name, { count: count + calls, spent: addUsd(spent, cost) });
  }

  #schedule(): void {
    this.#isDueAgain = this.#flushing !== undefined;
    if (this.#on.readOnly || this.#timer || this.#isDueAgain) return;
    const { afterMs } = this.#on;
    const delay = Math.max(afterMs, this.#restUntil - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#flushOnce(checkedAtOnce, isBusy(this.#utilized())).catch((error: unknown) => {
        this.problem = error;
        this.#schedule();
      });
    }, delay);
    // A process must be able to end with documents behind: the next one to open catches up from the journal.
    this.#timer.unref();
  }

  /** Writes every document that is behind, until the journal has not moved meanwhile. */
  async flush(): Promise<void> {
    const { journal, refresh } = this.#on;
    for (let round = 0; round < mostRounds; round += 1) {
      await this.#flushOnce(Number.POSITIVE_INFINITY, false);
      if (journal.end() !== this.#shownPosition) refresh();
      const isDue = this.#own.size + this.#others.size + this.#checkpoints.due > 0;
      if (!isDue && journal.position === this.#shownPosition) return;
    }
  }

  async #flushOnce(mostChecked: number, makesWay: boolean): Promise<void> {
    if (!makesWay) this.#slices?.hurry();
    while (this.#flushing) await this.#flushing.catch(() => {});
    const slices = new Slices(makesWay);
    this.#slices = slices;
    this.#flushing = this.#write(slices, mostChecked).finally(() => {
      this.#flushing = undefined;
      this.#slices = undefined;
      this.#rest(slices);
      if (this.#isDueAgain) this.#schedule();
    });
    return this.#flushing;
  }

  #rest(slices: Slices): void {
    const tookMs = slices.totalMs();
    const { pausedMs } = slices;
    const utilization = this.#utilized();
    this.#utilization = performance.eventLoopUtilization();
    this.#restUntil =
      performance.now() + restMs({ tookMs, pausedMs, utilization, afterMs: this.#on.afterMs });
  }

  /** How busy the process has been since documents were last written. */
  #utilized(): number {
    return performance.eventLoopUtilization(this.#utilization).utilization;
  }

  async #write(slices: Slices, mostChecked: number): Promise<void> {
    const { journal } = this.#on;
    const own = this.#own;
    const others = this.#others;
    this.#own = new Set();
    this.#others = new Set();
    try {
      // Documents may only show what is on disk, also of other processes' commits.
      await journal.durable();
      // Session documents can be made again: where many are due, or the process goes on, they are not worth a sync each.
      await this.#writeEach(own, slices, (id) => this.#writeSession(id));
      await this.#writeEach(others, slices, async (id) => {
        if (!own.has(id) && this.#isBehind(id)) await this.#writeSession(id);
      });
      // Between a snapshot and its rename another process may have shown a later one, which has just been overwritten: its commit can be read by now.
      if (own.size + others.size > 0) this.#on.refresh();
      await journal.durable();
      await this.#checkpoints.write(slices, mostChecked);
      await this.#moveOldToArchive();
      await this.#writeState();
    } catch (error) {
      for (const id of own) this.#own.add(id);
      for (const id of others) this.#others.add(id);
      throw error;
    }
    this.problem = undefined;
    if (this.#checkpoints.due > 0) this.#schedule();
  }

  /** Writes many at a time: their renames wait for the disk together, while commits go on. */
  async #writeEach(
    ids: Iterable<SessionId>,
    slices: Slices,
    write: (id: SessionId) => Promise<void>,
  ): Promise<void> {
    const failures: unknown[] = [];
    const group: Promise<void>[] = [];
    for (const id of ids) {
      group.push(write(id).catch((error: unknown) => void failures.push(error)));
      if (group.length < atOnce) await slices.turn();
      else await slices.elsewhere(Promise.all(group.splice(0)));
      if (failures.length > 0) break;
    }
    await slices.elsewhere(Promise.all(group));
    if (failures.length > 0) throw failures[0];
  }

  #isBehind(id: SessionId): boolean {
    const { documents, store, machine } = this.#on;
    const shown = documents.readSession(id)?.showrunner;
    if (!shown || shown.machine.version < machine.version) return true;
    return shown.position < (store.position(id) ?? 0);
  }

  async #writeSession(id: SessionId): Promise<void> {
    const { documents, journal, store, machine } = this.#on;
    // What it became since it was noted is shown with the rest.
    this.#own.delete(id);
    const snapshot = store.snapshot(id);
    const position = store.position(id);
    if (!snapshot || position === undefined) return;
    // It was deleted, and its folder is in the backup.
    if (snapshot.context.filesMovedTo !== null && !documents.hasFolder(id)) return;
    // Meanwhile another process's commit has been read, which may not be on disk yet.
    if (position > journal.durableEnd) {
      this.#others.add(id);
      this.#schedule();
      return;
    }
    await documents.writeSession(
      id,
      sessionDocument(persist(snapshot), position, machine, lastingNeeds(snapshot)),
    );
    if (isEnded(store.state(id)) && !this.#own.has(id)) store.rest(id);
  }

  /** state.json must not grow without bound: beyond a number, the oldest ended episodes move to the document of their month. */
  async #moveOldToArchive(): Promise<void> {
    const { store, documents } = this.#on;
    // What has moved on since this round began stays listed: without its document, it could only be found by reading the whole journal.
    const isDue = (id: SessionId): boolean => this.#own.has(id) || this.#others.has(id);
    const ended = this.states().filter((state) => isEnded(state) && !isDue(state.session_id as SessionId));
    if (ended.length <= endedKept + endedSlack) return;
    const oldest = ended
      .sort((a, b) => (a.updated_at < b.updated_at ? -1 : 1))
      .slice(0, ended.length - endedKept);
    for (const [month, states] of groupByMonth(oldest)) {
      const known = documents.readMonth(month);
      const added = Object.fromEntries(states.map((state) => [state.session_id, state]));
      const places = Object.fromEntries(
        states.map(({ session_id: id }) => [id, store.position(id as SessionId) ?? 0]),
      );
      await documents.writeMonth(month, {
        version: '3.0.0',
        month,
        completed_episodes: { ...known?.completed_episodes, ...added },
        showrunner: { format: 1, sessions: { ...known?.showrunner.sessions, ...places } },
      });
      this.#months.add(month);
    }
    for (const state of oldest) {
      const id = state.session_id as SessionId;
      // Something may have happened to it while the month was being written.
      if (store.state(id) !== state) continue;
      this.#tally = addTally(this.#tally, tallyOf(state));
      store.forget(id);
      // state.json has to be written although the journal has not moved.
      this.#shownPosition = -1;
    }
  }

  async #writeState(): Promise<void> {
    const { documents, journal, store, ledger, machine, lastAt, policy } = this.#on;
    await journal.durable();
    const { position, lastCrc } = journal;
    if (position === this.#shownPosition) return;
    const document = stateDocument({
      states: this.states(),
      store,
      ledger,
      machine,
      position,
      crc: lastCrc,
      lastAt: lastAt(),
      policy: policy(),
      openings: this.#on.openings(),
      tally: this.#tally,
      total: this.total(),
      months: this.months,
      operations: this.#operations,
    });
    await documents.writeState(document);
    this.#shownPosition = position;
  }

  /** Shows what is due. What others have committed is theirs to show: a handle that changed nothing has nothing to answer for. */
  async close(): Promise<void> {
    this.#stopTimer();
    if (this.#on.readOnly) return;
    try {
      await this.flush();
    } catch (error) {
      if (this.#hasChanged) throw error;
      this.problem = error;
    } finally {
      this.#stopTimer();
    }
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function newerDocument(machine: StateDocument['showrunner']['machine'], version: number): ProductionError {
  return new ProductionError(
    'production_upgraded',
    `state.json was written with version ${version} of the statechart, this program has ${machine.version}; upgrade showrunner.`,
  );
}

/** Complete and archived episodes are the seed's `completed_episodes`. */
function isEnded(state: EpisodeState | undefined): boolean {
  return state?.status === 'complete' || state?.status === 'archived';
}

function groupByMonth(states: EpisodeState[]): Map<string, EpisodeState[]> {
  const groups = new Map<string, EpisodeState[]>();
  for (const state of states) {
    const month = monthOf(state.session_id as SessionId);
    const group = groups.get(month);
    if (group) group.push(state);
    else groups.set(month, [state]);
  }
  return groups;
}

/** The month of a session's creation, which its id says. */
function monthOf(id: SessionId): string {
  const date = id.split('_')[2] ?? '';
  return `${date.slice(0, 4)}-${date.slice(4, 6)}`;
}
