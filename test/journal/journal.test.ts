import { appendFileSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeDisk, type OpenMode } from '../../src/disk/index.js';
import type { Journal } from '../../src/journal/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { commit, open, texts as scanAll } from './on-disk.js';

function readAll(journal: Journal): string[] {
  const found: string[] = [];
  journal.refresh(({ text }) => found.push(text));
  return found;
}

describe('the journal', () => {
  test('given commits, when it is opened again, then they are read in order at their positions', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    await commit(journal, '{"n":1}', '{"n":2}');
    await commit(journal, '{"n":3}');
    const { position, lastCrc } = journal;
    journal.close();
    const again = open(directory);
    expect(readAll(again)).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
    expect([again.position, again.lastCrc]).toEqual([position, lastCrc]);
  });

  test('given two handles that read the same end, when both append, then the second is void and decides again', async () => {
    const directory = temporaryDirectory();
    const [a, b] = [open(directory), open(directory)];
    readAll(a);
    readAll(b);
    expect((await a.append(['{"by":"a"}'])).landed).toHaveLength(1);
    expect(await b.append(['{"by":"b"}'])).toEqual({ landed: [] });
    expect(readAll(b)).toEqual(['{"by":"a"}']);
    expect((await b.append(['{"by":"b"}'])).landed).toHaveLength(1);
    expect(scanAll(open(directory))).toEqual(['{"by":"a"}', '{"by":"b"}']);
    expect(a.inspect()).toMatchObject({ damage: [], segments: [{ commits: 2, voidLines: 1 }] });
  });

  test('given a torn last line, when another commit is made, then the torn one stays void, even when its newline comes', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    await commit(journal, '{"n":1}');
    await commit(journal, '{"n":2}');
    journal.close();
    const file = join(directory, String(readdirSync(directory)[0]));
    truncateSync(file, readFileSync(file).length - 1);
    const next = open(directory);
    expect(readAll(next)).toEqual(['{"n":1}']);
    await commit(next, '{"n":3}');
    expect(scanAll(next)).toEqual(['{"n":1}', '{"n":3}']);
  });

  test('given rubbish at the end, when commits go on, then it is passed over', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    await commit(journal, '{"n":1}');
    appendFileSync(join(directory, String(readdirSync(directory)[0])), 'rubbish\n{"position":1,"\n\n');
    await commit(journal, '{"n":2}');
    expect(scanAll(journal)).toEqual(['{"n":1}', '{"n":2}']);
  });

  test('given any one byte of an earlier commit is changed, when it is read, then it is reported as damage', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    await commit(journal, '{"n":1}', '{"n":2}');
    await commit(journal, '{"n":3}');
    const file = join(directory, String(readdirSync(directory)[0]));
    const whole = readFileSync(file);
    const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (let index = 0; index < lastLine; index += 1) {
      const altered = Buffer.from(whole);
      altered[index] = (altered[index] ?? 0) ^ 1;
      writeFileSync(file, altered);
      expect(() => scanAll(open(directory)), `byte ${index}`).toThrow(
        expect.objectContaining({ code: 'journal_damaged' }),
      );
      expect(open(directory).inspect().damage, `byte ${index}`).not.toEqual([]);
    }
  });

  test('given any one byte of the last write is changed or it ends there, when it is read, then only that write is affected', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    await commit(journal, '{"n":1}');
    await commit(journal, '{"n":2}', '{"n":3}', '{"n":4}');
    const file = join(directory, String(readdirSync(directory)[0]));
    const whole = readFileSync(file);
    const lastWrite = whole.indexOf(10, whole.indexOf(10) + 1) + 1;
    const possible = [['{"n":1}'], ['{"n":1}', '{"n":2}'], ['{"n":1}', '{"n":2}', '{"n":3}']];
    for (let index = lastWrite; index < whole.length; index += 1) {
      const altered = Buffer.from(whole);
      altered[index] = (altered[index] ?? 0) ^ 1;
      for (const bytes of [altered, whole.subarray(0, index)]) {
        writeFileSync(file, bytes);
        const next = open(directory);
        const texts = readAll(next);
        expect(possible, `byte ${index}`).toContainEqual(texts);
        await commit(next, '{"n":5}');
        next.close();
        expect(scanAll(open(directory)), `byte ${index}`).toEqual([...texts, '{"n":5}']);
      }
    }
  });

  test('given small segments and two writers, when many commits are made, then segments are sealed and nothing is lost', async () => {
    const directory = temporaryDirectory();
    const [a, b] = [open(directory, { segmentBytes: 600 }), open(directory, { segmentBytes: 600 })];
    for (let n = 0; n < 40; n += 1) await commit(n % 2 === 0 ? a : b, `{"n":${n}}`);
    expect(readdirSync(directory).length).toBeGreaterThan(5);
    const expected = Array.from({ length: 40 }, (_, n) => `{"n":${n}}`);
    expect(scanAll(open(directory))).toEqual(expected);
    expect(a.inspect().damage).toEqual([]);
    const { position, lastCrc } = a;
    a.compact();
    expect(readdirSync(directory).filter((file) => file.endsWith('.gz')).length).toBeGreaterThan(4);
    expect(scanAll(open(directory))).toEqual(expected);
    const late = open(directory);
    late.seek(position, lastCrc);
    expect(readAll(late).at(-1)).toBe('{"n":39}');
  });

  test('given a disk that does not write what it says, when a segment is to be made, then it gets no name, and the next attempt makes it', async () => {
    const directory = temporaryDirectory();
    await commit(open(directory), '{"n":0}');
    let lies = true;
    const made = new Set<number>();
    const disk = {
      ...nodeDisk,
      open: (path: string, mode: OpenMode) => {
        const fd = nodeDisk.open(path, mode);
        if (mode === 'create') made.add(fd);
        return fd;
      },
      close: (fd: number) => {
        made.delete(fd);
        nodeDisk.close(fd);
      },
      write: (fd: number, bytes: Uint8Array) =>
        lies && made.has(fd) ? bytes.length : nodeDisk.write(fd, bytes),
    };
    const journal = open(directory, { segmentBytes: 100, disk });
    await expect(commit(journal, '{"n":1}')).rejects.toMatchObject({ code: 'journal_unavailable' });
    expect(scanAll(open(directory))).toEqual(['{"n":0}']);
    lies = false;
    await commit(journal, '{"n":1}');
    expect(scanAll(open(directory))).toEqual(['{"n":0}', '{"n":1}']);
    expect(readdirSync(directory).length).toBe(2);
  });

  test('given a disk that does not write what it says, when a commit is appended, then it fails, and the next attempt lands', async () => {
    const directory = temporaryDirectory();
    let lies = false;
    const journal = open(directory, {
      disk: { ...nodeDisk, write: (fd, bytes) => (lies ? bytes.length : nodeDisk.write(fd, bytes)) },
    });
    await commit(journal, '{"n":0}');
    lies = true;
    expect(await journal.append(['{"n":1}'])).toMatchObject({
      landed: [],
      error: { code: 'journal_unavailable' },
    });
    lies = false;
    await commit(journal, '{"n":1}');
    expect(scanAll(open(directory))).toEqual(['{"n":0}', '{"n":1}']);
  });

  test('given a sync fails, when work goes on, then a new segment begins with copies and everything valid is there', async () => {
    const directory = temporaryDirectory();
    let failing = false;
    const disk = {
      ...nodeDisk,
      sync(fd: number) {
        if (failing) throw Object.assign(new Error('EIO'), { code: 'EIO' });
        nodeDisk.sync(fd);
      },
      // Where syncs take long, on a busy machine, this is the one that is asked.
      syncLater: (fd: number) =>
        failing ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })) : nodeDisk.syncLater(fd),
    };
    const journal = open(directory, { disk });
    await commit(journal, '{"n":1}');
    failing = true;
    await expect(commit(journal, '{"n":2}')).rejects.toMatchObject({ code: 'journal_unavailable' });
    failing = false;
    const other = open(directory);
    readAll(other);
    await commit(journal, '{"n":3}');
    await commit(other, '{"n":4}');
    const all = ['{"n":1}', '{"n":2}', '{"n":3}', '{"n":4}'];
    expect(scanAll(open(directory))).toEqual(all);
    expect(journal.inspect().damage).toEqual([]);
    // The tail of the first segment is gone, as after a power cut: the copies take its place.
    const first = join(directory, String(readdirSync(directory).sort()[0]));
    const bytes = readFileSync(first);
    const lines = bytes.toString().split('\n');
    truncateSync(first, (lines[0] ?? '').length + (lines[1] ?? '').length + 2);
    expect(scanAll(open(directory))).toEqual(all);
  });

  test('given the sync of a seal fails and the seal is lost, when work goes on, then everything valid is there and nothing is called damaged', async () => {
    const directory = temporaryDirectory();
    let failing = false;
    const disk = {
      ...nodeDisk,
      sync(fd: number) {
        if (failing) throw Object.assign(new Error('EIO'), { code: 'EIO' });
        nodeDisk.sync(fd);
      },
      // Where syncs take long, on a busy machine, this is the one that is asked.
      syncLater: (fd: number) =>
        failing ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })) : nodeDisk.syncLater(fd),
    };
    const journal = open(directory, { disk, segmentBytes: 240 });
    await commit(journal, '{"n":1}');
    failing = true;
    await expect(commit(journal, '{"n":2}')).rejects.toMatchObject({ code: 'journal_unavailable' });
    failing = false;
    await commit(journal, '{"n":3}');
    const [first = ''] = readdirSync(directory).sort();
    const lines = readFileSync(join(directory, first), 'utf8').split('\n');
    expect(lines[2]).toContain('"seal"');
    truncateSync(join(directory, first), lines.slice(0, 2).join('\n').length + 1);
    expect(scanAll(open(directory))).toEqual(['{"n":1}', '{"n":3}']);
    expect(journal.inspect().damage).toEqual([]);
  });
});
