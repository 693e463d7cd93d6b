import { describe, expect, test } from 'vitest';
import { MemoryDisk } from '../../src/testing/memory-disk.js';
import { listSegments } from '../../src/journal/segment.js';
import type { JournalEntry } from '../../src/journal/index.js';
import { Told, Writer, directory, expectKept, expectSameInPieces, openJournal } from './simulated.js';

/** A disk after a power cut: the last commits are in a redo file only. */
async function cutOff(): Promise<{ disk: MemoryDisk; told: Told }> {
  const disk = new MemoryDisk({ redo: { bytes: 4000, after: 1 } });
  const told = new Told();
  const writer = new Writer(openJournal(disk), told);
  await commitMore(writer, told, 9);
  return { disk: disk.powerCut(), told };
}

async function commitMore(writer: Writer, told: Told, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await writer.commit(told.body(60));
}

function looker(disk: MemoryDisk, told: Told): Writer {
  const looks = new Writer(openJournal(disk, { readOnly: true }), told);
  looks.refresh();
  expect(looks.known).toEqual(told.acknowledged);
  return looks;
}

function fullDisk(disk: MemoryDisk): void {
  disk.onCall = ({ name }) => (name === 'write' ? 'ENOSPC' : undefined);
}

describe('what is read from redo files before anybody could bring it back', () => {
  test.each<[string, (disk: MemoryDisk) => void]>([
    ['nobody has tried to', () => {}],
    [
      'one found no room for the next segment',
      (disk) => {
        disk.onCall = ({ name }) => (name === 'link' ? 'ENOSPC' : undefined);
        openJournal(disk).close();
        disk.onCall = undefined;
      },
    ],
  ])(
    'given one only looks, and %s, when others bring it back and go on, then it sees what they do',
    async (_before, before) => {
      const { disk, told } = await cutOff();
      before(disk);
      const looks = looker(disk, told);
      expect(looks.journal.end()).toBe(looks.journal.position);
      const { inRedoFiles, segments } = looks.journal.inspect();
      expect(inRedoFiles).toBeGreaterThan(5);
      expect(segments.reduce((sum, { commits }) => sum + commits, 0)).toBe(told.acknowledged.length);
      const writer = new Writer(openJournal(disk), told);
      await commitMore(writer, told, 3);
      const scanned: string[] = [];
      looks.journal.scan(({ text }) => scanned.push(text));
      expect(scanned).toEqual(told.acknowledged);
      expect(looks.journal.inspect()).toMatchObject({ damage: [], inRedoFiles: 0 });
      expect(looks.journal.end()).toBeGreaterThan(looks.journal.position);
      looks.refresh();
      await commitMore(writer, told, 2);
      looks.refresh();
      expect(looks.known).toEqual(told.acknowledged);
      expect(looks.journal.position).toBe(writer.journal.position);
    },
  );

  test('given the disk was full when it was opened, when there is room, then the same handle commits', async () => {
    const { disk, told } = await cutOff();
    fullDisk(disk);
    const writer = new Writer(openJournal(disk), told);
    writer.refresh();
    expect(writer.known).toEqual(told.acknowledged);
    await commitMore(writer, told, 1);
    expect(told.errors).toEqual([
      expect.objectContaining({ message: expect.stringContaining('ENOSPC') as string }),
    ]);
    disk.onCall = undefined;
    await commitMore(writer, told, 3);
    expect(told.errors).toHaveLength(1);
    expect(writer.known).toEqual(told.acknowledged);
    expectKept(disk.powerCut(), told, 'after the power went again');
  });

  test.each<[string, (disk: MemoryDisk, told: Told) => Writer]>([
    ['who only looks', looker],
    [
      'who found the disk full',
      (disk, told) => {
        fullDisk(disk);
        const writer = new Writer(openJournal(disk), told);
        writer.refresh();
        disk.onCall = undefined;
        return writer;
      },
    ],
  ])(
    'given the place that %s has read up to, when it was brought back, then reading goes on from there',
    async (_who, open) => {
      const { disk, told } = await cutOff();
      const { position, lastCrc } = open(disk, told).journal;
      const before = told.acknowledged.length;
      await commitMore(new Writer(openJournal(disk), told), told, 3);
      const next = new Writer(openJournal(disk), told);
      next.journal.seek(position, lastCrc);
      next.refresh();
      expect(next.known).toEqual(told.acknowledged.slice(before));
    },
  );
});

describe('what the disk loses while one only looks on', () => {
  type Goes = 'nobody does anything' | 'its writer goes on' | 'another comes and goes on';

  /** One looks on who has read up to before, amid or behind what the disk loses, or nothing at all. */
  async function lookingOn(readsAfter: number | undefined): Promise<{ looks: Writer } & OnLoss> {
    const disk = new MemoryDisk({ redo: { bytes: 4000, after: 1 } });
    const told = new Told();
    const writer = new Writer(openJournal(disk), told);
    const looks = new Writer(openJournal(disk, { readOnly: true }), told);
    for (let n = 1; n <= 13; n += 1) {
      await commitMore(writer, told, 1);
      if (n === readsAfter) looks.refresh();
    }
    const segment = `${directory}/${listSegments(disk, directory).at(-1)?.file ?? ''}`;
    disk.failWriteback(segment);
    disk.evict(segment);
    return { disk, told, writer, looks };
  }

  interface OnLoss {
    disk: MemoryDisk;
    told: Told;
    writer: Writer;
  }

  async function goOn(who: Goes, { disk, told, writer }: OnLoss): Promise<void> {
    if (who === 'its writer goes on') await commitMore(writer, told, 2);
    if (who === 'another comes and goes on') await commitMore(new Writer(openJournal(disk), told), told, 2);
  }

  const scannedBy = ({ journal }: Writer): string[] => {
    const scanned: JournalEntry[] = [];
    journal.scan((line) => scanned.push(line));
    expectSameInPieces(journal, scanned, 'looking on');
    return scanned.map(({ text }) => text);
  };

  const positions = [
    ['nothing', undefined],
    ['what was before', 2],
    ['a part of it', 9],
    ['all of it', 13],
  ] as const;
  const others: Goes[] = ['nobody does anything', 'its writer goes on', 'another comes and goes on'];
  test.each(positions.flatMap(([read, after]) => others.map((who) => [read, who, after] as const)))(
    'given he has read %s, and %s, then he reads all that was acknowledged, each once',
    async (_read, who, after) => {
      const { looks, ...on } = await lookingOn(after);
      for (let round = 0; round < 3; round += 1) {
        await goOn(who, on);
        looks.refresh();
        expect(looks.known).toEqual(on.told.acknowledged);
        expect(scannedBy(looks)).toEqual(on.told.acknowledged);
        expect(looks.journal.inspect().damage).toEqual([]);
        expect(looks.journal.end()).toBe(looks.journal.position);
      }
      expect(on.told.errors).toEqual([]);
    },
  );

  test('given he looks at the past as who writes, then he sees what his own redo file has', async () => {
    const { writer, told } = await lookingOn(undefined);
    expect(scannedBy(writer)).toEqual(told.acknowledged);
    await commitMore(writer, told, 2);
    expect(scannedBy(writer)).toEqual(told.acknowledged);
  });

  test('given redo files have not what he has read, either, then it is told as damage', async () => {
    const { looks, disk, writer, told } = await lookingOn(2);
    await commitMore(writer, told, 1);
    for (const name of disk.list(directory))
      if (name.startsWith('redo-')) disk.unlink(`${directory}/${name}`);
    expect(() => looks.refresh()).toThrow(/the journal is damaged.*showrunner doctor/);
    expect(() => scannedBy(looks)).toThrow(/the journal is damaged/);
  });
});
