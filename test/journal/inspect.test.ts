import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { segmentFile } from '../../src/journal/segment.js';
import { temporaryDirectory } from '../support/temporary.js';
import { commit, files, open, severalSegments, texts } from './on-disk.js';

describe('what a journal says of itself', () => {
  test('given segments, when it is inspected, then each is told with its commits, its bytes and whether it is sealed', async () => {
    const { directory, journal } = await severalSegments();
    const { segments, damage } = journal.inspect();
    expect(damage).toEqual([]);
    expect(segments.length).toBeGreaterThan(2);
    expect(segments.map(({ file }) => file)).toEqual(files(directory));
    expect(segments.map(({ bytes }) => bytes)).toEqual(
      files(directory).map((file) => readFileSync(join(directory, file)).length),
    );
    expect(segments.map(({ start }) => start)).toEqual(
      files(directory).map((file) => Number.parseInt(file, 10)),
    );
    expect(segments.map(({ sealed }) => sealed)).toEqual(
      segments.map((_, index) => index < segments.length - 1),
    );
    expect(segments.reduce((sum, { commits }) => sum + commits, 0)).toBe(6);
    expect(
      segments.every(
        ({ compressed, voidLines, voidBytes }) => !compressed && voidLines === 0 && voidBytes === 0,
      ),
    ).toBe(true);
  });

  test('given rubbish with and without a newline, when it is inspected, then its lines and bytes are counted, and it is no damage', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    await commit(journal, '{"n":1}');
    appendFileSync(join(directory, segmentFile(0)), 'rubbish\nmore');
    expect(journal.inspect()).toMatchObject({
      damage: [],
      segments: [{ commits: 1, voidLines: 1, voidBytes: 'rubbish\nmore'.length, sealed: false }],
    });
  });

  test('given damage of each kind, when it is inspected, then it is told where and what, and the rest is looked at', async () => {
    const told = async (harm: (directory: string, names: string[]) => void): Promise<string[]> => {
      const { directory, journal } = await severalSegments();
      harm(directory, files(directory));
      return journal
        .inspect()
        .damage.map(
          ({ segment, position, what }) =>
            `${segment === '' ? '' : files(directory).indexOf(segment)} ${position > 0 ? '+' : position} ${what}`,
        );
    };
    const change = (directory: string, name = '', from: string | RegExp = '', to = ''): void =>
      writeFileSync(join(directory, name), readFileSync(join(directory, name), 'utf8').replace(from, to));
    expect(await told((directory, [first]) => rmSync(join(directory, first ?? '')))).toContainEqual(
      expect.stringMatching(/^0 0 the journal begins at \d+: what was before is missing$/),
    );
    expect(await told((directory, [first]) => truncateSync(join(directory, first ?? ''), 0))).toEqual(
      expect.arrayContaining(['0 0 it is empty', '0 0 it has no seal although another segment follows it']),
    );
    expect(await told((directory, [first]) => change(directory, first, '"n":0', '"n":9'))).toContainEqual(
      expect.stringMatching(/^0 \+ the line follows a line that is missing or altered$/),
    );
    expect(
      await told((directory, [, second]) => change(directory, second, '"header"', '"hexder"')),
    ).toContainEqual(expect.stringMatching(/^1 \+ it does not begin with a header$/));
    expect(await told((directory, [first]) => change(directory, first, '"seal"', '"sexl"'))).toContainEqual(
      expect.stringMatching(/^0 \+ it has no seal although another segment follows it$/),
    );
    expect(
      await told((directory, [first]) =>
        change(directory, first, /\n(?=\{"position":\d+,"previous":"[0-9a-f]+","commit")/, ' '),
      ),
    ).toContainEqual(expect.stringMatching(/the line is altered|does not begin with a header/));
  });

  test('given a part of it is asked for, when it is walked, then only commits that begin there are given', async () => {
    const { journal, bodies } = await severalSegments();
    const places: number[] = [];
    journal.scan(({ position }) => places.push(position));
    expect(texts(journal, { from: places[2] ?? 0 })).toEqual(bodies.slice(2));
    expect(texts(journal, { to: places[2] ?? 0 })).toEqual(bodies.slice(0, 2));
    expect(texts(journal, { from: places[1] ?? 0, to: places[4] ?? 0 })).toEqual(bodies.slice(1, 4));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('given its end is asked for, then it is where the bytes end, whoever wrote them', async () => {
    const { directory, journal } = await severalSegments();
    const last = files(directory).at(-1) ?? '';
    expect(journal.end()).toBe(Number.parseInt(last, 10) + readFileSync(join(directory, last)).length);
    appendFileSync(join(directory, last), 'half a line');
    expect(journal.end()).toBe(Number.parseInt(last, 10) + readFileSync(join(directory, last)).length);
  });
});
