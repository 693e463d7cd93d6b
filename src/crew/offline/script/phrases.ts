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
    `Next comes ${title}.`,
    `Let us turn to ${title}.`,
    `Now to ${title}.`,
    `The next part is about ${title}.`,
  ];
  return middle[(index - 1) % middle.length] ?? `Next comes ${title}.`;
}

/** Says where the next sentences stand. */
export const attributions = [
  (source: string) => `Here is what we read in ${source}.`,
  (source: string) => `This comes from ${source}.`,
  (source: string) => `The next words are from ${source}.`,
  (source: string) => `We quote ${source}.`,
  (source: string) => `Let us hear ${source} on that.`,
  (source: string) => `In ${source}, it says this.`,
] as const;

/** Says under which heading the next sentences stand, which is often what they speak of. */
export const headingAttributions = [
  (source: string, heading: string) => `In ${source}, under ${heading}, we read this.`,
  (source: string, heading: string) => `Under ${heading}, ${source} says this.`,
  (source: string, heading: string) => `The next words are from ${source}, under ${heading}.`,
] as const;

/** The same source goes on under another heading. */
export const headingTurns = [
  (heading: string) => `Under ${heading}, it says this.`,
  (heading: string) => `The next heading is ${heading}.`,
  (heading: string) => `Then, under ${heading}, we read this.`,
  (heading: string) => `And what does it say under ${heading}?`,
  (heading: string) => `We go on to ${heading}.`,
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

/** The disclosure that every episode opens with. */
export function disclosure(sources: readonly string[]): string {
  const named =
    sources.length <= 4
      ? spokenList(sources)
      : `${spokenList(sources.slice(0, 3))}, and ${String(sources.length - 3)} more`;
  const count = sources.length === 1 ? 'one document' : `${String(sources.length)} documents`;
  return `A note first. This is an A.I. production: our voices are synthetic, and what we say was extracted automatically from ${count}: ${named}.`;
}
