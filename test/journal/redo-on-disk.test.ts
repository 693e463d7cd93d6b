import {
  cpSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { nodeDisk } from '../../src/disk/index.js';
import { listRedoFiles, redoLines } from '../../src/journal/redo-lines.js';
import { listSegments } from '../../src/journal/segment.js';
import { temporaryDirectory } from '../support/temporary.js';
import type { Journal, JournalOptions } from '../../src/journal/index.js';
import { commit, files, open as openAny, texts } from './on-disk.js';

const body = (n: number): string => JSON.stringify({ n, text: 'x'.repeat(80) });
const bodies = (count: number, from = 0): string[] => Array.from({ length: count }, (_, n) => body(from + n));

async function commitAlone(journal: Journal, count: number, from = 0): Promise<void> {
  for (const each of bodies(count, from)) await commit(journal, each);
}

/** However slow the disk is beside other tests, its syncs are done in place. */
function open(directory: string, options: Partial<JournalOptions> = {}): Journal {
  return openAny(directory, { inlineSyncBelowMs: 60_000, ...options });
}

/** A journal that is at work with a redo file: 33 commits until there is one, and seven that are in it. */
async function atWork(): Promise<{ directory: string; journal: Journal }> {
  const directory = join(temporaryDirectory(), 'journal');
  mkdirSync(directory);
  const journal = open(directory);
  await commitAlone(journal, 42);
  return { directory, journal };
}

/** The folder as a power cut would leave it: the last segment has lost what was not synced, `lost` bytes of it. */
function afterPowerCut(directory: string, lost: number): string {
  const copy = join(temporaryDirectory(), 'journal');
  cpSync(directory, copy, { recursive: true });
  const path = join(copy, listSegments(nodeDisk, copy).at(-1)?.file ?? '');
  truncateSync(path, statSync(path).size - lost);
  return copy;
}

const inRedo = (directory: string): number =>
  listRedoFiles(nodeDisk, directory).flatMap((file) => redoLines(nodeDisk, directory, file)).length;

const everyByte = (directory: string): Record<string, string> =>
  Object.fromEntries(files(directory).map((file) => [file, readFileSync(join(directory, file), 'latin1')]));

describe('redo files', () => {
  test('given a handle that commits alone for a while, then it has one, whose lines are the segment’s; closed it is gone', async () => {
    const directory = join(temporaryDirectory(), 'journal');
    mkdirSync(directory);
    const journal = open(directory);
    await commitAlone(journal, 20);
    expect(listRedoFiles(nodeDisk, directory)).toEqual([]);
    await commitAlone(journal, 20, 20);
    expect(listRedoFiles(nodeDisk, directory)).toHaveLength(1);
    const [file = ''] = listRedoFiles(nodeDisk, directory);
    const segment = readFileSync(join(directory, listSegments(nodeDisk, directory).at(-1)?.file ?? ''));
    const lines = redoLines(nodeDisk, directory, file);
    expect(lines.length).toBeGreaterThan(2);
    for (const { bytes } of lines) expect(segment.includes(bytes)).toBe(true);
    journal.close();
    expect(listRedoFiles(nodeDisk, directory)).toEqual([]);
    expect(texts(open(directory))).toEqual(bodies(40));
  });

  test.each([
    ['some bytes', 3],
    ['a line', 200],
    ['all that is in the redo file', 900],
  ])(
    'given a power cut that took %s of the segment, when it is opened, then all is there, and work goes on',
    async (_what, lost) => {
      const { directory } = await atWork();
      expect(inRedo(directory)).toBeGreaterThan(5);
      const copy = afterPowerCut(directory, lost);
      const journal = open(copy);
      expect(texts(journal)).toEqual(bodies(42));
      expect(journal.inspect()).toMatchObject({ damage: [], inRedoFiles: 0 });
      await commitAlone(journal, 42, 42);
      journal.close();
      expect(texts(open(copy))).toEqual(bodies(84));
      expect(listRedoFiles(nodeDisk, copy)).toHaveLength(1);
    },
  );

  test('given a power cut, when who only looks opens it, then all is there, doctor tells, and not a byte is written', async () => {
    const { directory } = await atWork();
    const copy = afterPowerCut(directory, 900);
    const before = everyByte(copy);
    const journal = open(copy, { readOnly: true });
    const read: string[] = [];
    journal.refresh(({ text }) => read.push(text));
    expect([read, texts(journal)]).toEqual([bodies(42), bodies(42)]);
    expect(journal.inspect().damage).toEqual([]);
    expect(everyByte(copy)).toEqual(before);
  });

  test.each([
    ['before what it has lost', 20],
    ['behind it', 42],
  ])(
    'given one looks on who has read up to %s, when the segment loses its end, then he reads all there is, before another opens it and after',
    async (_where, read) => {
      const directory = join(temporaryDirectory(), 'journal');
      mkdirSync(directory);
      const writer = open(directory);
      const looks = open(directory, { readOnly: true });
      const known: string[] = [];
      const look = (): void => looks.refresh(({ text }) => known.push(text));
      await commitAlone(writer, read);
      look();
      await commitAlone(writer, 42 - read, read);
      const segment = join(directory, listSegments(nodeDisk, directory).at(-1)?.file ?? '');
      truncateSync(segment, statSync(segment).size - 900);
      look();
      expect([known, texts(looks)]).toEqual([bodies(42), bodies(42)]);
      await commitAlone(open(directory), 3, 42);
      look();
      expect([known, texts(looks)]).toEqual([bodies(45), bodies(45)]);
      expect(looks.inspect().damage).toEqual([]);
    },
  );

  test('given two that open it at once after a power cut, then both go on in one journal', async () => {
    const { directory } = await atWork();
    const copy = afterPowerCut(directory, 900);
    const both = [open(copy), open(copy)] as const;
    await commit(both[0], body(42));
    await commit(both[1], body(43));
    expect(texts(both[0])).toEqual(bodies(44));
  });

  test('given its file was given up by another, then its owner syncs, and makes another after a while', async () => {
    const { directory, journal } = await atWork();
    const [file = ''] = listRedoFiles(nodeDisk, directory);
    renameSync(join(directory, file), join(directory, file.replace('.ndjson', '.given-up.ndjson')));
    await commitAlone(journal, 2, 42);
    expect(listRedoFiles(nodeDisk, directory)).toHaveLength(1);
    await commitAlone(journal, 40, 44);
    expect(listRedoFiles(nodeDisk, directory)).toHaveLength(2);
    expect(texts(journal)).toEqual(bodies(84));
  });

  test('given one that a killed process left, when another makes its own, then the old one goes away', async () => {
    const { directory } = await atWork();
    const copy = join(temporaryDirectory(), 'journal');
    cpSync(directory, copy, { recursive: true });
    const [left = ''] = listRedoFiles(nodeDisk, copy);
    utimesSync(join(copy, left), 1, 1);
    const journal = open(copy);
    await commitAlone(journal, 40, 42);
    expect(listRedoFiles(nodeDisk, copy)).toEqual([expect.not.stringContaining(left)]);
    expect(texts(journal)).toEqual(bodies(82));
  });

  test('given one of another journal, or one that is no more than its name, then nothing comes of it', async () => {
    const { directory } = await atWork();
    const [foreign = ''] = listRedoFiles(nodeDisk, directory);
    const other = open(join(temporaryDirectory(), 'journal'));
    await commitAlone(other, 3);
    const place = temporaryDirectory();
    const own = open(place);
    await commitAlone(own, 5, 100);
    own.close();
    cpSync(join(directory, foreign), join(place, foreign));
    utimesSync(join(place, foreign), 1, 1);
    writeFileSync(join(place, 'redo-0000000000000000.ndjson'), '{"position":\n{"position":12,"previous":"\n');
    mkdirSync(join(place, 'redo-0000000000000001.ndjson'));
    const journal = open(place);
    expect(texts(journal)).toEqual(bodies(5, 100));
    await commitAlone(journal, 40, 105);
    expect(texts(open(place))).toEqual(bodies(45, 100));
    // It is kept, and read no more.
    expect(readdirSync(place)).toContain(`aside-${foreign.replace('.ndjson', '.given-up.ndjson')}`);
    expect(readdirSync(place)).toContain('redo-0000000000000001.ndjson');
  });
});

describe('a file system on which others may rename files', () => {
  test.each<[string, () => boolean]>([
    ['is not known to be this machine’s alone', () => false],
    [
      'does not say what it is',
      () => {
        throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
      },
    ],
  ])(
    'given it %s, then there is no redo file, and the journal stays as programs of before read it',
    async (_what, isLocal) => {
      const { redo } = nodeDisk;
      const disk = { ...nodeDisk, ...(redo ? { redo: { ...redo, isLocal } } : {}) };
      const directory = join(temporaryDirectory(), 'journal');
      const journal = open(directory, { disk });
      await commitAlone(journal, 40);
      expect(listRedoFiles(nodeDisk, directory)).toEqual([]);
      expect(texts(journal)).toEqual(bodies(40));
      expect(files(directory)).toEqual(['00000000000000000000.ndjson']);
    },
  );
});

describe('what a stranger puts in a redo file’s place', () => {
  test.each<[string, (path: string, elsewhere: string) => void, { isLeft: boolean }]>([
    ['a link to a file with a secret', (path, elsewhere) => symlinkSync(elsewhere, path), { isLeft: true }],
    ['a link that leads nowhere', (path) => symlinkSync('/nowhere/at/all', path), { isLeft: true }],
    ['a pipe that nobody writes to', (path) => execFileSync('mkfifo', [path]), { isLeft: true }],
    [
      'ten gigabytes that are a hole',
      (path) => {
        writeFileSync(path, '');
        truncateSync(path, 10 * 2 ** 30);
      },
      { isLeft: true },
    ],
    [
      'sixteen megabytes of opening braces',
      (path) => writeFileSync(path, '{'.repeat(16 * 2 ** 20)),
      { isLeft: false },
    ],
    [
      'lines without end of the same claim',
      (path) => writeFileSync(path, '{"position":9,"previous":\n'.repeat(100_000)),
      { isLeft: false },
    ],
  ])(
    'given %s, then the journal is read and written as without it, and what is no file of ours is left alone',
    async (_what, put, { isLeft }) => {
      const directory = join(temporaryDirectory(), 'journal');
      const elsewhere = join(temporaryDirectory(), 'elsewhere');
      writeFileSync(elsewhere, 'not ours');
      const journal = open(directory);
      await commitAlone(journal, 5);
      journal.close();
      const path = join(directory, 'redo-00000000000000aa.ndjson');
      put(path, elsewhere);
      lutimesSync(path, 1, 1);
      expect(texts(open(directory, { readOnly: true }))).toEqual(bodies(5));
      const next = open(directory);
      await commitAlone(next, 40, 5);
      expect(texts(next)).toEqual(bodies(45));
      expect(next.inspect().damage).toEqual([]);
      expect(readFileSync(elsewhere, 'utf8')).toBe('not ours');
      expect(readdirSync(directory).includes(basename(path))).toBe(isLeft);
    },
  );
});

describe('a journal with a redo file, as its first version left it', () => {
  const written = fileURLToPath(new URL('written/power-cut', import.meta.url));

  // Made by the commits of `atWork` on a disk whose redo files have 4096 bytes, and `afterPowerCut(directory, 900)`.
  test('given it is opened, then all is there, by who looks and by who writes, and work goes on', async () => {
    const copy = join(temporaryDirectory(), 'journal');
    cpSync(written, copy, { recursive: true });
    expect(readFileSync(join(copy, '00000000000000000000.ndjson'), 'utf8')).toContain('"format":1');
    expect(texts(open(copy, { readOnly: true }))).toEqual(bodies(42));
    const journal = open(copy);
    expect(texts(journal)).toEqual(bodies(42));
    await commitAlone(journal, 3, 42);
    expect(texts(open(copy))).toEqual(bodies(45));
  });
});
