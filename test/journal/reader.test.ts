import { readFileSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { encodeLines, noCrc, type LineKind } from '../../src/journal/line.js';
import { unwrapRescued } from '../../src/journal/rescued.js';
import { Segment, listSegments, segmentFile, type Header } from '../../src/journal/segment.js';
import { temporaryDirectory } from '../support/temporary.js';
import { thrown } from '../support/thrown.js';
import { commit, files, machine, open, severalSegments, texts } from './on-disk.js';

const header = (rescue?: Header['rescue']): { kind: LineKind; text: string } => ({
  kind: 'header',
  text: JSON.stringify({
    format: 1,
    machine,
    program: 'test',
    started: 'now',
    ...(rescue ? { rescue } : {}),
  }),
});

/** What `rescued` lines carry: whole lines with their places. */
function copies(
  position: number,
  previous: string,
  all: { kind: LineKind; text: string }[],
): { kind: 'rescued'; text: string }[] {
  const { lines, bytes } = encodeLines(position, previous, all);
  return lines.map((line) => ({
    kind: 'rescued',
    text: JSON.stringify({
      position: line.position,
      line: bytes.subarray(line.position - position, line.end - position - 1).toString(),
    }),
  }));
}

describe('reading', () => {
  test('given lines longer than what is read at once, then they are whole, wherever the blocks end', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    const bodies = [300_000, 900_000, 1_100_000, 10, 2_500_000, 1].map((length, n) =>
      JSON.stringify({ n, text: 'ä'.repeat(length / 2) }),
    );
    for (const body of bodies) await commit(journal, body);
    expect(texts(open(directory))).toEqual(bodies);
    expect(open(directory).inspect()).toMatchObject({ damage: [], segments: [{ commits: 6 }] });
  });

  test('given a place and the checksum before it, when it begins there, then only what was built on it comes', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    await commit(journal, '{"n":1}');
    const { position, lastCrc } = journal;
    expect(lastCrc).toMatch(/^[0-9a-f]{8}$/);
    await commit(journal, '{"n":2}', '{"n":3}');
    const from = (crc?: string): string[] => {
      const late = open(directory);
      late.seek(position, crc);
      const found: string[] = [];
      late.refresh(({ text }) => found.push(text));
      return found;
    };
    expect([from(lastCrc), from()]).toEqual([
      ['{"n":2}', '{"n":3}'],
      ['{"n":2}', '{"n":3}'],
    ]);
    // A line that was written on top of another than this one counts no more.
    expect(from('0badc0de')).toEqual([]);
    const { directory: other } = await severalSegments();
    expect(thrown(() => open(temporaryDirectory(), { readOnly: true }).seek(5))).toMatchObject({
      code: 'journal_damaged',
      message: expect.stringContaining('there is no segment with position 5') as string,
    });
    const places = listSegments(nodeDisk, other).map(({ start }) => start);
    const late = open(other);
    late.seek(places[1] ?? 0);
    expect(texts(open(other)).length).toBe(6);
  });

  test('given a line is altered, then it says in which segment and where', async () => {
    const { directory, journal } = await severalSegments();
    const [first = ''] = files(directory);
    const text = readFileSync(join(directory, first), 'utf8');
    const second = text.indexOf('\n') + 1;
    writeFileSync(join(directory, first), text.replace('"n":0', '"n":7'));
    expect(thrown(() => texts(journal)).message).toMatch(
      new RegExp(
        `segment ${first}: the line at \\d+ follows a line that is missing or altered\\. Run showrunner doctor`,
      ),
    );
    writeFileSync(join(directory, first), `${text.slice(0, second - 1)} ${text.slice(second)}`);
    expect(thrown(() => texts(journal)).message).toMatch(
      /the line at 0 is altered|does not begin with a header/,
    );
  });

  test('given a segment without its seal although another follows, then it says so', async () => {
    const { directory, journal } = await severalSegments();
    const [first = ''] = files(directory);
    const text = readFileSync(join(directory, first), 'utf8');
    truncateSync(join(directory, first), text.lastIndexOf('\n', text.length - 2) + 1);
    expect(thrown(() => texts(journal)).message).toMatch(
      new RegExp(`segment ${first} has no seal although \\d+ follows it`),
    );
  });
});

describe('copies of lines', () => {
  const commits = [1, 2].map((n): { kind: LineKind; text: string } => ({
    kind: 'commit',
    text: `{"n":${n}}`,
  }));

  /** A segment with two commits, and one that takes over from its beginning with these copies. */
  function takenOver(
    change: (all: { kind: 'rescued'; text: string }[]) => { kind: 'rescued'; text: string }[],
  ): string {
    const directory = temporaryDirectory();
    const { bytes } = encodeLines(0, noCrc, [header(), ...commits]);
    writeFileSync(join(directory, segmentFile(0)), bytes);
    const all = copies(0, noCrc, [header(), ...commits]);
    writeFileSync(
      join(directory, segmentFile(bytes.length)),
      encodeLines(bytes.length, noCrc, [header({ from: 0, lines: all.length }), ...change(all)]).bytes,
    );
    return directory;
  }

  test('given they are whole, then each commit comes once, and they are counted', () => {
    const directory = takenOver((all) => all);
    expect(texts(open(directory, { readOnly: true }))).toEqual(['{"n":1}', '{"n":2}']);
    expect(open(directory, { readOnly: true }).inspect()).toMatchObject({
      damage: [],
      segments: [
        { commits: 0, voidLines: 0 },
        { commits: 3, voidLines: 0 },
      ],
    });
  });

  test('given one is not whole, then it is told', () => {
    const directory = takenOver((all) =>
      all.map((each, index) =>
        index === 1 ? { ...each, text: each.text.replace('n\\":1', 'n\\":9') } : each,
      ),
    );
    expect(thrown(() => texts(open(directory, { readOnly: true }))).message).toMatch(
      /the copy of a rescued line at \d+ is not whole/,
    );
    expect(
      open(directory, { readOnly: true })
        .inspect()
        .damage.map(({ what }) => what),
    ).toEqual(['the copy of a line is not whole']);
  });

  test('given one is missing, then it is told', () => {
    const directory = takenOver((all) => all.filter((_, index) => index !== 1));
    expect(thrown(() => texts(open(directory, { readOnly: true }))).message).toMatch(
      /the rescued line of \d+ follows a line that is missing or altered/,
    );
  });

  test('given a copy of a copy, then the commit inside is found; given it is broken inside, then nothing is', () => {
    const [inner] = copies(100, noCrc, [{ kind: 'commit', text: '{"n":1}' }]);
    const [outer] = copies(500, noCrc, [inner ?? { kind: 'commit', text: '' }]);
    expect(unwrapRescued(outer?.text ?? '')).toMatchObject({
      original: { kind: 'rescued', position: 500 },
      commit: { kind: 'commit', position: 100, text: '{"n":1}' },
    });
    expect(unwrapRescued(inner?.text ?? '')).toMatchObject({
      original: { kind: 'commit' },
      commit: { text: '{"n":1}' },
    });
    const [seal] = copies(700, noCrc, [{ kind: 'seal', text: '{"next":9}' }]);
    expect(unwrapRescued(seal?.text ?? '')).toEqual({
      original: expect.objectContaining({ kind: 'seal' }) as unknown,
      commit: undefined,
    });
    const [broken] = copies(500, noCrc, [
      { kind: 'rescued', text: JSON.stringify({ position: 100, line: 'broken' }) },
    ]);
    expect(unwrapRescued(broken?.text ?? '')).toBeUndefined();
    expect(unwrapRescued(JSON.stringify({ position: 1, line: 'broken' }))).toBeUndefined();
  });
});

describe('segments in a folder', () => {
  test('given any order of names, then they come in theirs; given both forms, then the plain one', () => {
    const names = [
      '00000000000000000900.ndjson',
      'notes.txt',
      '00000000000000000100.ndjson.gz',
      '00000000000000000000.ndjson',
      '00000000000000000100.ndjson',
      '00000000000000000000.ndjson.gz',
    ];
    const disk: Disk = { ...nodeDisk, list: () => names };
    expect(listSegments(disk, '/none')).toEqual([
      { start: 0, file: '00000000000000000000.ndjson', compressed: false },
      { start: 100, file: '00000000000000000100.ndjson', compressed: false },
      { start: 900, file: '00000000000000000900.ndjson', compressed: false },
    ]);
    expect(
      listSegments({ ...nodeDisk, list: () => names.toReversed() }, '/none').map(
        ({ compressed }) => compressed,
      ),
    ).toEqual([false, false, false]);
  });

  test('given a link or a disk that refuses, then it is no missing segment', async () => {
    const { directory } = await severalSegments();
    const elsewhere = temporaryDirectory();
    symlinkSync(join(directory, segmentFile(0)), join(elsewhere, segmentFile(0)));
    expect(() => Segment.open(nodeDisk, elsewhere, 0, false)).toThrow(/ELOOP/);
    const opened: string[] = [];
    const disk: Disk = {
      ...nodeDisk,
      open: (path, mode) => {
        opened.push(mode);
        return nodeDisk.open(path, mode);
      },
    };
    Segment.open(disk, directory, 0, true)?.close();
    Segment.open(disk, directory, 0, false)?.close();
    expect(opened).toEqual(['append', 'read']);
  });

  test('given a compressed one, then its places are the same as before', async () => {
    const { directory, journal } = await severalSegments();
    const [, second] = listSegments(nodeDisk, directory);
    const start = second?.start ?? 0;
    const plain = readFileSync(join(directory, segmentFile(start)));
    journal.compact();
    const segment = Segment.open(nodeDisk, directory, start, true);
    expect([segment?.file, segment?.fd, segment?.end()]).toEqual([
      `${segmentFile(start)}.gz`,
      undefined,
      start + plain.length,
    ]);
    expect(segment?.read(start + 5, start + 25)).toEqual(plain.subarray(5, 25));
    expect(segment?.header()).toMatchObject({ format: 1, program: 'showrunner 9' });
    segment?.close();
    expect(readdirSync(directory).some((name) => name.endsWith('.gz'))).toBe(true);
  });
});
