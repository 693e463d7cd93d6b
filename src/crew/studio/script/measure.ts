import { repetition } from '../../offline/script/quality.js';
import { longestSentenceWords, spokenForm } from '../../offline/script/speakable.js';
import type { Line } from './shapes.js';

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

export function wordsIn(text: string): number {
  return text.split(/\s+/u).filter((word) => word !== '').length;
}

/** What is counted in a script, and not asked of a model. */
export interface Measured {
  words: number;
  wanted_words: number;
  /** Whether the length is within a tenth of what was asked for. */
  is_of_wanted_length: boolean;
  lines: number;
  share_of_lines_with_source: number;
  /** The share of four-word sequences that were heard before. */
  repetition: number;
  /** Sentences that a voice stumbles on: too long, or with signs that cannot be said. */
  stumbling_sentences: string[];
}

export function measure(lines: readonly Line[], wantedWords: number): Measured {
  const texts = lines.map(({ text }) => text);
  const words = texts.reduce((sum, text) => sum + wordsIn(text), 0);
  return {
    words,
    wanted_words: wantedWords,
    is_of_wanted_length: Math.abs(words - wantedWords) <= wantedWords / 10,
    lines: lines.length,
    share_of_lines_with_source: rounded(
      share(lines.filter(({ sources }) => sources.length > 0).length, lines.length),
    ),
    repetition: rounded(repetition(texts)),
    stumbling_sentences: texts.flatMap((text) => text.split(/(?<=[.?!])\s/u)).filter(isStumbling),
  };
}

function isStumbling(sentence: string): boolean {
  return spokenForm(sentence) === undefined || wordsIn(sentence) > longestSentenceWords + 8;
}
