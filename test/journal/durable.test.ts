import { rmSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { commit, open, texts } from './on-disk.js';

/** The real disk, counting its syncs of files; they can be made to fail. */
function counting(): { disk: Disk; syncs: () => number; fails: (does: boolean) => void } {
  let count = 0;
  let isFailing = false;
  const sync = (fd: number): void => {
    count += 1;
    if (isFailing) throw Object.assign(new Error('bad'), { code: 'EIO' });
    nodeDisk.sync(fd);
  };
  return {
    disk: { ...nodeDisk, sync, syncLater: (fd) => Promise.resolve().then(() => sync(fd)) },
    syncs: () => count,
    fails: (does) => (isFailing = does),
  };
}

describe('what others wrote', () => {
  test('given lines of another handle, when they are to be durable, then one sync sees to it, and none is needed again', async () => {
    const directory = temporaryDirectory();
    const { disk, syncs } = counting();
    const [writer, reader] = [open(directory), open(directory, { disk })];
    reader.refresh(() => {});
    const before = syncs();
    await reader.durable();
    expect(syncs()).toBe(before);
    await commit(writer, '{"n":1}');
    reader.refresh(() => {});
    await reader.durable();
    expect(syncs()).toBe(before + 1);
    await reader.durable();
    expect(syncs()).toBe(before + 1);
    // It has synced this segment: its own commit needs no other sync before it.
    await commit(reader, '{"n":2}');
    expect(syncs()).toBe(before + 2);
    await reader.durable();
    expect(syncs()).toBe(before + 2);
  });

  test('given a handle that has synced nothing, when it commits, then it first makes durable what it builds on', async () => {
    const directory = temporaryDirectory();
    await commit(open(directory), '{"n":1}');
    const { disk, syncs } = counting();
    const late = open(directory, { disk });
    late.refresh(() => {});
    const before = syncs();
    expect((await late.append(['{"n":2}'])).landed).toHaveLength(1);
    expect(syncs()).toBe(before + 2);
    expect((await late.append(['{"n":3}'])).landed).toHaveLength(1);
    expect(syncs()).toBe(before + 3);
  });

  test('given the sync fails, when others’ lines are to be durable, then it is told', async () => {
    const directory = temporaryDirectory();
    const { disk, fails } = counting();
    const [writer, reader] = [open(directory), open(directory, { disk })];
    await commit(writer, '{"n":1}');
    reader.refresh(() => {});
    fails(true);
    await expect(reader.durable()).rejects.toMatchObject({
      code: 'journal_unavailable',
      message: expect.stringContaining('could not be synced (EIO)') as string,
    });
    fails(false);
    await commit(reader, '{"n":2}');
    expect(texts(open(directory))).toEqual(['{"n":1}', '{"n":2}']);
  });

  test('given an append is under way, when the rest is to be durable, then its sync is waited for and counts', async () => {
    const directory = temporaryDirectory();
    const { disk, syncs } = counting();
    const writer = open(directory);
    const both = open(directory, { disk, inlineSyncBelowMs: 0 });
    await commit(both, '{"n":0}');
    await commit(writer, '{"n":1}');
    both.refresh(() => {});
    const before = syncs();
    const appending = both.append(['{"n":2}']);
    await both.durable();
    expect((await appending).landed).toHaveLength(1);
    expect(syncs()).toBe(before + 1);
  });

  test('given another handle commits, when one follows, then it hears of it, until it stops', async () => {
    const directory = temporaryDirectory();
    const [writer, follower] = [open(directory), open(directory)];
    await commit(writer, '{"n":1}');
    const seen: string[] = [];
    const stop = follower.follow(() => follower.refresh(({ text }) => seen.push(text)));
    onTestFinished(stop);
    await expect.poll(() => seen).toEqual(['{"n":1}']);
    await commit(writer, '{"n":2}');
    await expect.poll(() => seen).toEqual(['{"n":1}', '{"n":2}']);
    stop();
  });
});

describe('a write that goes wrong', () => {
  test('given only a part of it is taken, then the lines that are whole count, and the rest is told', async () => {
    const directory = temporaryDirectory();
    let isShort = false;
    const journal = open(directory, {
      disk: {
        ...nodeDisk,
        write: (fd, bytes) => nodeDisk.write(fd, isShort ? bytes.subarray(0, bytes.length - 10) : bytes),
      },
    });
    await commit(journal, '{"n":0}');
    isShort = true;
    const { landed, error } = await journal.append(['{"n":1}', '{"n":2}']);
    expect(landed).toEqual([
      {
        position: expect.any(Number) as number,
        end: expect.any(Number) as number,
        crc: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
      },
    ]);
    expect(error).toMatchObject({
      code: 'journal_unavailable',
      message: expect.stringContaining('(ENOSPC): the disk is full') as string,
    });
    isShort = false;
    await commit(journal, '{"n":3}');
    expect(texts(open(directory))).toEqual(['{"n":0}', '{"n":1}', '{"n":3}']);
  });

  test('given it is refused, then nothing has landed, and the reason is told', async () => {
    const directory = temporaryDirectory();
    let isRefused = false;
    const disk: Disk = {
      ...nodeDisk,
      write(fd, bytes) {
        if (isRefused) throw Object.assign(new Error('read-only'), { code: 'EROFS' });
        return nodeDisk.write(fd, bytes);
      },
    };
    const journal = open(directory, { disk });
    await commit(journal, '{"n":0}');
    isRefused = true;
    expect(await journal.append(['{"n":1}'])).toMatchObject({
      landed: [],
      error: {
        code: 'journal_unavailable',
        message: expect.stringContaining('the file system is read-only; remount') as string,
      },
    });
  });

  test('given the folder is gone, then it says so', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    rmSync(directory, { recursive: true });
    expect(await journal.append(['{}'])).toMatchObject({
      landed: [],
      error: { code: 'journal_unavailable' },
    });
    expect(() =>
      open(temporaryDirectory(), { disk: { ...nodeDisk, write: (_fd, bytes) => bytes.length } }),
    ).toThrow(/what was written does not read back|the disk reported an error/);
  });
});
