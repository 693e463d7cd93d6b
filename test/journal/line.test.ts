import { describe, expect, test } from 'vitest';
import { decodeLine, encodeLines, hiddenLines, noCrc } from '../../src/journal/line.js';

const texts = ['{"a":1}', '{"text":"Grüße 🐝"}', `{"long":"${'x'.repeat(500)}"}`];

function split(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; start = bytes.indexOf(10, start) + 1)
    lines.push(bytes.subarray(start, bytes.indexOf(10, start)));
  return lines;
}

describe('a journal line', () => {
  test('given several, when they are read at their places, then each says what was written, linked to the one before', () => {
    const { lines, bytes } = encodeLines(
      1000,
      'abcdef01',
      texts.map((text) => ({ kind: 'commit', text })),
    );
    expect(lines.at(-1)?.end).toBe(1000 + bytes.length);
    const read = split(bytes).map((line, index) => decodeLine(line, lines[index]?.position ?? 0));
    expect(read).toMatchObject(
      texts.map((text, index) => ({
        kind: 'commit',
        text,
        position: lines[index]?.position,
        end: lines[index]?.end,
        since: lines[index]?.position,
        crc: lines[index]?.crc,
      })),
    );
    expect(read.map((line) => line?.previous)).toEqual([
      'abcdef01',
      ...lines.slice(0, -1).map(({ crc }) => crc),
    ]);
    expect(lines.every(({ crc }) => /^[0-9a-f]{8}$/.test(crc))).toBe(true);
  });

  test('given any other place than the one it claims, then it is void, however right its checksum is', () => {
    const [line = Buffer.alloc(0)] = split(
      encodeLines(1000, noCrc, [{ kind: 'commit', text: texts[0] ?? '' }]).bytes,
    );
    expect(decodeLine(line, 1000)).toBeDefined();
    for (const place of [0, 1, 100, 999, 1001, 10_000]) expect(decodeLine(line, place)).toBeUndefined();
  });

  test('given something before it was not known to be durable, then it says since when all was; otherwise nothing', () => {
    const written = (since?: number) =>
      encodeLines(1000, noCrc, [
        { kind: 'commit', text: '{}', ...(since === undefined ? {} : { since }) },
      ]).bytes.toString();
    expect(written(400)).toContain('"since":400,"commit"');
    for (const since of [undefined, 1000, 1001]) expect(written(since)).not.toContain('since');
    expect(decodeLine(Buffer.from(written(400).slice(0, -1)), 1000)).toMatchObject({
      since: 400,
      kind: 'commit',
      text: '{}',
    });
  });

  test('given any one byte of it is changed, missing or too many, then it is void', () => {
    const [line = Buffer.alloc(0)] = split(
      encodeLines(7, noCrc, [{ kind: 'seal', text: '{"next":90}' }]).bytes,
    );
    for (let at = 0; at < line.length; at += 1) {
      for (const flip of [1, 32, 128]) {
        const changed = Buffer.from(line);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(decodeLine(changed, 7)).toBeUndefined();
      }
      expect(decodeLine(line.subarray(0, at), 7)).toBeUndefined();
    }
    expect(decodeLine(Buffer.concat([line, Buffer.from(' ')]), 7)).toBeUndefined();
  });

  test('given a line without the newline before it, then it is found in the stretch that hides it, and only there where it claims to be', () => {
    const torn = '{"position":50,"previous":"00000000","com';
    const { bytes } = encodeLines(50 + torn.length, noCrc, [{ kind: 'commit', text: '{"n":1}' }]);
    const stretch = Buffer.concat([Buffer.from(torn), bytes.subarray(0, -1)]);
    expect(hiddenLines(stretch, 50)).toMatchObject([{ position: 50 + torn.length, text: '{"n":1}' }]);
    expect(hiddenLines(stretch, 51)).toEqual([]);
    expect(hiddenLines(Buffer.from(`${torn}{"position":91}`), 50)).toEqual([]);
  });
});
