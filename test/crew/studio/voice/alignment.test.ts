import { describe, expect, test } from 'vitest';
import { cuesOf, timingOf } from '../../../../src/crew/studio/voice/alignment.js';

const text = 'Well, the lamp is out. 🕯 We climb.';

function even(said = text, seconds = 3.4) {
  const characters = Array.from(said);
  const each = seconds / characters.length;
  return {
    characters,
    character_start_times_seconds: characters.map((_, index) => index * each),
    character_end_times_seconds: characters.map((_, index) => (index + 1) * each),
  };
}

describe('times of characters', () => {
  test('given a true alignment, then there is a time for each unit of the text, and a character of two has the same twice', () => {
    const timing = timingOf(even(), text, 3400);
    expect(timing?.startsMs).toHaveLength(text.length);
    const candle = text.indexOf('🕯');
    expect(timing?.startsMs[candle]).toBe(timing?.startsMs[candle + 1]);
    expect(timing?.endsMs.at(-1)).toBe(3400);
  });

  test.each([
    ['none', null],
    ['of another text', even(`${text}?`)],
    [
      'with a time too few',
      { ...even(), character_end_times_seconds: even().character_end_times_seconds.slice(1) },
    ],
    [
      'that goes back',
      { ...even(), character_start_times_seconds: even().character_start_times_seconds.toReversed() },
    ],
    ['past the end of the sound', even(text, 9)],
    ['all at the beginning', even(text, 0.2)],
    [
      'with what is no number',
      { ...even(), character_start_times_seconds: even().characters.map(() => Number.NaN) },
    ],
  ])('given an alignment %s, then there are no times', (_what, alignment) => {
    expect(timingOf(alignment, text, 3400)).toBeUndefined();
  });

  test('given a long line, then its captions are at most two rows, cut between words, in order, and say every word', () => {
    const long = `${'The keepers of the light wrote down each ship, each storm and each repair. '.repeat(6)}And ${'x'.repeat(200)}.`;
    const cues = cuesOf(long, timingOf(even(long, 60), long, 60_000) ?? { startsMs: [], endsMs: [] });
    expect(
      cues
        .map((cue) => cue.text)
        .join('')
        .replaceAll(' ', ''),
    ).toBe(long.replaceAll(' ', ''));
    for (const { text: shown } of cues) expect(shown.length).toBeLessThanOrEqual(84);
    const times = cues.flatMap(({ startSeconds, endSeconds }) => [startSeconds, endSeconds]);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(cues[0]).toMatchObject({ startSeconds: 0, text: expect.stringMatching(/repair\.$/) });
  });
});
