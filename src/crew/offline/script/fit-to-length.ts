import type { Theme } from '../research/reports.js';
import { compose, passagesOf, type Draft, type Material, type Quote } from './compose.js';
import { expectedSeconds } from './pace.js';

/** Adds passages in the order in which research chose them, until the script takes the wished time. Says so when there are too few. */
export function fitToLength(
  material: Omit<Material, 'shortOf'>,
  minutes: number,
): Draft & { short: boolean } {
  const passages = material.synthesis.themes
    .flatMap((theme: Theme) => passagesOf(theme, material.quotes))
    .sort((a, b) => idOf(a).localeCompare(idOf(b), 'en', { numeric: true }));
  const quotes = new Map<string, Quote>();
  let draft: Draft | undefined;
  let seconds = 0;
  for (const passage of passages) {
    for (const quote of passage) quotes.set(quote.finding.id, quote);
    const longer = compose({ ...material, quotes, shortOf: undefined });
    const longerSeconds = expectedSeconds(longer.lines);
    // The passage that crosses the mark stays when that comes nearer to it.
    if (
      draft !== undefined &&
      longerSeconds > minutes * 60 &&
      longerSeconds - minutes * 60 > minutes * 60 - seconds
    )
      break;
    draft = longer;
    seconds = longerSeconds;
    if (seconds >= minutes * 60) break;
  }
  const short = seconds < minutes * 60 * 0.9;
  if (draft !== undefined && !short) return { ...draft, short };
  return { ...compose({ ...material, quotes, shortOf: minutes }), short: true };
}

const idOf = (passage: readonly Quote[]): string => passage[0]?.finding.id ?? '';
