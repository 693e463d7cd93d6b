import {
  Ledger,
  ProductionError,
  dayOf,
  episodeNumberOf,
  machineVersion,
  parsePolicy,
  persist,
  rehydrate,
  rulesToFollow,
  type DayMoney,
  type EpisodeSnapshot,
  type Policy,
  type SessionId,
} from '../../machines/index.js';
import type { Documents, SessionDocument } from '../documents/index.js';
import type { JournalPort, JournalEntry } from '../journal/index.js';
import type { Place } from '../projection/checkpoints.js';
import { Projection } from '../projection/projection.js';
import type { Commit } from '../record/commit.js';
import { decodeCommit, decodeShown, decodeState } from '../record/decode.js';
import { SessionKeys } from '../record/session-keys.js';
import { EpisodeStore } from '../record/episode-store.js';
import { afterEntry, inMemory, replaySession, type Located } from '../record/replay.js';
import { replaySteps } from '../record/replay-steps.js';
import type { OpeningBalance, OpeningSet } from '../record/opening-record.js';
import { movedBy, withOpenings } from '../record/openings.js';
import type { PolicyChange } from '../record/policy-record.js';
import type { Committed, DecidedStep } from '../record/step.js';
import { episodeState } from '../shapes/index.js';
import type { Draft } from './batch.js';
import type { CommitClock, CommitTime } from './commit-clock.js';
import { machineIdentity } from './machine-identity.js';

interface MirrorOptions {
  journal: JournalPort;
  documents: Documents;
  clock: CommitClock;
  readOnly: boolean;
  /** How long documents may lag behind. Milliseconds. */
  showAfterMs: number;
  /** Takes in what other processes have committed, unless a commit is under way. */
  refresh: () => void;
}

/** A production in memory, as far as this handle has read its journal: what is decided upon, shown and told. */
export class Mirror {
  #policy: Policy | undefined;
  /** The production's policy as of what has been read; the seed's defaults until somebody changes it. */
  get policy(): Policy {
    return (this.#policy ??= parsePolicy());
  }
  /** What policy.json said when it was last taken in; undefined when it never was. */
  policyFile: unknown;
  /** What older productions had spent outside of their episodes. */
  openings: OpeningBalance[] = [];
  readonly store: EpisodeStore;
  readonly ledger = new Ledger();
  readonly projection: Projection;
  readonly keys: SessionKeys;
  /** When the last commit was made; empty in a new production. */
  lastAt = '';
  /** Whether other processes' commits are told too. */
  tellsOthers = false;
  /** Hears what a listener of commits threw. */
  onListenerError: (error: unknown) => void = () => {};
  readonly #journal: JournalPort;
  readonly #documents: Documents;
  readonly #clock: CommitClock;
  /** Whether this handle wrote the last commit. */
  #isLastOwn = false;
  readonly #listeners = new Set<(committed: Committed) => void>();
  readonly #foreign: Committed[] = [];
  /** Where lines of this handle begin that come back among others'. */
  #comingBack: ReadonlySet<number> | undefined;
  /** Where the line being taken in begins: what a session loaded meanwhile must not go beyond. */
  #reading: number | undefined;

  constructor({ journal, documents, clock, readOnly, showAfterMs, refresh }: MirrorOptions) {
    this.#journal = journal;
    this.#documents = documents;
    this.#clock = clock;
    this.keys = new SessionKeys(journal);
    this.store = new EpisodeStore(
      (id, position) => this.#load(id, position),
      // One that was archived is taken also where its folder is gone.
      (id) => documents.hasFolder(id) || this.projection.archivedAt(id) !== undefined,
    );
    this.projection = new Projection({
      documents,
      journal,
      store: this.store,
      ledger: this.ledger,
      machine: machineIdentity,
      lastAt: () => this.lastAt,
      policy: () => ({ policy: this.policy, file: this.policyFile }),
      openings: () => this.openings,
      afterMs: showAfterMs,
      readOnly,
      refresh,
    });
  }

  /** Begins: with what state.json says where that can be trusted, and the journal from there on. */
  open(): void {
    const shown = this.projection.read();
    if (shown) {
      const end = this.#journal.end();
      if (shown.position > end) {
        throw new ProductionError('journal_damaged', `state.json ${aheadOf(shown.position, end)}`);
      }
      this.#journal.seek(shown.position, shown.crc);
      this.lastAt = shown.lastAt;
      this.#policy = shown.policy;
      this.policyFile = shown.policyFile;
      this.openings = shown.openings;
      this.#leaveDaysAhead();
    }
    this.refresh();
    this.projection.afterOpen();
  }

  /** A clock that was ahead, and was said to be wrong since, has left days that have not come yet. */
  #leaveDaysAhead(): void {
    const { lastAt, ledger, policy } = this;
    if (lastAt === '') return;
    const soon = new Date(Date.parse(lastAt) + 86_400_000).toISOString();
    if (ledger.latest > dayOf(soon, policy.timeZone)) ledger.goBackTo(dayOf(lastAt, policy.timeZone));
  }

  /** The episode as the next event would find it: by the rules of the newest policy. */
  episode(id: SessionId): EpisodeSnapshot | undefined {
    const snapshot = this.store.snapshot(id);
    return snapshot && underPolicy(snapshot, this.policy);
  }

  /** The time that a commit would get now. */
  now(): CommitTime {
    return this.#clock.next(this.lastAt, this.#isLastOwn);
  }

  /** The time of a commit that no clock refuses: what it records was paid already. */
  paidNow(): CommitTime {
    return this.clockNow() < this.lastAt ? { at: this.lastAt } : this.now();
  }

  /** The time for whoever only looks: never before the last commit, and no clock is refused. */
  shownNow(): string {
    const now = this.#clock.shown();
    return now < this.lastAt ? this.lastAt : now;
  }

  /** What the clock says, also where that is behind the last commit. */
  clockNow(): string {
    return this.#clock.said();
  }

  /** The disk's time, where the clock is ahead of it. */
  diskBehind(): string | undefined {
    return this.#clock.diskBehind();
  }

  /** The money of the day that a cost of now would belong to. Whoever only looks may have a clock that is behind. */
  today(): DayMoney {
    const { ledger, policy } = this;
    return ledger.money(ledger.dayFor(this.shownNow(), policy.timeZone), policy.dailyCap);
  }

  /** The greatest number of an episode that is listed, or has a folder: archived ones keep theirs. */
  readonly greatestNumber = (): number =>
    [...this.store.ids(), ...this.#documents.sessionFolders()].reduce(
      (most, id) => Math.max(most, episodeNumberOf(id)),
      0,
    );

  onCommit(listener: (committed: Committed) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes in what other processes have committed. */
  refresh(): void {
    this.#journal.refresh((line) => this.#takeIn(line));
  }

  /** Whether something of other processes has been taken in that no listener has heard of. */
  get hasUntold(): boolean {
    return this.#foreign.length > 0;
  }

  /** The same, and tells of it once it is on disk; gives a promise where there is something to tell. */
  refreshAndTell(): Promise<void> | undefined {
    this.refresh();
    return this.hasUntold ? this.#tellForeign() : undefined;
  }

  async #tellForeign(): Promise<void> {
    await this.#journal.durable();
    this.#tellAll();
  }

  #tellAll(): void {
    // Only now: what could not be made durable is told at the next look, in its order.
    for (const committed of this.#foreign.splice(0)) this.tell(committed);
  }

  /** Takes in what has been committed, with lines of this handle that begin at these places, and tells of it. */
  takeBack(positions: ReadonlySet<number>): Committed[] {
    this.#comingBack = positions;
    try {
      this.refresh();
    } finally {
      this.#comingBack = undefined;
    }
    const own = this.#foreign.filter(({ position }) => positions.has(position));
    this.#tellAll();
    return own;
  }

  /** Takes in a commit of this handle, which is on disk at this place. */
  promote(draft: Draft, place: Place): void {
    this.lastAt = draft.at;
    this.#isLastOwn = true;
    if (draft.clock) this.#takeClock(draft.at);
    if (draft.policy) this.#takePolicy(draft.policy);
    if (draft.opening) this.#takeOpening(draft.opening);
    for (const { before, event } of draft.steps) {
      if (before && event.type !== 'episode.created') this.ledger.book(before.context, event);
    }
    for (const { id, after, wholeBytes } of draft.sessions)
      this.store.put(id, { snapshot: after }, place.end, wholeBytes);
    this.projection.noteCommit(draft.steps, place, true);
  }

  #takeClock(at: string): void {
    this.#clock.forget();
    this.ledger.goBackTo(dayOf(at, this.policy.timeZone));
  }

  #takeOpening(opening: OpeningSet[]): void {
    for (const each of opening) this.ledger.bookOutside(each.day, movedBy(each));
    this.openings = withOpenings(this.openings, opening);
  }

  #takePolicy({ policy, file }: PolicyChange): void {
    this.#policy = policy;
    if (file !== undefined) this.policyFile = file;
  }

  /** Tells the listeners of a commit that is on disk. */
  tell(committed: Committed): void {
    for (const listener of this.#listeners) {
      try {
        listener(committed);
      } catch (error) {
        // The commit is on disk: no listener may keep its caller from hearing so.
        this.onListenerError(error);
      }
    }
  }

  /** Takes in a line that another process, or an earlier life of this one, has written. */
  #takeIn(line: JournalEntry): void {
    this.#reading = line.position;
    const commit = decodeCommit(line);
    const steps = this.#stepsOf(commit, line);
    this.#reading = undefined;
    if (commit.policy) this.#takePolicy(commit.policy);
    if (commit.opening) this.#takeOpening(commit.opening);
    if (commit.clock) this.#takeClock(commit.at);
    const isOwn = this.#comingBack?.has(line.position) ?? false;
    this.#isLastOwn = isOwn;
    if (commit.clock || commit.at > this.lastAt) this.lastAt = commit.at;
    this.projection.noteCommit(steps, line, isOwn);
    if (isOwn || (this.tellsOthers && this.#listeners.size > 0))
      this.#foreign.push({
        position: line.position,
        end: line.end,
        at: commit.at,
        by: commit.by,
        local: isOwn,
        steps,
        policy: commit.policy,
        opening: commit.opening,
      });
  }

  #stepsOf(commit: Commit, line: JournalEntry): DecidedStep[] {
    return commit.entries.flatMap((entry) => {
      const known =
        entry.events[0]?.type === 'episode.created' ? undefined : this.store.snapshot(entry.session);
      // A session document may be ahead of state.json: then only the ledger and the announcements still need this line.
      const isAhead = known !== undefined && (this.store.position(entry.session) ?? 0) >= line.end;
      const start = isAhead ? earlier(this.#journal, entry.session, line.position) : known;
      const steps = replaySteps(entry, start);
      for (const { before, event } of steps)
        if (before && event.type !== 'episode.created') this.ledger.book(before.context, event);
      if (line.version < machineVersion) this.projection.noteLoaded(entry.session);
      if (isAhead) return steps;
      const followed = afterEntry(entry, { snapshot: known, older: this.store.older(entry.session) }, line);
      const last = steps.at(-1);
      if (last) last.after = followed.snapshot;
      const wholeBytes = entry.snapshot === undefined ? undefined : line.text.length;
      this.store.put(entry.session, followed, line.end, wholeBytes);
      return steps;
    });
  }

  #load(id: SessionId, position: number | undefined): Located | undefined {
    const own = shownState(this.#documents.readSession(id));
    if (own && own.position > this.#journal.position) this.#seeThatItIsThere(id, own.position);
    if (position === undefined) return this.#loadUnlisted(id, own);
    this.projection.noteLoaded(id);
    if (own && own.position >= position) return own;
    const replayed = replaySession(this.#journal, id, this.#reading ?? this.#journal.position);
    if (replayed) this.projection.noteStale(id);
    return replayed;
  }

  /** Its document is ahead of what has been read of the journal, and may not be ahead of the journal. */
  #seeThatItIsThere(id: SessionId, position: number): void {
    const end = this.#journal.end();
    if (position <= end) return;
    throw new ProductionError('journal_damaged', `${id}/session.json ${aheadOf(position, end)}`, {
      sessionId: id,
    });
  }

  /** A session that state.json does not list: archived, or none of this production's, whatever lies in a folder of its name. */
  #loadUnlisted(id: SessionId, own: Located | undefined): Located | undefined {
    const archivedAt = this.projection.archivedAt(id);
    if (archivedAt === undefined && !own) return undefined;
    const upTo = this.#reading ?? this.#journal.position;
    // A document that is ahead of this process would take out of the archive's sums what was never put in.
    const isExact = own !== undefined && own.position === archivedAt && own.position <= upTo;
    const located = isExact ? own : replaySession(this.#journal, id, upTo);
    if (located) this.projection.revive(episodeState(decodeState(located.recorded)));
    return located;
  }
}

function underPolicy(snapshot: EpisodeSnapshot, policy: Policy): EpisodeSnapshot {
  const { context, value } = snapshot;
  const rules = value === 'archived' ? undefined : rulesToFollow(context, policy);
  return rules ? rehydrate({ ...persist(snapshot), context: { ...context, rules } }) : snapshot;
}

function earlier(journal: JournalPort, id: SessionId, position: number): EpisodeSnapshot | undefined {
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

/** What there is to say of a document that is newer than the journal beside it. */
function aheadOf(position: number, end: number): string {
  return `reflects the journal up to ${position}, and the journal ends at ${end}: commits are missing. In a copy of a production at work, copy the journal folder first, then the session folders, and leave out state.json and every session.json, which are made again: delete them in the copy. Otherwise restore the journal folder from a backup, or run showrunner doctor to see what can be saved.`;
}
