/** How much is said in a minute, and how it is counted by those who sell it. */
export const wordsPerMinute = 150;
const charactersPerWord = 6;

/** How long so many characters take to say. */
export function minutesFor(characters: number): number {
  return characters / (wordsPerMinute * charactersPerWord);
}

/** What a script of so many minutes is to a voice. */
export function charactersFor(minutes: number): number {
  return Math.ceil(minutes * wordsPerMinute * charactersPerWord);
}
