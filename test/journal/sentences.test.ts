import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { Segment, segmentFile } from '../../src/journal/segment.js';
import { temporaryDirectory } from '../support/temporary.js';
import { thrown } from '../support/thrown.js';
import { commit, files, open, severalSegments, texts } from './on-disk.js';

/** A journal with three commits, each written by itself. */
async function threeCommits(disk: Disk = nodeDisk) {
  const directory = temporaryDirectory();
  const journal = open(directory, { disk });
  for (let n = 1; n <= 3; n += 1) await commit(journal, `{"n":${n}}`);
  return { directory, journal, file: join(directory, segmentFile(0)) };
}

describe('what the journal says', () => {
  test('given a newline that was changed, then the line before it is altered, and it is told where', async () => {
    const { journal, file } = await threeCommits();
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, [lines[0], `${lines[1]} ${lines[2]}`, ...lines.slice(3)].join('\n'));
    const position = (lines[0] ?? '').length + 1;
    expect(thrown(() => texts(journal)).message).toBe(
      `the journal is damaged: segment ${segmentFile(0)}: the line at ${position} is altered. Run showrunner doctor to see what can be saved.`,
    );
    expect(journal.inspect().damage).toContainEqual({
      segment: segmentFile(0),
      position,
      what: 'the line is altered',
    });
  });

  test('given a compressed segment that cannot be read, then it is told which, and the cause is kept', async () => {
    const { directory, journal } = await severalSegments();
    journal.compact();
    const [first = ''] = files(directory);
    const packed = readFileSync(join(directory, first));
    writeFileSync(
      join(directory, first),
      Buffer.concat([packed.subarray(0, packed.length - 8), Buffer.alloc(8, 1)]),
    );
    const segment = Segment.open(nodeDisk, directory, 0, false);
    expect(thrown(() => segment?.end())).toMatchObject({
      code: 'journal_damaged',
      cause: expect.any(Error) as unknown,
    });
    expect(journal.inspect().damage).toContainEqual({
      segment: first,
      position: 0,
      what: expect.stringContaining(
        `segment ${first} cannot be decompressed; restore it from a backup`,
      ) as string,
    });
  });

  test('given a handle is used as it must not be, then the sentence says how', async () => {
    const { directory } = await threeCommits();
    const reading = open(directory, { readOnly: true });
    expect((await reading.append(['{}'])).error?.message).toBe(
      'the journal was opened for reading only; open it for writing.',
    );
    const closed = open(directory);
    closed.close();
    expect(thrown(() => closed.refresh(() => {})).message).toBe('the journal has been closed.');
    const slow = open(directory, { inlineSyncBelowMs: 0 });
    slow.refresh(() => {});
    const first = slow.append(['{"n":4}']);
    await expect(slow.append(['{"n":5}'])).rejects.toThrow('two appends at once on one handle.');
    await first;
  });

  test('given every segment is gone, when a commit is to be made, then it asks whether the folder was removed', async () => {
    const { directory, file } = await threeCommits();
    const fresh = open(directory);
    rmSync(file);
    expect(await fresh.append(['{}'])).toMatchObject({
      landed: [],
      error: { code: 'journal_unavailable', message: `${directory} has no journal; was the folder removed?` },
    });
  });

  test('given a disk that takes a part, or says so and takes nothing, then the cause tells which', async () => {
    let taken: (bytes: Uint8Array, fd: number) => number = (bytes, fd) => nodeDisk.write(fd, bytes);
    const { journal } = await threeCommits({ ...nodeDisk, write: (fd, bytes) => taken(bytes, fd) });
    taken = (bytes, fd) => nodeDisk.write(fd, bytes.subarray(0, 4));
    expect((await journal.append(['{"n":4}'])).error).toMatchObject({
      message: expect.stringContaining('(ENOSPC)') as string,
      cause: { message: 'the write was cut short' },
    });
    taken = (bytes) => bytes.length;
    journal.refresh(() => {});
    expect((await journal.append(['{"n":4}'])).error).toMatchObject({
      message: expect.stringContaining('(EIO)') as string,
      cause: { message: 'what was written is not there' },
    });
    const error = thrown(() =>
      open(temporaryDirectory(), { disk: { ...nodeDisk, write: (_fd, bytes) => bytes.length } }),
    );
    expect(error).toMatchObject({
      message: expect.stringContaining('(EIO)') as string,
      cause: { message: 'what was written does not read back' },
    });
  });
});
