import { randomBytes } from 'node:crypto';
import { ProductionError, type Redactor, type SessionId } from '../../machines/index.js';
import type { AppendResult, JournalPort, LandingRequest } from '../journal/index.js';
import { Batch, writerText, type Draft, type Writer } from './batch.js';
import type { CommitTime } from './commit-clock.js';
import type { Mirror } from './mirror.js';
import type { Committed } from '../record/step.js';
import type { Plan } from './view.js';

interface Waiting {
  plan: Plan;
  resolve: (committed: Committed) => void;
  reject: (error: unknown) => void;
}

/** Plans that were decided on top of each other, and what is to become of each. Nobody has been told yet. */
interface Round {
  drafts: { waiting: Waiting; draft: Draft }[];
  /** They proposed nothing. */
  idle: Waiting[];
  refused: { waiting: Waiting; error: unknown }[];
}

// Bounds how long one write can get; whoever waits longer goes into the next. Small enough that a batch's objects die young (8 % less CPU than 2,048).
const largestBatch = 256;
const turnMs = 16;

/** Group commit: the plans of many callers in one write and one sync. One runs at a time in a handle. */
export class CommitLoop {
  readonly #journal: JournalPort;
  readonly #mirror: Mirror;
  readonly #by: string;
  readonly #writer: Writer;
  #queue: Waiting[] = [];
  #running: Promise<void> | undefined;
  #isLookDue = false;
  #lastTurn = 0;
  /** What is decided now is decided upon everything that anyone had committed when it was asked for. */
  #isHeadKnown = true;
  #cameSecond = false;
  #giveBack: (() => Promise<void>) | undefined;
  /** What is being written. */
  #batch: Batch | undefined;

  /** `by` is who writes, as each commit records it. */
  constructor(journal: JournalPort, mirror: Mirror, { by, redactor }: { by: string; redactor: Redactor }) {
    this.#journal = journal;
    this.#mirror = mirror;
    this.#by = redactor.message(by);
    const writer = writerText({ by: this.#by, handle: randomBytes(4).toString('hex') });
    this.#writer = { writer, redactor };
  }

  /** What runs now; undefined when nothing does. Never rejects. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  get isIdle(): boolean {
    return !this.#running && this.#queue.length === 0;
  }

  /** Whether a commit under way takes the session's name. */
  takes(id: SessionId): boolean {
    return this.#batch?.has(id) ?? false;
  }

  /** Decides `plan` against everything committed before, and writes it. Resolves when it is on disk; rejects with what refuses it. */
  add(plan: Plan): Promise<Committed> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ plan, resolve, reject });
      this.#start();
    });
  }

  /** Takes in and tells what other processes have committed; after what runs now, which may have looked before they did. */
  catchUp(): void {
    this.#isLookDue = this.#running !== undefined;
    if (this.#isLookDue) return;
    this.#run(() => {
      this.#journal.seeThatItIsInPlace();
      return this.#mirror.refreshAndTell();
    });
  }

  /** Runs `work` alone, after everything that is waiting to run has had its say: callers of one turn share one write. */
  #run(work: () => Promise<void> | undefined): void {
    this.#running = this.#runAlone(work);
  }

  async #runAlone(work: () => Promise<void> | undefined): Promise<void> {
    await this.#nextTurn();
    try {
      await work();
    } catch (error) {
      for (const waiting of this.#queue.splice(0)) waiting.reject(error);
    }
    this.#running = undefined;
    if (this.#queue.length > 0) this.#start();
    else if (this.#isLookDue) this.catchUp();
  }

  #start(): void {
    if (!this.#running) this.#run(() => this.#pump());
  }

  #nextTurn(): Promise<void> {
    const now = performance.now();
    // Ticks come before timers and I/O; let those have a turn now and then.
    // Over a network a turn more costs nothing, and whoever was answered just now has asked for the next commit by then.
    const late = this.#journal.pull !== undefined || now - this.#lastTurn > turnMs;
    if (late) this.#lastTurn = now;
    return new Promise((resolve) => (late ? setImmediate(resolve) : process.nextTick(resolve)));
  }

  async #pump(): Promise<void> {
    let batch = this.#queue.splice(0, largestBatch);
    this.#isHeadKnown = this.#journal.pull === undefined;
    try {
      while (batch.length > 0) {
        batch = await this.#write(batch);
        if (this.#cameSecond) await this.#takeTurn();
      }
    } catch (error) {
      // Whoever has been answered already does not hear this.
      for (const waiting of batch) waiting.reject(error);
      throw error;
    } finally {
      if (this.#giveBack) await this.#giveTurnBack();
    }
  }

  /** Over a network, who has just written knows the end first and would be first for ever: who came second waits for a turn. */
  async #takeTurn(): Promise<void> {
    this.#cameSecond = false;
    await this.#giveTurnBack();
    this.#giveBack = await this.#journal.turn?.();
    await this.#journal.pull?.();
    this.#isHeadKnown = true;
  }

  /**
   * A commit is checked where it is appended, and what is refused, or has nothing to do, is not: it may be told only of what was at the head after it was asked.
   * True when something has come since: then it is to be decided again.
   */
  async #hasMoved(): Promise<boolean> {
    this.#isHeadKnown = true;
    return (await this.#journal.pull?.()) ?? false;
  }

  async #giveTurnBack(): Promise<void> {
    const giveBack = this.#giveBack;
    this.#giveBack = undefined;
    // One that cannot be given back ends by itself.
    await giveBack?.().catch(() => {});
  }

  /** Writes a batch; gives back what has to be decided again, because another process came first or what it was decided upon did not get to the disk. */
  async #write(batch: Waiting[]): Promise<Waiting[]> {
    // Nothing is waited for that is there at once: each wait costs a lone commit more than its checks (Node 20.20).
    const heard = this.#mirror.refreshAndTell();
    if (heard) await heard;
    const round = this.#decide(batch);
    if (!this.#isHeadKnown && round.drafts.length === 0 && (await this.#hasMoved())) return batch;
    const landing = this.#landingOf(round);
    if (landing) return this.#land(batch, round, landing);
    const appended = this.#append(round);
    const { landed, error } = appended instanceof Promise ? await appended : appended;
    this.#batch = undefined;
    this.#cameSecond = this.#journal.turn !== undefined && !error && landed.length < round.drafts.length;
    this.#tell(round, landed);
    if (landed.length === round.drafts.length) {
      this.#answer(round);
      return [];
    }
    if (error) for (const { waiting } of round.drafts.slice(landed.length)) waiting.reject(error);
    const told = new Set(
      (error ? round.drafts : round.drafts.slice(0, landed.length)).map(({ waiting }) => waiting),
    );
    return batch.filter((waiting) => !told.has(waiting));
  }

  /** Undefined where it has to be appended where it was decided. */
  #landingOf({ drafts }: Round): LandingRequest | undefined {
    const { land, position, lastCrc } = this.#journal;
    if (!land || this.#giveBack || drafts.length === 0) return undefined;
    return this.#batch?.landing(
      drafts.map(({ draft }) => draft),
      { position, crc: lastCrc },
    );
  }

  /** The same for commits that may land behind others': they come back with those. */
  async #land(batch: Waiting[], round: Round, request: LandingRequest): Promise<Waiting[]> {
    const { lines, isRead, needsTurn, error } = (await this.#journal.land?.(request)) ?? {};
    this.#batch = undefined;
    if (lines && isRead) {
      this.#tell(round, lines);
      this.#answer(round);
      return [];
    }
    if (lines) {
      const own = this.#mirror.takeBack(new Set(lines.map(({ position }) => position)));
      for (const [index, { waiting }] of round.drafts.entries()) waiting.resolve(at(own, index));
      // What came between is here now: whoever was refused without it is to be decided again.
      if (lines[0]?.position !== request.position) {
        this.#isHeadKnown = true;
        return [...round.idle, ...round.refused.map(({ waiting }) => waiting)];
      }
      this.#answer(round);
      return [];
    }
    if (error) {
      for (const { waiting } of round.drafts) waiting.reject(error);
      const told = new Set(round.drafts.map(({ waiting }) => waiting));
      return batch.filter((waiting) => !told.has(waiting));
    }
    this.#cameSecond = needsTurn ?? false;
    if (!this.#cameSecond) await this.#hasMoved();
    return batch;
  }

  #append({ drafts }: Round): AppendResult | Promise<AppendResult> {
    const journal = this.#journal;
    if (drafts.length > 0) return journal.append(drafts.map(({ draft }) => draft.text));
    // What another process has written may not be on disk yet.
    return journal.durable().then(() => ({ landed: [] }));
  }

  /** Those who changed nothing hear of it when everything that they saw is on disk. */
  #answer({ idle, refused }: Round): void {
    const { position } = this.#journal;
    const { lastAt: at } = this.#mirror;
    const by = this.#by;
    for (const waiting of idle) waiting.resolve({ position, end: position, at, by, local: true, steps: [] });
    for (const { waiting, error } of refused) waiting.reject(error);
  }

  #tell(round: Round, landed: readonly { position: number; end: number }[]): void {
    const mirror = this.#mirror;
    const by = this.#by;
    const committed: [Waiting, Committed][] = landed.map((place, index) => {
      const { position, end } = place;
      const { waiting, draft } = at(round.drafts, index);
      mirror.promote(draft, place);
      return [
        waiting,
        {
          position,
          end,
          at: draft.at,
          by,
          local: true,
          steps: draft.steps,
          policy: draft.policy,
          opening: draft.opening,
        },
      ];
    });
    for (const [waiting, result] of committed) {
      mirror.tell(result);
      waiting.resolve(result);
    }
  }

  #decide(all: readonly Waiting[]): Round {
    const mirror = this.#mirror;
    const batch = new Batch(mirror, this.#writer);
    const round: Round = { drafts: [], idle: [], refused: [] };
    for (const waiting of all) {
      try {
        const draft = batch.decide(waiting.plan, timeFor(waiting.plan, mirror));
        if (draft) round.drafts.push({ waiting, draft });
        else round.idle.push(waiting);
      } catch (error) {
        round.refused.push({ waiting, error });
      }
    }
    this.#batch = batch;
    return round;
  }
}

function timeFor({ acceptsClock, isPaid }: Plan, mirror: Mirror): CommitTime {
  if (acceptsClock) return { at: mirror.clockNow() };
  return isPaid ? mirror.paidNow() : mirror.now();
}

function at<Item>(list: readonly Item[], index: number): Item {
  const item = list[index];
  if (item === undefined)
    throw new ProductionError('machine_broken', 'the journal landed more lines than were written.');
  return item;
}
