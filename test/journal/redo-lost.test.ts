import { describe, expect, test } from 'vitest';
import { writeAll } from '../../src/disk/index.js';
import { MemoryDisk } from '../../src/testing/memory-disk.js';
import { RedoFiles } from '../../src/journal/redo-files.js';
import { Segment, listSegments } from '../../src/journal/segment.js';
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

  test('given memory still has the first of what it lost, when the rest is brought back and the redo file removed, then the first outlives a power cut, too', async () => {
    const { disk, told, writer, segment } = await atWork();
    disk.failWriteback(segment);
    const { size = 0 } = disk.stat(segment) ?? {};
    await commitMore(writer, told, 2);
    disk.failWriteback(segment);
    disk.evict(segment, size - 100);
    const other = new Writer(openJournal(disk), told);
    await commitMore(other, told, 3);
    other.journal.close();
    expect(disk.list(directory).filter((name) => name.startsWith('redo-'))).toEqual([]);
    expectKept(cut(disk), told, 'after another has opened');
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

describe('a segment in whose place a copy was put', () => {
  async function withCopy(): ReturnType<typeof atWork> {
    const on = await atWork();
    const { disk, segment } = on;
    const fd = disk.open(`${segment}.copy`, 'create');
    writeAll(disk, fd, disk.readFile(segment) ?? Buffer.alloc(0));
    disk.rename(`${segment}.copy`, segment);
    return on;
  }

  test('given a writer with a redo file, when it commits behind the copy, then all of the copy outlives a power cut', async () => {
    const { disk, told, writer } = await withCopy();
    await commitMore(writer, told, 2);
    expect(told.errors).toEqual([]);
    expectKept(cut(disk), told, 'after a copy took its place');
  });

  test('given what a writer appended meanwhile is in its redo file only, when it decides otherwise, then this is what counts', async () => {
    const { disk, told, writer } = await withCopy();
    const { landed } = await writer.journal.append([told.body(20)]);
    expect(landed).toEqual([]);
    await writer.commit(told.body(5000));
    await commitMore(writer, told, 2);
    expectKept(disk, told, 'while the writer is at work');
    expectKept(cut(disk), told, 'after a power cut');
  });
});

describe('a redo file that is given up', () => {
  test('given its owner begins the next segment when another has just looked which is the last, then what it is told there outlives a power cut', async () => {
    const disk = new MemoryDisk({ redo: { bytes: 20_000, after: 1 } });
    const told = new Told();
    const owner = new Writer(openJournal(disk, { segmentBytes: 2000 }), told);
    const lastStart = (): number => listSegments(disk, directory).at(-1)?.start ?? 0;
    await commitMore(owner, told, 6);
    const start = lastStart();
    const looks = [disk.list(directory)];
    while (lastStart() === start) await commitMore(owner, told, 1);
    await commitMore(owner, told, 3);
    const asSeen = new Proxy(disk, {
      get(target, name) {
        if (name === 'list') return (path: string) => looks.pop() ?? target.list(path);
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    });
    const segment = Segment.open(disk, directory, start, true);
    if (!segment) throw new Error('the segment is gone');
    const other = new RedoFiles(asSeen, directory);
    other.make(segment);
    expect(disk.list(directory).join()).toContain('.given-up.');
    disk.sync(segment.fd ?? -1);
    other.synced();
    expectKept(cut(disk), told, 'after it was given up');
  });
});
