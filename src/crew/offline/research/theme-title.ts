import type { Finding } from './reports.js';

/** Headings that say nothing about what stands under them. */
const emptyHeadings =
  /^(?:page \d+|introduction|overview|usage|install(?:ation)?|examples?|api(?: reference)?|faq|notes?|background|why|what|how|about|features|options|getting started|quick start|license|readme|changelog|contents|table of contents|summary|conclusion|description|motivation|miscellaneous|misc|other|more|caveats|documentation|guide)\??$/iu;

/** A heading as words that can be said: no marks, numbering, versions, code or brackets. Undefined when too little or too much is left. */
export function sayableHeading(heading: string): string | undefined {
  const bare = heading.replaceAll(/\([^)]*\)|\[[^\]]*\]/gu, ' ');
  const words = bare
    .replaceAll(/^\s*[\d.]+\s+|\bv?\d+\.\d[\w.]*/gu, ' ')
    .replaceAll(/\s[–—|:-]+\s.*$/gu, '')
    .replaceAll(/[^\p{L}\d' ,-]+/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/^[\s,-]+|[\s,-]+$/gu, '');
  const count = words.split(' ').length;
  const tangled =
    heading.includes('`') ||
    /\b(?:I|my|we|our|ours|us|you|your|this|these|it|its)\b/iu.test(words) ||
    /[a-z][A-Z]|\d{3}/u.test(words) ||
    /[._/(){}=<>@$]\w/u.test(bare.replace(/^\s*[\d.]+/u, ''));
  if (words.length < 4 || words.length > 60 || count > 8 || tangled || emptyHeadings.test(words))
    return undefined;
  // Title Case reads well on a page; in a sentence it is written small, but for names in capitals.
  return words
    .split(' ')
    .map((word) => (/^\p{Lu}\p{Ll}+(?:['-]\p{L}+)*,?$/u.test(word) ? word.toLowerCase() : word))
    .join(' ');
}

/** The one that comes most often. */
function mostOf(titles: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const title of titles) counts.set(title, (counts.get(title) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
}

/** A theme's title: the one or two sayable headings that most of it stands under, else the name of the source that most of it is from, else its leading terms. */
export function themeTitle(
  findings: readonly Finding[],
  terms: readonly string[],
  taken: ReadonlySet<string>,
): string {
  const counts = new Map<string, number>();
  for (const { heading } of findings) {
    const title = sayableHeading(heading);
    if (title !== undefined && !taken.has(title)) counts.set(title, (counts.get(title) ?? 0) + 1);
  }
  const [first, second] = [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
  if (first !== undefined && first[1] * 2 >= findings.length) return first[0];
  if (first !== undefined && second !== undefined && (first[1] + second[1]) * 4 >= findings.length) {
    const pair = `${first[0]} and ${second[0]}`;
    const short = [first[0], second[0]].every((heading) => heading.split(' ').length <= 2);
    if (short && !first[0].includes(' and ') && !second[0].includes(' and ') && !taken.has(pair)) return pair;
  }
  const own = sayableHeading(mostOf(findings.map(({ source_title: title }) => title)));
  if (own !== undefined && !taken.has(own)) return own;
  const [term = 'the sources', other, third] = terms;
  if (other === undefined) return term;
  const pair = `${term} and ${other}`;
  return taken.has(pair) && third !== undefined ? `${term}, ${other} and ${third}` : pair;
}
