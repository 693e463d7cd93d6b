import { expect } from 'vitest';
import type { Disk } from '../../src/disk/index.js';
import { MemoryDisk } from '../../src/testing/memory-disk.js';
import type { PowerCut } from '../../src/testing/power-cut.js';
import { Journal, type JournalEntry, type JournalOptions } from '../../src/journal/index.js';

export const directory = '/production/journal';

export const machine = { id: 'episode', version: 1, hash: 'abc' };

/** Opens a journal; by default one on the given disk, with the usual names. */
export function openJournal(disk: Disk, options: Partial<JournalOptions> = {}): Journal {
  return Journal.open({
    directory,
    disk,
    machine,
    program: 'test',
    now: () => '2025-01-01T00:00:00.000Z',
    // A machine that is busy must not make the disk look slow.
    inlineSyncBelowMs: 60_000,
    ...options,
  });
}

/** Empty, with the production's parent in place. */
export function emptyDisk(): MemoryDisk {
  return new MemoryDisk();
}

/** What callers were told, over all handles and lives. */
export class Told {
  readonly tried: string[] = [];
  readonly acknowledged: string[] = [];
  readonly errors: unknown[] = [];

  /** A body that no other has; `bytes` long or longer. */
  body(bytes = 0): string {
    const text = `{"n":${this.tried.length},"pad":"${'x'.repeat(bytes)}"}`;
    this.tried.push(text);
    return text;
  }
}

/** A handle as the engine uses it: what it has read and what it has been told landed, in order. */
export class Writer {
  readonly journal: Journal;
  readonly known: string[] = [];
  readonly #told: Told;

  constructor(journal: Journal, told: Told) {
    this.journal = journal;
    this.#told = told;
  }

  refresh(): void {
    this.journal.refresh(({ text }) => this.known.push(text));
  }

  /** Appends until it lands or fails. */
  async commit(...bodies: string[]): Promise<void> {
    try {
      for (let rest = bodies; rest.length > 0;) {
        this.refresh();
        const { landed, error } = await this.journal.append(rest);
        const done = rest.slice(0, landed.length);
        this.known.push(...done);
        this.#told.acknowledged.push(...done);
        rest = rest.slice(landed.length);
        if (error) throw error;
      }
    } catch (error) {
      this.#told.errors.push(error);
    }
  }
}

export function readAll(disk: Disk): string[] {
  const texts: string[] = [];
  const journal = openJournal(disk);
  journal.refresh(({ text }) => texts.push(text));
  journal.close();
  return texts;
}

/** Everything acknowledged is there, once; nothing is there that nobody tried; `doctor` has nothing to say. */
export function expectKept(disk: Disk, told: Told, where: string): void {
  const texts = readAll(disk);
  const missing = told.acknowledged.filter((text) => !texts.includes(text));
  expect({ where, missing, isTwice: new Set(texts).size !== texts.length }).toEqual({
    where,
    missing: [],
    isTwice: false,
  });
  expect(
    texts.filter((text) => !told.tried.includes(text)),
    where,
  ).toEqual([]);
  const journal = openJournal(disk);
  expect(journal.inspect().damage, where).toEqual([]);
  const scanned: JournalEntry[] = [];
  journal.scan((line) => scanned.push(line));
  expect(
    scanned.map(({ text }) => text),
    where,
  ).toEqual(texts);
  expectSameInPieces(journal, scanned, where);
  journal.close();
}

/** Every other line on its own, the first half in two readings, and all but the last. */
export function expectSameInPieces(journal: Journal, all: readonly JournalEntry[], where: string): void {
  if (all.length === 0) return;
  const isOther = (_: JournalEntry, index: number): boolean => index % 2 === 1;
  const found: JournalEntry[] = [];
  const onLine = (line: JournalEntry): void => void found.push(line);
  journal.scan(onLine, { at: all.filter(isOther).map(({ position }) => position) });
  expect(found, where).toEqual(all.filter(isOther));
  found.length = 0;
  const half = Math.ceil(all.length / 2);
  journal.scan(onLine, { most: 1 });
  journal.scan(onLine, { from: found[0]?.end ?? 0, most: half - 1 });
  expect(found, where).toEqual(all.slice(0, half));
  found.length = 0;
  journal.scan(onLine, { to: all.at(-1)?.position ?? 0 });
  expect(found, where).toEqual(all.slice(0, -1));
}

/** The ways in which a power cut is tried: all lost, all kept, and pieces. */
export function cuts(seed: number, pieces = 3): PowerCut[] {
  return [
    'lose-unsynced',
    'keep-unsynced',
    ...Array.from({ length: pieces }, (_, index) => ({ seed: seed * 31 + index })),
  ];
}

/** After a power cut: what was acknowledged is there, work goes on, and outlives another cut. */
export async function expectSecondLife(
  disk: MemoryDisk,
  told: Told,
  where: string,
  options: Partial<JournalOptions> = {},
): Promise<void> {
  expectKept(disk, told, where);
  const writer = new Writer(openJournal(disk, options), told);
  const { length } = told.errors;
  for (let n = 0; n < 3; n += 1) await writer.commit(told.body());
  expect(told.errors.slice(length), where).toEqual([]);
  expectKept(disk.powerCut(), told, `${where}, second life`);
}

/** A copy, for the many futures of one past. */
export function fork({ tried, acknowledged }: Told): Told {
  const copy = new Told();
  copy.tried.push(...tried);
  copy.acknowledged.push(...acknowledged);
  return copy;
}
