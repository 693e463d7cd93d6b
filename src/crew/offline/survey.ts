import { notReadFor } from './research/not-read.js';
import { nothingToQuote } from './research/nothing-to-quote.js';
import { leftOutFor, readSources, takingText, type ReadSource } from './research/read-sources.js';
import { refuseUnsayable } from './script/refuse-unsayable.js';
import { isSpeakable } from './script/speakable.js';

/** Words that the two voices say in a minute, with their pauses. */
const wordsPerMinute = 150;

/**
 * Looks at topic and sources before an episode is begun: how many minutes of sentences that can be quoted the sources hold, at most about
 * twice those that are wished for, since no more is read. `note` hears of sources that took too long and of documents that are not read, `still` each second of one that is being read. Throws `invalid_input` for a topic that the voices cannot say and for sources
 * without anything readable or without a sentence that can be quoted.
 */
export async function survey(
  topic: string,
  sources: string | readonly string[],
  minutes: number,
  signal: AbortSignal = new AbortController().signal,
  {
    secondsEach,
    note,
    still,
  }: {
    secondsEach?: number | undefined;
    note?: (words: string) => void;
    still?: (words: string) => void;
  } = {},
): Promise<number> {
  refuseUnsayable(topic);
  const seen = new Set<string>();
  let words = 0;
  const { read, skipped } = await readSources(typeof sources === 'string' ? [sources] : sources, {
    signal,
    secondsEach,
    still: (taking) => still?.(takingText(taking)),
    enough(read) {
      for (const { text } of read.at(-1)?.sentences ?? []) {
        if (seen.has(text) || !isSpeakable(text)) continue;
        seen.add(text);
        words += text.split(' ').length;
      }
      return words > 2 * minutes * wordsPerMinute;
    },
  });
  for (const told of [leftOutFor(skipped)?.trim(), notReadFor(skipped)]) if (told !== undefined) note?.(told);
  if (words === 0) {
    const total = read.reduce((sum, source) => sum + source.total, 0);
    throw nothingToQuote(total, reasonsOf(read));
  }
  return words / wordsPerMinute;
}

/** Why sentences cannot be quoted, those that the voices cannot say included. */
function reasonsOf(read: readonly ReadSource[]): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { leftOut, sentences } of read) {
    for (const [reason, count] of Object.entries({ ...leftOut, cannot_be_said: sentences.length }))
      if (count > 0) reasons[reason] = (reasons[reason] ?? 0) + count;
  }
  return reasons;
}
