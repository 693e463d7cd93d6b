/** How much is said in a minute, and how it is counted by those who sell it. */
export const wordsPerMinute = 150;
const charactersPerWord = 6;

/** What a script of so many minutes is to a voice. */
export function charactersFor(minutes: number): number {
  return Math.ceil(minutes * wordsPerMinute * charactersPerWord);
}
