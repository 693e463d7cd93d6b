import { describe, expect, test } from 'vitest';
import { MemoryDisk } from '../../src/testing/memory-disk.js';
import { listSegments } from '../../src/journal/segment.js';
import { Told, Writer, directory, expectKept, openJournal, readAll } from './simulated.js';

/** A writer whose last commits are in a redo file, and in the segment only in memory. */
async function atWork(): Promise<{ disk: MemoryDisk; told: Told; writer: Writer; segment: string }> {
  const disk = new MemoryDisk({ redo: { bytes: 4000, after: 1 } });
  const told = new Told();
  const writer = new Writer(openJournal(disk), told);
  for (let n = 0; n < 9; n += 1) await writer.commit(told.body(60));
  return { disk, told, writer, segment: `${directory}/${listSegments(disk, directory).at(-1)?.file ?? ''}` };
}

/** Also what was removed is gone. */
function cut(disk: MemoryDisk): MemoryDisk {
  disk.syncDirectory(directory);
  return disk.powerCut();
}

const commitMore = async (writer: Writer, told: Told, count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) await writer.commit(told.body(60));
};

// The system writes what was not synced some time later; when that fails it tells who has the file open, once.
describe('what the disk loses in the background', () => {
  test('given it lost the segment’s end, when the writer closes and others go on, then what was acknowledged outlives a power cut', async () => {
    const { disk, told, writer, segment } = await atWork();
    disk.failWriteback(segment);
    writer.journal.close();
    const next = new Writer(openJournal(disk), told);
    await commitMore(next, told, 6);
    next.journal.close();
    expect(told.acknowledged.length).toBeGreaterThan(12);
    expectKept(cut(disk), told, 'after the close');
  });

  test('given a sync has failed and nothing could be rescued, when the writer closes, then what its redo file has outlives a power cut', async () => {
    const { disk, told, writer } = await atWork();
    disk.onCall = ({ name }) => (name === 'sync' || name === 'link' ? 'EIO' : undefined);
    await writer.commit(told.body(5000));
    expect(told.errors).toHaveLength(1);
    disk.onCall = undefined;
    writer.journal.close();
    expectKept(cut(disk), told, 'after the close');
  });

  test('given it lost the segment’s end and memory is short, when one reads on who knew what was before, then it reads what was acknowledged', async () => {
    const { disk, told, writer, segment } = await atWork();
    const other = new Writer(openJournal(disk), told);
    other.refresh();
    await commitMore(writer, told, 4);
    disk.failWriteback(segment);
    disk.evict(segment);
    await commitMore(writer, told, 2);
    other.refresh();
    expect(other.known).toEqual(told.acknowledged);
    expectKept(cut(disk), told, 'after the refresh');
  });

  test('given it lost the segment’s end and memory is short, when the writer hears of it, then what was acknowledged is there, also after a power cut', async () => {
    const { disk, told, writer, segment } = await atWork();
    disk.failWriteback(segment);
    disk.evict(segment);
    await writer.commit(told.body(5000));
    expect(told.errors).toHaveLength(1);
    await commitMore(writer, told, 3);
    expect(told.errors).toHaveLength(1);
    expect(readAll(disk)).toEqual(expect.arrayContaining(told.acknowledged));
    expectKept(cut(disk), told, 'after the rescue');
  });

  test('given only a part of what it lost is seen to be missing, when it is brought back, then the rest is copied, too', async () => {
    const { disk, told, writer, segment } = await atWork();
    disk.failWriteback(segment);
    disk.evict(segment);
    await commitMore(writer, told, 2);
    const other = new Writer(openJournal(disk), told);
    await commitMore(other, told, 2);
    other.journal.close();
    expect(told.acknowledged.length).toBeGreaterThan(11);
    expectKept(cut(disk), told, 'after another has opened');
  });
});
