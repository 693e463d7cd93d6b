import type { English } from '../english.js';
import type { Finding } from '../research/reports.js';
import type { Draft } from './compose.js';
import { hosts } from './lines.js';
import { expectedSeconds } from './pace.js';
import { longestSentenceWords, spokenForm } from './speakable.js';

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const wordsIn = (text: string): number => text.split(/\s+/u).length;

/** Share of the four-word sequences in quoted sentences that were heard before. */
export function repetition(texts: readonly string[]): number {
  const seen = new Set<string>();
  let total = 0;
  for (const text of texts) {
    const words = text.toLowerCase().match(/[a-z\d']+/gu) ?? [];
    for (let start = 0; start + 4 <= words.length; start += 1) {
      seen.add(words.slice(start, start + 4).join(' '));
      total += 1;
    }
  }
  return total === 0 ? 0 : 1 - seen.size / total;
}

/** A line keeps the house's rules when it has only sayable signs and no sentence that is too long. */
function keepsRules(text: string): boolean {
  return (
    spokenForm(text) !== undefined &&
    text.split(/(?<=[.?!]) /u).every((sentence) => wordsIn(sentence) <= longestSentenceWords + 8)
  );
}

/** Measures a script; what each number means is said in the report itself. */
export function measureQuality(
  draft: Draft,
  findings: ReadonlyMap<string, Finding>,
  english: English,
  minutes: number,
  short: boolean,
) {
  const quoted = draft.lines.filter((line) => line.source !== null);
  const texts = draft.lines.map(({ text }) => text);
  const used = quoted.flatMap((line) => findings.get(line.source?.finding ?? '') ?? []);
  const files = new Set(used.map(({ file }) => file));
  const wordsBy = hosts.map(({ name }) =>
    draft.lines.filter(({ speaker }) => speaker === name).reduce((sum, { text }) => sum + wordsIn(text), 0),
  );
  const words = texts.reduce((sum, text) => sum + wordsIn(text), 0);
  const balance = 1 - share(Math.abs((wordsBy[0] ?? 0) - (wordsBy[1] ?? 0)), words);
  const repeated = repetition(quoted.map(({ text }) => text));
  const { fleschReadingEase } = english.readability(texts.join(' '));
  const disclosed = texts.slice(0, 4).some((text) => text.includes('voices are synthetic'));
  const easyTurns = share(texts.filter((text) => wordsIn(text) <= 40).length, texts.length);
  return {
    words,
    expected_minutes: rounded(expectedSeconds(draft.lines) / 60),
    wanted_minutes: minutes,
    short_of_wanted: short,
    readability: { flesch_reading_ease: fleschReadingEase },
    quoted_lines: quoted.length,
    lines: draft.lines.length,
    share_of_quotes_with_source: share(used.length, quoted.length),
    share_of_lines_quoted: rounded(share(quoted.length, draft.lines.length)),
    repetition: rounded(repeated),
    ai_disclosure: disclosed,
    share_of_lines_that_keep_the_rules: rounded(share(texts.filter(keepsRules).length, texts.length)),
    sources_quoted: files.size,
    scores: {
      // One source agrees with nobody.
      ...(files.size < 2
        ? {}
        : {
            consensus_score: rounded(
              share(used.filter(({ supported_by }) => supported_by.length > 0).length, used.length),
            ),
          }),
      engagement_score: rounded((balance + (1 - repeated) + easyTurns) / 3),
    },
  };
}
