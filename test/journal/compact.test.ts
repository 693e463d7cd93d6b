import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { thrown } from '../support/thrown.js';
import { files, open, severalSegments, texts } from './on-disk.js';

describe('compaction', () => {
  test('given sealed segments, when they are compressed, then only those are, what it gave is told, and everything reads as before', async () => {
    const { directory, journal, bodies } = await severalSegments();
    const before = files(directory);
    const sizes = before.map((file) => readFileSync(join(directory, file)).length);
    const compacted = journal.compact();
    expect(files(directory)).toEqual([...before.slice(0, -1).map((file) => `${file}.gz`), before.at(-1)]);
    expect(compacted.map(({ file }) => file)).toEqual(before.slice(0, -1));
    expect(compacted.map(({ before: size }) => size)).toEqual(sizes.slice(0, -1));
    expect(compacted.map(({ after }) => after)).toEqual(
      before.slice(0, -1).map((file) => readFileSync(join(directory, `${file}.gz`)).length),
    );
    expect(texts(journal)).toEqual(bodies);
    expect(journal.inspect()).toMatchObject({
      damage: [],
      segments: before.map((_, index) => ({ compressed: index < before.length - 1 })),
    });
    expect(journal.compact()).toEqual([]);
    const places: number[] = [];
    journal.scan(({ position }) => places.push(position));
    expect(texts(journal, { from: places[1] ?? 0, to: places[3] ?? 0 })).toEqual(bodies.slice(1, 3));
    expect(texts(journal, { from: places[1] ?? 0, most: 3 })).toEqual(bodies.slice(1, 4));
    expect(texts(journal, { at: [1, 2, 5].map((index) => places[index] ?? 0) })).toEqual(
      [1, 2, 5].map((index) => bodies[index]),
    );
  });

  test('given the compressed copy does not read back, then the plain one stays and it is told', async () => {
    const { directory, bodies } = await severalSegments();
    const before = files(directory);
    const disk: Disk = {
      ...nodeDisk,
      readFile: (path) => (path.endsWith('.gz') ? gzipSync('something else') : nodeDisk.readFile(path)),
    };
    expect(thrown(() => open(directory, { disk }).compact())).toMatchObject({
      code: 'journal_damaged',
      message: expect.stringContaining('the plain one was kept') as string,
    });
    expect(files(directory)).toEqual(expect.arrayContaining(before));
    const torn: Disk = {
      ...nodeDisk,
      readFile: (path) => (path.endsWith('.gz') ? Buffer.from('no gzip') : nodeDisk.readFile(path)),
    };
    expect(thrown(() => open(directory, { disk: torn }).compact())).toMatchObject({
      code: 'journal_damaged',
    });
    for (const file of files(directory).filter((name) => name.endsWith('.gz'))) rmSync(join(directory, file));
    expect(texts(open(directory))).toEqual(bodies);
  });

  test('given a copy that inflates to gigabytes when it is read back, then it is inflated no further than what it is a copy of', async () => {
    const { directory, bodies } = await severalSegments();
    // Six hundred kilobytes that would be six hundred megabytes.
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024));
    const bombs = Buffer.concat(Array.from({ length: 30 }, () => bomb));
    const disk: Disk = {
      ...nodeDisk,
      readFile: (path) => (path.endsWith('.gz') ? bombs : nodeDisk.readFile(path)),
    };
    const before = process.resourceUsage().maxRSS;
    expect(thrown(() => open(directory, { disk }).compact())).toMatchObject({ code: 'journal_damaged' });
    expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(100);
    expect(texts(open(directory))).toEqual(bodies);
  });

  test.each([
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
    [
      'three gigabytes of nothing',
      (path: string) => (writeFileSync(path, ''), truncateSync(path, 3 * 1024 ** 3)),
    ],
    ['nothing', (path: string) => writeFileSync(path, '')],
  ])(
    'given %s in the place of a sealed segment, then nothing takes its place, and it is told',
    async (_, put) => {
      const { directory, journal } = await severalSegments();
      const [first = ''] = files(directory);
      rmSync(join(directory, first));
      put(join(directory, first));
      const before = lstatSync(join(directory, first)).ino;
      expect(thrown(() => journal.compact())).toMatchObject({ code: 'journal_damaged' });
      expect(lstatSync(join(directory, first)).ino).toBe(before);
      expect(files(directory)).not.toContain(`${first}.gz`);
    },
  );

  test.each(['write', 'sync', 'rename'] as const)(
    'given %s fails, then nothing is lost, and nothing temporary stays',
    async (call) => {
      const { directory, bodies } = await severalSegments();
      const before = files(directory);
      const fail = (): never => {
        throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      };
      expect(thrown(() => open(directory, { disk: { ...nodeDisk, [call]: fail } }).compact())).toMatchObject({
        code: 'journal_unavailable',
        message: expect.stringContaining('the disk is full') as string,
      });
      expect(files(directory)).toEqual(before);
      expect(texts(open(directory))).toEqual(bodies);
    },
  );

  test('given a plain and a compressed form of one segment, then the plain one counts; given a compressed one that is damaged, then it is told', async () => {
    const { directory, journal, bodies } = await severalSegments();
    const [first = ''] = files(directory);
    writeFileSync(join(directory, `${first}.gz`), 'no gzip');
    expect(texts(journal)).toEqual(bodies);
    renameSync(join(directory, `${first}.gz`), join(directory, 'away'));
    journal.compact();
    const packed = readFileSync(join(directory, `${first}.gz`));
    writeFileSync(join(directory, `${first}.gz`), packed.subarray(0, packed.length - 12));
    expect(thrown(() => texts(open(directory)))).toMatchObject({
      code: 'journal_damaged',
      message: expect.stringMatching(
        /cannot be decompressed; restore it from a backup|does not begin with a header/,
      ) as string,
    });
    writeFileSync(join(directory, `${first}.gz`), 'no gzip');
    expect(thrown(() => texts(open(directory)))).toMatchObject({
      code: 'journal_damaged',
      message: expect.stringContaining('does not begin with a header') as string,
    });
    expect(gunzipSync(packed).length).toBeGreaterThan(0);
  });

  test('given another process has compacted meanwhile, then that is fine; given the plain file may not be removed, then it is told', async () => {
    const { directory, bodies } = await severalSegments();
    const refusing = (code: string): Disk => ({
      ...nodeDisk,
      unlink() {
        throw Object.assign(new Error(code), { code });
      },
    });
    expect(thrown(() => open(directory, { disk: refusing('EACCES') }).compact())).toMatchObject({
      code: 'journal_unavailable',
      message: expect.stringContaining('permission denied') as string,
    });
    expect(open(directory, { disk: refusing('ENOENT') }).compact().length).toBeGreaterThan(0);
    expect(open(directory, { disk: { ...nodeDisk, readFile: () => undefined } }).compact()).toEqual([]);
    expect(texts(open(directory))).toEqual(bodies);
  });
});
