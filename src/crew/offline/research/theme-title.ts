import type { Finding } from './reports.js';

/** Headings that say nothing about what stands under them. */
const emptyHeadings =
  /^(?:page \d+|introduction|overview|usage|install(?:ation)?|examples?|api(?: reference)?|faq|notes?|background|why|what|how|about|features|options|getting started|quick start|license|readme|changelog|contents|table of contents|summary|conclusion|description|motivation|miscellaneous|misc|other|more|caveats|documentation|guide)\??$/iu;

/** A heading as words that can be said: no marks, numbering, versions, code or brackets. Undefined when too little or too much is left. */
export function sayableHeading(heading: string, names: ReadonlySet<string> = new Set()): string | undefined {
  const bare = heading.replaceAll(/\([^)]{0,200}\)|\[[^\]]{0,200}\]/gu, ' ');
  const words = bare
    .replaceAll(/^\s*[\d.]+\s+|\bv?\d+\.\d[\w.]*/gu, ' ')
    .replaceAll(/\s[–—|:-]+\s.*$/gu, '')
    .replaceAll(/[^\p{L}\d' ,-]+/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/^[\s,-]+|(?<![\s,-])[\s,-]+$/gu, '');
  const count = words.split(' ').length;
  const tangled =
    heading.includes('`') ||
    /\b(?:I|my|we|our|ours|us|you|your|this|these|it|its)\b/iu.test(words) ||
    /[a-z][A-Z]|\d{3}/u.test(words) ||
    /[._/(){}=<>@$]\w/u.test(bare.replace(/^\s*[\d.]+/u, ''));
  if (words.length < 4 || words.length > 60 || count > 8 || tangled || emptyHeadings.test(words))
    return undefined;
  return asInSentence(words.split(' '), names).join(' ');
}

/** Title Case reads well on a page; in a sentence it is written small. In other headings a capital inside is a name's. */
function asInSentence(words: readonly string[], names: ReadonlySet<string>): string[] {
  const isTitleCase = words.slice(1).every((word) => word.length < 4 || !/^\p{Ll}/u.test(word));
  return words.map((word, index) => {
    const isSmall = /^\p{Lu}\p{Ll}+(?:['-]\p{L}+)*,?$/u.test(word) && (isTitleCase || index === 0);
    return isSmall && !names.has(word.replace(/,$/u, '')) ? word.toLowerCase() : word;
  });
}

/** Words that have a capital inside the findings' sentences, and so wherever they stand. */
export function namesIn(findings: readonly Pick<Finding, 'text'>[]): Set<string> {
  const names = new Set<string>();
  for (const { text } of findings)
    for (const [name] of text.matchAll(/(?<=[\p{Ll}\d,] )\p{Lu}\p{Ll}+/gu)) names.add(name);
  return names;
}

/** The one that comes most often. */
function mostOf(titles: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const title of titles) counts.set(title, (counts.get(title) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
}

/** A theme's title: the one or two sayable headings that most of it stands under, else the name of the source that most of it is from, else its first heading, else its leading terms. */
export function themeTitle(
  findings: readonly Finding[],
  terms: readonly string[],
  taken: ReadonlySet<string>,
): string {
  const counts = new Map<string, number>();
  const names = namesIn(findings);
  for (const { heading } of findings) {
    const title = sayableHeading(heading, names);
    if (title !== undefined && !taken.has(title)) counts.set(title, (counts.get(title) ?? 0) + 1);
  }
  // A heading that is a sentence of its own fits badly into another one.
  const weight = (title: string, count: number): number =>
    /\s(?:is|are|was|were|has|have|does|can|must|may)\s/u.test(title) ? count / 2 : count;
  const [first, second] = [...counts].sort(
    ([a, countA], [b, countB]) => weight(b, countB) - weight(a, countA) || (a < b ? -1 : 1),
  );
  if (first !== undefined && first[1] * 2 >= findings.length) return first[0];
  if (
    first !== undefined &&
    second !== undefined &&
    second[1] > 1 &&
    (first[1] + second[1]) * 2 >= findings.length
  ) {
    const pair = `${first[0]} and ${second[0]}`;
    const short = [first[0], second[0]].every((heading) => heading.split(' ').length <= 2);
    if (short && !first[0].includes(' and ') && !second[0].includes(' and ') && !taken.has(pair)) return pair;
  }
  const most = mostOf(findings.map(({ source_title: title }) => title));
  // A document that is called by one word is called by a name.
  const own = /^\p{Lu}[\p{L}-]{3,}$/u.test(most) ? most : sayableHeading(most, names);
  if (own !== undefined && !taken.has(own)) return own;
  if (first !== undefined) return first[0];
  const [term = 'the sources', other, third] = terms;
  if (other === undefined) return term;
  const pair = `${term} and ${other}`;
  return taken.has(pair) && third !== undefined ? `${term}, ${other} and ${third}` : pair;
}
