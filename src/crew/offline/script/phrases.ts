import { spokenList } from './source-names.js';

/** Cycles through phrases, so that none comes twice in a row. */
export function cycle<T>(phrases: readonly [T, ...T[]]): () => T {
  let next = 0;
  return () => phrases[next++ % phrases.length] ?? phrases[0];
}

/** The first and the last segment are announced as such. */
export function announcement(title: string, index: number, of: number): string {
  if (of === 1) return `Our subject is ${title}.`;
  if (index === 0) return `We begin with ${title}.`;
  if (index === of - 1) return `Our last part is about ${title}.`;
  const middle = [
    `Next, ${title}.`,
    `Let us turn to ${title}.`,
    `Now to ${title}.`,
    `The next part is about ${title}.`,
  ];
  return middle[(index - 1) % middle.length] ?? `Next, ${title}.`;
}

/** Says where the next sentences stand. */
export const attributions = [
  (source: string) => `Here is what ${source} says.`,
  (source: string) => `Let us read from ${source}.`,
  (source: string) => `${source} puts it this way.`,
  (source: string) => `The next words are from ${source}.`,
  (source: string) => `What does ${source} say?`,
] as const;

/** Says under which heading the next sentences stand, which is often what they speak of. */
export const headingAttributions = [
  (source: string, heading: string) => `Let us read from ${source}, where the heading is ${heading}.`,
  (source: string, heading: string) => `And ${source}, under the heading ${heading}.`,
  (source: string, heading: string) => `The next words are from ${source}, from the part called ${heading}.`,
] as const;

/** The same source goes on under another heading. */
export const headingTurns = [
  (heading: string) => `Then there is a part called ${heading}.`,
  (heading: string) => `The next heading is ${heading}.`,
  (heading: string) => `Under ${heading}, it goes on.`,
  (heading: string) => `And under ${heading}?`,
] as const;

/** One host hands over to the other. */
export const questions = [
  'What else do we find there?',
  'Is there more to it?',
  'And what comes with that?',
  'What else is worth knowing?',
  'Where does that lead?',
  'Does it say more?',
  'What should we add?',
] as const;

/** What the listener will hear, in order; one or two parts need no list. */
export function overview(titles: readonly string[]): string | undefined {
  const parts = ['', '', '', 'three', 'four', 'five', 'six'][titles.length];
  return parts === undefined || parts === ''
    ? undefined
    : `We have ${parts} parts for you: ${spokenList(titles)}.`;
}

/** The disclosure that every episode opens with. */
export function disclosure(sources: readonly string[]): string {
  const named =
    sources.length <= 4
      ? spokenList(sources)
      : `${spokenList(sources.slice(0, 3))}, and ${String(sources.length - 3)} more`;
  const count = sources.length === 1 ? 'one document' : `${String(sources.length)} documents`;
  return `Before we begin, this is an A.I. production. Our voices are synthetic, and what we read was extracted automatically from ${count}: ${named}.`;
}
