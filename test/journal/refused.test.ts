import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { encodeLines, noCrc } from '../../src/journal/line.js';
import { segmentFile, type Header } from '../../src/journal/segment.js';
import { temporaryDirectory } from '../support/temporary.js';
import { thrown } from '../support/thrown.js';
import { commit, files, machine, open, severalSegments, texts } from './on-disk.js';

describe('what a journal refuses', () => {
  test('given it has been closed, then each call says so', async () => {
    const { journal } = await severalSegments();
    journal.close();
    expect(thrown(() => journal.refresh(() => {}))).toMatchObject({ code: 'production_closed' });
    await expect(journal.append(['{}'])).rejects.toMatchObject({
      code: 'production_closed',
      message: expect.stringContaining('closed') as string,
    });
  });

  test('given two appends at once on one handle, then the second is refused', async () => {
    const journal = open(temporaryDirectory(), { inlineSyncBelowMs: 0 });
    journal.refresh(() => {});
    const first = journal.append(['{"n":1}']);
    await expect(journal.append(['{"n":2}'])).rejects.toMatchObject({ code: 'machine_broken' });
    expect((await first).landed).toHaveLength(1);
    journal.refresh(() => {});
    expect((await journal.append(['{"n":3}'])).landed).toHaveLength(1);
  });

  test('given a newer chart or format wrote it, then opening says to upgrade; given an older chart did, then the next commit begins a segment', async () => {
    const directory = temporaryDirectory();
    await commit(open(directory), '{"n":1}');
    expect(
      thrown(() => open(directory, { machine: { ...machine, version: 1 } }).refresh(() => {})),
    ).toMatchObject({
      code: 'production_upgraded',
      message: expect.stringMatching(/showrunner 9 .*version 2 .*this program has 1; upgrade/) as string,
    });
    const next = open(directory, { machine: { ...machine, version: 3 } });
    await commit(next, '{"n":2}');
    expect(files(directory)).toHaveLength(2);
    expect(texts(next)).toEqual(['{"n":1}', '{"n":2}']);
    const header: Header = { format: 3, machine, program: 'showrunner 99', started: 'now' };
    const newer = temporaryDirectory();
    writeFileSync(
      join(newer, segmentFile(0)),
      encodeLines(0, noCrc, [{ kind: 'header', text: JSON.stringify(header) }]).bytes,
    );
    expect(thrown(() => texts(open(newer)))).toMatchObject({
      code: 'production_upgraded',
      message: expect.stringMatching(
        /showrunner 99, whose journal format 3 is newer than this program's 2/,
      ) as string,
    });
  });

  test('given it is opened for reading only, then nothing is made, synced or written', async () => {
    const directory = temporaryDirectory();
    const empty = open(join(directory, 'none'), { readOnly: true });
    expect(existsSync(join(directory, 'none'))).toBe(false);
    expect(thrown(() => empty.end())).toMatchObject({ code: 'journal_unavailable' });
    const { directory: written, bodies } = await severalSegments();
    const writes: string[] = [];
    const disk: Disk = {
      ...nodeDisk,
      sync: () => void writes.push('sync'),
      syncDirectory: () => void writes.push('syncDirectory'),
      write: () => writes.push('write'),
    };
    const reading = open(written, { readOnly: true, disk });
    reading.refresh(() => {});
    await reading.durable();
    expect(texts(reading)).toEqual(bodies);
    expect(await reading.append(['{}'])).toMatchObject({
      landed: [],
      error: { code: 'journal_unavailable' },
    });
    expect(writes).toEqual([]);
  });

  test('given its first segment is missing, or one between, then reading says what is wrong', async () => {
    const first = await severalSegments();
    rmSync(join(first.directory, files(first.directory)[0] ?? ''));
    expect(thrown(() => texts(first.journal))).toMatchObject({
      code: 'journal_damaged',
      message: expect.stringMatching(/it begins at \d+: what was before is missing.*doctor/) as string,
    });
    const second = await severalSegments();
    const gap = Number.parseInt(files(second.directory)[1] ?? '', 10);
    rmSync(join(second.directory, segmentFile(gap)));
    expect(thrown(() => texts(second.journal)).message).toMatch(
      /the segment that begins at \d+ is missing although \d+ follows it/,
    );
    expect(thrown(() => open(second.directory).refresh(() => {}))).toMatchObject({ code: 'journal_damaged' });
    expect(files(second.directory)).not.toContain(segmentFile(gap));
  });
});
