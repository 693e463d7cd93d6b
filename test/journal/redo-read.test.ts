import { describe, expect, test } from 'vitest';
import { MemoryDisk } from '../../src/testing/memory-disk.js';
import { Told, Writer, expectKept, openJournal } from './simulated.js';

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
