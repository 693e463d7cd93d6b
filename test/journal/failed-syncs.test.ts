import { describe, expect, test } from 'vitest';
import type { MemoryDisk } from '../../src/testing/memory-disk.js';
import {
  Told,
  Writer,
  cuts,
  directory,
  emptyDisk,
  expectKept,
  expectSecondLife,
  fork,
  openJournal,
} from './simulated.js';

const isSync = (name: string): boolean => name === 'sync' || name === 'syncLater';

/** Lets the n-th sync of a file fail, for each n named. */
function failSyncs(disk: MemoryDisk, ...nths: number[]): { failed: () => number } {
  let syncs = 0;
  let failed = 0;
  disk.onCall = ({ name }) => {
    if (!isSync(name)) return undefined;
    syncs += 1;
    if (!nths.includes(syncs)) return undefined;
    failed += 1;
    return 'EIO';
  };
  return { failed: () => failed };
}

/** Two writers that take turns, a third that comes late, batches, small segments. */
async function work(disk: MemoryDisk, told: Told, segmentBytes: number): Promise<Writer[]> {
  const writers = [
    new Writer(openJournal(disk, { segmentBytes }), told),
    new Writer(openJournal(disk, { segmentBytes }), told),
  ];
  for (let n = 0; n < 8; n += 1) {
    if (n === 5) writers.push(new Writer(openJournal(disk, { segmentBytes }), told));
    for (const writer of writers) await writer.commit(told.body(50), told.body(20));
  }
  return writers;
}

/** Every handle that is alive knows what the journal says, each line once. */
function expectAgreement(writers: readonly Writer[], where: string): void {
  for (const writer of writers) writer.refresh();
  const [first = [], ...others] = writers.map(({ known }) => known);
  expect(new Set(first).size, `${where}: a line was given twice`).toBe(first.length);
  for (const other of others) expect(other, where).toEqual(first);
}

describe('a sync that fails', () => {
  test.each([900, 2500, 1 << 20])(
    'given segments of %i bytes, when any one sync fails, then what is acknowledged before and after outlives a power cut',
    async (segmentBytes) => {
      const codes = new Set<unknown>();
      let tried = 0;
      for (let nth = 1; ; nth += 1) {
        const disk = emptyDisk();
        const told = new Told();
        const { failed } = failSyncs(disk, nth);
        const writers = await work(disk, told, segmentBytes).catch((error: unknown) => {
          told.errors.push(error);
          return [];
        });
        if (failed() === 0) break;
        tried += 1;
        disk.onCall = undefined;
        const where = `sync ${nth}`;
        for (const error of told.errors) codes.add((error as { code?: unknown }).code);
        expectAgreement(writers, where);
        expectKept(disk, told, where);
        for (const cut of cuts(nth))
          await expectSecondLife(disk.powerCut(cut), fork(told), `${where}, ${JSON.stringify(cut)}`, {
            segmentBytes,
          });
      }
      expect(tried).toBeGreaterThan(15);
      expect([...codes]).toEqual(['journal_unavailable']);
    },
  );

  test('given a sync has failed, when any other fails as well, then what is acknowledged outlives a power cut', async () => {
    let pairs = 0;
    for (let first = 2; first < 12; first += 1) {
      for (let second = first + 1; second < first + 12; second += 1) {
        const disk = emptyDisk();
        const told = new Told();
        failSyncs(disk, first, second);
        const writers = await work(disk, told, 1400);
        disk.onCall = undefined;
        const where = `syncs ${first} and ${second}`;
        expectAgreement(writers, where);
        expectKept(disk, told, where);
        for (const cut of cuts(first * 100 + second, 1))
          await expectSecondLife(disk.powerCut(cut), fork(told), `${where}, ${JSON.stringify(cut)}`);
        pairs += 1;
      }
    }
    expect(pairs).toBe(110);
  });

  test('given a sync has failed and the disk is full, when there is room again, then the same handle goes on', async () => {
    const disk = emptyDisk();
    const told = new Told();
    const writer = new Writer(openJournal(disk), told);
    await writer.commit(told.body());
    let failing = true;
    disk.onCall = ({ name }) => {
      if (name === 'write') return failing && told.errors.length > 0 ? 'ENOSPC' : undefined;
      return failing && isSync(name) ? 'EIO' : undefined;
    };
    await writer.commit(told.body());
    for (let n = 0; n < 3; n += 1) await writer.commit(told.body());
    expect(told.errors).toHaveLength(4);
    failing = false;
    for (let n = 0; n < 3; n += 1) await writer.commit(told.body());
    expect(told.errors).toHaveLength(4);
    expectAgreement([writer], 'after');
    await expectSecondLife(disk.powerCut(), told, 'after');
  });

  test('given a sync has failed, when a process comes that knows nothing of it, then what it is told is durable', async () => {
    const disk = emptyDisk();
    const told = new Told();
    const failing = new Writer(openJournal(disk), told);
    await failing.commit(told.body());
    let isFailing = true;
    disk.onCall = ({ name }) => (isFailing && isSync(name) ? 'EIO' : undefined);
    await failing.commit(told.body());
    isFailing = false;
    // The one that saw the failure does nothing more.
    const fresh = new Writer(openJournal(disk), told);
    await fresh.commit(told.body());
    expect(told.errors).toHaveLength(1);
    expect(told.acknowledged).toHaveLength(2);
    await expectSecondLife(disk.powerCut(), told, 'after');
  });
});

test('given what a failed sync lost is gone, its seal too, and the look for what follows fails, when one who was behind commits, then it does so where the others are', async () => {
  const disk = emptyDisk();
  const told = new Told();
  const [first, behind] = [new Writer(openJournal(disk), told), new Writer(openJournal(disk), told)];
  await first.commit(told.body());
  await behind.commit(told.body());
  const last = (): string => `${directory}/${disk.list(directory).at(-1) ?? ''}`;
  const segment = last();
  let left = 1;
  disk.onCall = ({ name }) => (isSync(name) && left-- > 0 ? 'EIO' : undefined);
  await first.commit(told.body());
  await first.commit(told.body());
  expect(told.errors).toHaveLength(1);
  const next = last();
  expect(next).not.toBe(segment);
  disk.evict(segment);
  disk.onCall = ({ name, path }) => (name === 'open' && path === next ? 'EIO' : undefined);
  await behind.commit(told.body());
  expect(told.errors).toHaveLength(2);
  disk.onCall = undefined;
  await behind.commit(told.body());
  await first.commit(told.body());
  expect(told.errors).toHaveLength(2);
  expectKept(disk.powerCut(), told, 'after the look had failed');
});
