import { describe, expect, it } from 'vitest';
import { extract } from '../../../src/crew/offline/research/extract.js';
import { utf16Of } from '../../../src/crew/offline/research/decode-text.js';
import type { SourceKind } from '../../../src/crew/offline/research/open-source.js';

const said = 'The engineer José said “it’s not so” to the naïve keeper of the café – and left.';
const windows = new Map(Object.entries({ '“': 0x93, '”': 0x94, '’': 0x92, '–': 0x96 }));
const asWindows = Buffer.from(Array.from(said, (sign) => windows.get(sign) ?? sign.charCodeAt(0)));
const little = Buffer.from(said, 'utf16le');
const big = Buffer.from(little).swap16();
const page = (head: string, bytes: readonly number[]): Buffer =>
  Buffer.concat([
    Buffer.from(`<html><head>${head}</head><body><p>The engineer `),
    Buffer.from(bytes),
    Buffer.from('ukasz walked through the old town in the winter.</p></body></html>'),
  ]);
const between = (byte: number): Buffer =>
  Buffer.concat([
    Buffer.from('The engineer Jos'),
    Buffer.from([byte]),
    Buffer.from(' walked through the old town in the winter.'),
  ]);

describe('encodings', () => {
  it.each<[string, SourceKind, Uint8Array, string | undefined, number]>([
    ['Windows-1252 with typographic quotes', 'text', asWindows, said, 7],
    [
      'UTF-16 with a mark, little end first',
      'text',
      Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
      said,
      0,
    ],
    ['UTF-16 with a mark, big end first', 'text', Buffer.concat([Buffer.from([0xfe, 0xff]), big]), said, 0],
    ['UTF-16 without a mark, little end first', 'text', little, said, 0],
    ['UTF-16 without a mark, big end first', 'markdown', big, said, 0],
    ['UTF-8 with a mark', 'text', Buffer.from(`\uFEFF${said}`), said, 0],
    [
      'a page that states ISO 8859-2',
      'html',
      page('<meta charset="iso-8859-2">', [0xa3]),
      'The engineer Łukasz walked through the old town in the winter.',
      1,
    ],
    ['a page that states nothing and is of ISO 8859-2', 'html', page('', [0xa3]), undefined, 1],
    [
      'a page in UTF-8 that states Latin-1',
      'html',
      page('<meta charset="iso-8859-1">', [...Buffer.from('Ł')]),
      'The engineer Łukasz walked through the old town in the winter.',
      0,
    ],
    ['an é of a Macintosh', 'text', between(0x8e), undefined, 1],
    ['an é of DOS', 'text', between(0x82), undefined, 1],
    ['a byte that means nothing', 'text', between(0x81), undefined, 1],
    [
      'an é of Latin-1',
      'text',
      between(0xe9),
      'The engineer José walked through the old town in the winter.',
      1,
    ],
  ])(
    'given %s, when it is read, then its letters are right or its sentence is left out',
    async (_, kind, bytes, expected, repaired) => {
      const read = await extract(kind, bytes, () => {});
      expect(read.sentences.map(({ text }) => text)).toEqual(expected === undefined ? [] : [expected]);
      expect(read.repaired).toBe(repaired);
      expect(read.total).toBe(1);
    },
  );

  it('given bytes of a picture, when they are looked at, then they are no UTF-16', () => {
    expect(
      utf16Of(
        Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52]),
      ),
    ).toBeUndefined();
  });
});
