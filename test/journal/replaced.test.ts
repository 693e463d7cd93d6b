import { copyFileSync, readFileSync, renameSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { commit, files, open, texts } from './on-disk.js';

/** The real disk; `now` happens once, right after the next sync. */
function afterSync(): { disk: Disk; next: (now: () => void) => void } {
  let due: (() => void) | undefined;
  const disk: Disk = {
    ...nodeDisk,
    sync(fd) {
      nodeDisk.sync(fd);
      const now = due;
      due = undefined;
      now?.();
    },
  };
  return { disk, next: (now) => (due = now) };
}

function lastSegment(directory: string): string {
  return join(directory, files(directory).findLast((file) => file.endsWith('.ndjson')) ?? '');
}

function replaceByCopy(path: string): void {
  copyFileSync(path, `${path}.new`);
  renameSync(`${path}.new`, path);
}

describe('a journal that is replaced while a handle has it open', () => {
  test('given its segment is removed, when commits are appended, then none is acknowledged, and nothing is made in its place', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    await commit(journal, '{"n":1}');
    unlinkSync(lastSegment(directory));
    await expect(commit(journal, '{"n":2}')).rejects.toMatchObject({ code: 'journal_replaced' });
    await expect(journal.durable()).rejects.toMatchObject({ code: 'journal_replaced' });
    await expect(commit(journal, '{"n":3}')).rejects.toMatchObject({ code: 'journal_replaced' });
    expect(files(directory)).toEqual([]);
  });

  test('given another one takes its place when the segment is full, when commits are appended, then none is acknowledged, and no segment of ours follows there', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory, { segmentBytes: 100 });
    await commit(journal, '{"n":1}');
    const elsewhere = temporaryDirectory();
    await commit(open(elsewhere), '{"n":"of another production"}');
    renameSync(lastSegment(elsewhere), lastSegment(directory));
    const there = files(directory);
    for (const text of ['{"n":2}', '{"n":3}'])
      await expect(commit(journal, text)).rejects.toMatchObject({ code: 'journal_replaced' });
    expect(files(directory)).toEqual(there);
  });

  test('given a copy takes its place, when commits are appended, then they are in the copy, each once, after what others put there', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    await commit(journal, '{"n":1}');
    replaceByCopy(lastSegment(directory));
    const other = open(directory);
    await commit(other, '{"n":2}');
    await commit(journal, '{"n":3}', '{"n":4}');
    await commit(journal, '{"n":5}');
    expect(texts(other)).toEqual([1, 2, 3, 4, 5].map((n) => `{"n":${n}}`));
    expect(journal.inspect().damage).toEqual([]);
  });

  test('given an older copy takes its place, when commits are appended, then none is acknowledged and the copy stays as it is', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    await commit(journal, '{"n":1}');
    const path = lastSegment(directory);
    copyFileSync(path, `${path}.new`);
    await commit(journal, '{"n":2}');
    renameSync(`${path}.new`, path);
    const before = readFileSync(path);
    await expect(commit(journal, '{"n":3}')).rejects.toMatchObject({ code: 'journal_replaced' });
    await expect(commit(journal, '{"n":4}')).rejects.toMatchObject({ code: 'journal_replaced' });
    expect(readFileSync(path)).toEqual(before);
  });

  test('given another history takes its place, when commits are appended, then the place where they part is named', async () => {
    const directory = temporaryDirectory();
    const elsewhere = temporaryDirectory();
    const journal = open(directory);
    await commit(journal, '{"n":1}');
    await commit(open(elsewhere), '{"other":1}');
    renameSync(lastSegment(elsewhere), lastSegment(directory));
    await expect(commit(journal, '{"n":2}')).rejects.toMatchObject({
      code: 'journal_replaced',
      message: expect.stringMatching(/differs from position \d+ on/) as string,
    });
  });

  test('given it is removed between the sync and the answer, then nothing is acknowledged', async () => {
    const directory = temporaryDirectory();
    const { disk, next } = afterSync();
    const journal = open(directory, { disk, inlineSyncBelowMs: 1e6 });
    await commit(journal, '{"n":1}');
    next(() => unlinkSync(lastSegment(directory)));
    await expect(commit(journal, '{"n":2}')).rejects.toMatchObject({ code: 'journal_replaced' });
  });

  test('given a copy with what has just been written takes its place, then it is acknowledged and not written again', async () => {
    const directory = temporaryDirectory();
    const { disk, next } = afterSync();
    const journal = open(directory, { disk, inlineSyncBelowMs: 1e6 });
    await commit(journal, '{"n":1}');
    next(() => replaceByCopy(lastSegment(directory)));
    await commit(journal, '{"n":2}', '{"n":3}');
    await commit(journal, '{"n":4}');
    expect(texts(journal)).toEqual([1, 2, 3, 4].map((n) => `{"n":${n}}`));
  });

  test('given a copy with a part of what has just been written, then that part is acknowledged and the rest is written to the copy', async () => {
    const directory = temporaryDirectory();
    const { disk, next } = afterSync();
    const journal = open(directory, { disk, inlineSyncBelowMs: 1e6 });
    await commit(journal, '{"n":1}');
    next(() => {
      const path = lastSegment(directory);
      const size = nodeDisk.stat(path)?.size ?? 0;
      replaceByCopy(path);
      truncateSync(path, size - 5);
    });
    await commit(journal, '{"n":2}', '{"n":3}');
    await commit(journal, '{"n":4}');
    expect(texts(journal)).toEqual([1, 2, 3, 4].map((n) => `{"n":${n}}`));
  });

  test('given another process seals and compresses the segment between the sync and the answer, then the commit counts once', async () => {
    const directory = temporaryDirectory();
    const { disk, next } = afterSync();
    const journal = open(directory, { disk, inlineSyncBelowMs: 1e6 });
    await commit(journal, '{"n":1}');
    const other = open(directory, { segmentBytes: 10, inlineSyncBelowMs: 1e6 });
    other.refresh(() => {});
    next(() => {
      other.refresh(() => {});
      void other.append(['{"n":0}']);
      other.refresh(() => {});
      other.compact();
    });
    await commit(journal, '{"n":2}');
    expect(files(directory).some((file) => file.endsWith('.gz'))).toBe(true);
    await commit(journal, '{"n":3}');
    expect(texts(journal)).toEqual([1, 2, 3].map((n) => `{"n":${n}}`));
  });

  test('given the folder is moved away and back, then it is refused meanwhile, and goes on afterwards', async () => {
    const parent = temporaryDirectory();
    const directory = join(parent, 'journal');
    const journal = open(directory);
    await commit(journal, '{"n":1}');
    renameSync(directory, join(parent, 'away'));
    await expect(journal.durable()).rejects.toMatchObject({ code: 'journal_replaced' });
    await expect(commit(journal, '{"n":2}')).rejects.toMatchObject({ code: 'journal_replaced' });
    renameSync(join(parent, 'away'), directory);
    await commit(journal, '{"n":3}');
    expect(texts(journal).at(-1)).toBe('{"n":3}');
    expect(journal.inspect().damage).toEqual([]);
  });

  test('given a handle that only reads, when the journal is cut back, then it says so', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    await commit(journal, '{"n":1}');
    const reader = open(directory, { readOnly: true });
    reader.refresh(() => {});
    await expect(reader.durable()).resolves.toBeUndefined();
    const path = lastSegment(directory);
    const bytes = readFileSync(path);
    unlinkSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 20));
    await expect(reader.durable()).rejects.toMatchObject({ code: 'journal_replaced' });
  });
});
