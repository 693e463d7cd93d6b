import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeJson } from '../../src/disk/index.js';

function refusalOf(text: string): string | undefined {
  try {
    decodeJson(Buffer.from(text));
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError) || error.cause !== undefined) throw error;
    return error.message;
  }
}

describe('the JSON of a file that may be another’s', () => {
  test.each([
    ['root:x:0:0:root:/root', 'it goes wrong at line 1, column 1'],
    ['{\n  "a": 1,\n}', 'it goes wrong at line 3, column 1'],
    ['{"a": foo}', 'it goes wrong at line 1, column 7'],
    ['[1, 02]', 'it goes wrong at line 1, column 5'],
    ['[1 2]', 'it goes wrong at line 1, column 4'],
    ['{"a" 1}', 'it goes wrong at line 1, column 6'],
    ['{"a": "b\nc"}', 'it goes wrong at line 1, column 7'],
    ['{} secret', 'it goes wrong at line 1, column 4'],
    ['{"a": [1', 'it ends too early'],
    ['', 'it ends too early'],
    [`[${'1,'.repeat(600_000)}`, 'it goes wrong somewhere'],
  ])('given %j, then the error says where it goes wrong', (text, message) => {
    expect(refusalOf(text)).toBe(message);
  });

  test.each([
    ['nested', '['],
    ['in a list', ',1'],
    ['of objects', '{'],
  ])(
    'given more values than there is room for, %s, then they are refused before they are parsed',
    (_how, sign) => {
      expect(refusalOf(sign.repeat(4_000_001))).toBe('it has more than four million values');
    },
  );

  test('given a long text with few values, then it is read', () => {
    expect(refusalOf(JSON.stringify(['x'.repeat(5_000_000)]))).toBeUndefined();
  });

  test('given any broken JSON, then the error has nothing of it, and a place', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.nat(6), fc.string({ maxLength: 4 }))
      .map(([json, at, length, other]) => {
        const place = at % (json.length + 1);
        return json.slice(0, place) + other + json.slice(place + length);
      });
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(broken, fc.string()), (text) => {
        const isBroken = ((): boolean => {
          try {
            JSON.parse(text);
            return false;
          } catch {
            return true;
          }
        })();
        const message = refusalOf(text);
        if (message !== undefined) refused += 1;
        expect(message ?? '').toMatch(
          isBroken ? /^it (?:ends too early|goes wrong at line \d+, column \d+)$/ : /^$/,
        );
      }),
      { numRuns: 2000, seed: 20_261_128 },
    );
    expect(refused).toBeGreaterThan(500);
  });
});
