import { leftOutFor, readSources, takingText } from './research/read-sources.js';
import { refuseUnsayable } from './script/refuse-unsayable.js';
import { isSpeakable } from './script/speakable.js';

/** Words that the two voices say in a minute, with their pauses. */
const wordsPerMinute = 150;

/**
 * Looks at topic and sources before an episode is begun: how many minutes of sentences that can be quoted the sources hold, at most about
 * twice those that are wished for, since no more is read. `note` hears of sources that took too long, `still` each second of one that is being read. Throws `invalid_input` for a topic that the voices cannot say and for sources
 * without anything readable.
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
  const { skipped } = await readSources(typeof sources === 'string' ? [sources] : sources, {
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
  const leftOut = leftOutFor(skipped);
  if (leftOut !== undefined) note?.(leftOut.trim());
  return words / wordsPerMinute;
}
