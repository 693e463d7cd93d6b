import * as z from 'zod';
import type { Cue } from '../../audio/recording.js';

/** When each character (UTF-16 unit) of a text is said, in milliseconds from the beginning of its sound. */
export interface Timing {
  startsMs: number[];
  endsMs: number[];
}

/** As ElevenLabs tells it. */
export const Alignment = z.object({
  characters: z.array(z.string()),
  character_start_times_seconds: z.array(z.number()),
  character_end_times_seconds: z.array(z.number()),
});
export type Alignment = z.infer<typeof Alignment>;

/** A time may be past the end of the sound by so much. */
const toleranceMs = 250;

/**
 * An alignment as times of the text's characters; undefined where it cannot be true: of another text, with lists of several lengths, times that go back or lie outside the sound, or
 * all of them in one place. Captions then are one for each line, which is coarser and never wrong.
 */
export function timingOf(
  alignment: Alignment | null | undefined,
  text: string,
  audioMs: number,
): Timing | undefined {
  if (!alignment) return undefined;
  const { characters, character_start_times_seconds: starts, character_end_times_seconds: ends } = alignment;
  if (characters.length !== starts.length || characters.length !== ends.length) return undefined;
  if (characters.join('') !== text) return undefined;
  const timing: Timing = { startsMs: [], endsMs: [] };
  let before = 0;
  for (const [index, character] of characters.entries()) {
    const startMs = Math.round((starts[index] ?? Number.NaN) * 1000);
    const endMs = Math.round((ends[index] ?? Number.NaN) * 1000);
    if (!(startMs >= before && endMs >= startMs && endMs <= audioMs + toleranceMs)) return undefined;
    before = startMs;
    for (let unit = 0; unit < character.length; unit += 1) {
      timing.startsMs.push(startMs);
      timing.endsMs.push(Math.min(endMs, Math.round(audioMs)));
    }
  }
  const saidMs = (timing.endsMs.at(-1) ?? 0) - (timing.startsMs[0] ?? 0);
  return saidMs * 4 < audioMs ? undefined : timing;
}

/** What fits on two rows of a screen. */
const cueCharacters = 84;

/** A line's text in captions of at most two rows, cut between words, and after a sentence or a comma where that is near. */
export function cuesOf(text: string, { startsMs, endsMs }: Timing): Cue[] {
  const cues: Cue[] = [];
  for (let from = 0; from < text.length;) {
    const to = cueEnd(text, from);
    const shown = text.slice(from, to);
    const first = from + (shown.length - shown.trimStart().length);
    const last = from + shown.trimEnd().length - 1;
    if (last >= first)
      cues.push({
        text: shown.trim(),
        startSeconds: (startsMs[first] ?? 0) / 1000,
        endSeconds: (endsMs[last] ?? 0) / 1000,
      });
    from = to;
  }
  return cues;
}

function cueEnd(text: string, from: number): number {
  if (text.length - from <= cueCharacters) return text.length;
  const window = text.slice(from, from + cueCharacters + 1);
  const afterSentence = lastOf(window, /[.!?…]["'’”)]*\s/gu);
  if (afterSentence >= cueCharacters / 3) return from + afterSentence;
  const afterComma = lastOf(window, /[,;:–—]\s/gu);
  if (afterComma >= cueCharacters / 2) return from + afterComma;
  const afterWord = lastOf(window, /\s/gu);
  if (afterWord > 0) return from + afterWord;
  // A word without an end is cut, and never within a character.
  const isWithin = /[\ud800-\udbff]/u.test(text.charAt(from + cueCharacters - 1));
  return from + cueCharacters - (isWithin ? 1 : 0);
}

/** Where the last match ends; 0 without one. */
function lastOf(text: string, pattern: RegExp): number {
  const match = [...text.matchAll(pattern)].at(-1);
  return match ? match.index + match[0].length : 0;
}
