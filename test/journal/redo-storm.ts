import { expect } from 'vitest';
import type { JournalOptions } from '../../src/journal/index.js';
import { MemoryDisk, type Fault } from '../../src/testing/index.js';
import { chanceOf } from '../../src/testing/power-cut.js';
import { ProcessDisk } from './process-disk.js';
import {
  Told,
  Writer,
  directory,
  expectKept,
  expectSecondLife,
  fork,
  openJournal,
  readAll,
} from './simulated.js';

/** A process that is alive: its view of the disk, and what it knows. */
export interface Live {
  disk: ProcessDisk;
  writer: Writer;
}

export function start(disk: MemoryDisk, told: Told, options: Partial<JournalOptions> = {}): Live {
  const process = new ProcessDisk(disk);
  return { disk: process, writer: new Writer(openJournal(process.disk, options), told) };
}

const most = 3;

function expectToKnow(alive: readonly Pick<Live, 'writer'>[], texts: readonly string[], where: string): void {
  for (const { writer } of alive) {
    writer.refresh();
    expect(writer.known, where).toEqual(texts);
  }
}

/** Processes that come, commit amid each other's calls, are killed and close, failing disks and power cuts: all by chance, the same for one seed. */
export class RedoStorm {
  cuts = 0;
  readonly #seed: number;
  readonly #chance: () => number;
  readonly #options: { segmentBytes: number };
  #disk: MemoryDisk;
  #told = new Told();
  #alive: Live[] = [];
  /** Opened after a power cut for looking only, before anybody has written. */
  #looks: Writer | undefined;
  #isEvicted = false;
  /** A process that hears of a failure and is killed before it has rescued what was lost leaves nobody who knows. */
  #isUnheard = false;

  constructor(seed: number) {
    this.#seed = seed;
    this.#chance = chanceOf(seed * 2654435761);
    this.#options = { segmentBytes: this.#oneOf([900, 3000, 1 << 20]) };
    this.#disk = new MemoryDisk({ redo: { bytes: this.#oneOf([600, 2000, 6000]), after: this.#upTo(3) } });
  }

  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) await this.#step(this.#upTo(20));
    await this.#expectAgreement();
    expectKept(this.#disk, this.#told, this.#where);
    await expectSecondLife(this.#disk.powerCut(), this.#told, this.#where);
  }

  async #step(kind: number): Promise<void> {
    const one = this.#oneOf(this.#alive);
    if (kind === 9) return this.#powerGoes(one);
    if (!one || (kind === 0 && this.#alive.length < most))
      return this.#upTo(3) === 0 ? this.#comesToAFullDisk() : this.#comes();
    if (kind === 1) return this.#closes(one);
    if (kind === 2 && !this.#isUnheard) return this.#isKilled(one);
    if (kind > 2 && kind < 7) return this.#isJoined(one);
    if (kind === 7 && !this.#isUnheard) return this.#hasBadLuck(one);
    if (kind === 8) return this.#losesPages();
    if (kind === 10) return this.#tried(() => Promise.resolve(this.#looks?.refresh()));
    return this.#commit(one);
  }

  async #comes(): Promise<void> {
    await this.#tried(() => this.#commit(this.#started()));
  }

  /** There is room again when it commits. */
  async #comesToAFullDisk(): Promise<void> {
    this.#disk.onCall = ({ name }) => (name === 'write' || name === 'link' ? 'ENOSPC' : undefined);
    let live: Live | undefined;
    await this.#tried(() => {
      live = this.#started();
      return Promise.resolve(live.writer.refresh());
    });
    this.#disk.onCall = undefined;
    if (live) await this.#commit(live);
  }

  #started(): Live {
    const live = start(this.#disk, this.#told, this.#options);
    this.#alive.push(live);
    return live;
  }

  #closes(one: Live): void {
    one.writer.journal.close();
    this.#alive = this.#alive.filter((each) => each !== one);
  }

  async #isKilled(one: Live): Promise<void> {
    const nth = one.disk.calls + 1 + this.#upTo(25);
    one.disk.before = (_name, at) => void (at >= nth && one.disk.kill());
    await this.#commit(one);
    one.disk.kill();
    this.#alive = this.#alive.filter((each) => each !== one);
  }

  /** Another, or one that comes for that, commits amid its calls. */
  async #isJoined(one: Live): Promise<void> {
    const nth = one.disk.calls + 1 + this.#upTo(15);
    let joining: Promise<void> | undefined;
    one.disk.before = (_name, at) => {
      if (at !== nth) return;
      const other = this.#oneOf(this.#alive.filter((each) => each !== one));
      joining = this.#tried(() => this.#commit(other ?? this.#started()));
    };
    await this.#commit(one);
    await joining;
    one.disk.before = undefined;
  }

  async #hasBadLuck(one: Live): Promise<void> {
    const call = this.#oneOf(['sync', 'redo.write', 'write', 'link', 'redo.open', 'rename', 'open']);
    const canBeShort = call === 'write' || call === 'redo.write';
    const fault = this.#oneOf<Fault>(canBeShort ? ['short', 'EIO'] : ['ENOSPC', 'EIO']);
    // Who opens between a failed sync and the rescue hears nothing of it: a second failure must not keep off the rescue.
    let left = call === 'sync' ? 1 : 1 + this.#upTo(2);
    this.#disk.onCall = ({ name }) => (name === call && left-- > 0 ? fault : undefined);
    await this.#commit(one);
    this.#disk.onCall = undefined;
  }

  /** The system cannot write what it has kept in memory, and may not keep it there. */
  async #losesPages(): Promise<void> {
    const last = this.#disk.list(directory).findLast((name) => /^\d+\.ndjson$/.test(name));
    const path = `${directory}/${last}`;
    this.#disk.failWriteback(path);
    if (this.#upTo(2) === 0) {
      this.#disk.evict(path);
      this.#isEvicted = true;
    }
    this.#isUnheard = this.#upTo(2) === 0;
    // So long that it waits for a sync.
    const body = (): string => this.#told.body(this.#isUnheard ? 50 : 20_000);
    for (const { writer } of this.#alive) await writer.commit(body());
  }

  /** As often as not once more, amid what whoever opens first does. */
  async #powerGoes(one: Live | undefined): Promise<void> {
    this.#crashWithin(40);
    if (one && this.#upTo(2) === 0) await this.#comes();
    if (one && this.#upTo(2) === 0) await this.#commit(one);
    this.#cut();
    if (this.#upTo(2) === 0) {
      this.#crashWithin(60);
      await this.#comes();
      this.#cut();
    }
    if (this.#upTo(2) === 0) expectKept(this.#disk, this.#told, this.#where);
  }

  #crashWithin(calls: number): void {
    const nth = this.#disk.calls + 1 + this.#upTo(calls);
    this.#disk.onCall = ({ index }) => (index === nth ? 'crash' : undefined);
  }

  #cut(): void {
    this.#disk = this.#disk.powerCut(
      this.#oneOf(['keep-unsynced', 'lose-unsynced', { seed: this.#seed + this.cuts }]),
    );
    for (const { disk } of this.#alive) disk.kill();
    this.#alive = [];
    this.#told = fork(this.#told);
    this.#isEvicted = false;
    this.#isUnheard = false;
    this.cuts += 1;
    // Where nothing was acknowledged, the folder may be gone.
    const isThere = this.#told.acknowledged.length > 0;
    this.#looks = isThere ? new Writer(openJournal(this.#disk, { readOnly: true }), this.#told) : undefined;
    if (this.#upTo(2) === 0) this.#looks?.refresh();
  }

  /** Every process that is alive knows what the journal says; one that has read what only memory had, may know more. */
  async #expectAgreement(): Promise<void> {
    if (this.#isEvicted) return;
    for (const { writer } of this.#alive) await this.#tried(() => Promise.resolve(writer.refresh()));
    const looking = this.#looks ? [{ writer: this.#looks }] : [];
    expectToKnow([...this.#alive, ...looking], readAll(this.#disk), this.#where);
  }

  async #commit({ writer }: Live): Promise<void> {
    const bodies = Array.from({ length: 1 + this.#upTo(2) }, () =>
      this.#told.body(this.#upTo(4) === 0 ? this.#upTo(2500) : this.#upTo(150)),
    );
    await writer.commit(...bodies);
  }

  async #tried(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#told.errors.push(error);
    }
  }

  get #where(): string {
    return `seed ${this.#seed}`;
  }

  #upTo(limit: number): number {
    return Math.floor(this.#chance() * limit);
  }

  #oneOf<Value>(values: readonly Value[]): Value;
  #oneOf<Value>(values: readonly Value[]): Value | undefined {
    return values[this.#upTo(values.length)];
  }
}
