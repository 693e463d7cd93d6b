import { assert, integer, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitText } from '../../../../src/crew/studio/voice/split-text.js';

const sentence = 'The keeper climbs the stairs each evening and lights the lamp. ';

describe('splitting what is too long for one request', () => {
  test.each([
    [2000, 18],
    [4096, 9],
    [5000, 7],
    [10_000, 4],
    [40_000, 1],
  ])(
    'given a script of 34,847 characters and a limit of %i, then it is %i requests, cut after sentences',
    (most, requests) => {
      const script = sentence.repeat(554).slice(0, 34_846) + '.';
      const parts = splitText(script, most);
      expect(parts).toHaveLength(requests);
      expect(parts.join('')).toBe(script);
      for (const part of parts) expect(part.trim()).toMatch(/\.$/);
    },
  );

  test('given a title such as "Dr.", then no request ends after it', () => {
    const text =
      'This is what we know of it. It was shown by Dr. Amelia Fox in a long report. Nobody else did.';
    expect(splitText(text, 60).some((part) => part.trim().endsWith('Dr.'))).toBe(false);
  });

  test('given any text and any limit, then the parts are the text again, and none but a letter alone is longer', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 300 }), integer({ min: 12, max: 80 }), (text, most) => {
        const parts = splitText(text, most);
        expect(parts.join('')).toBe(text);
        for (const part of parts) {
          const letters = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(part.trim())];
          expect(part.trim().length <= most || letters.length === 1).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});
