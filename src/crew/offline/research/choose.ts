import { cosine, type Vector } from './similarity.js';

/** A sentence that could be chosen. */
export interface Choice {
  total: number;
  words: number;
  vector: Vector;
  continues: boolean;
  /** Index of the sentence right after it in the same paragraph, where that can be chosen too. */
  next: number | undefined;
}

/** Sentences this alike say the same. */
const sameThing = 0.8;
/** Weight of a sentence's own score against its likeness to what is already chosen. */
const ownWeight = 0.7;

/**
 * Maximal marginal relevance (Carbonell and Goldstein 1998): takes the best sentence that is unlike those already taken, until the
 * words suffice. A sentence that leans on the one before it is only taken together with that one.
 */
export function choose(
  choices: readonly Choice[],
  wantedWords: number,
): { chosen: number[]; duplicates: number } {
  const chosen: number[] = [];
  const likeness = choices.map(() => 0);
  const left = new Set(choices.keys());
  let words = 0;
  let duplicates = 0;

  const take = (index: number, choice: Choice): void => {
    chosen.push(index);
    left.delete(index);
    words += choice.words;
    for (const other of left) {
      likeness[other] = Math.max(
        likeness[other] ?? 0,
        cosine(choice.vector, choices[other]?.vector ?? new Map()),
      );
      if ((likeness[other] ?? 0) < sameThing) continue;
      left.delete(other);
      duplicates += 1;
    }
  };

  for (;;) {
    if (words >= wantedWords) break;
    let best = -1;
    let bestScore = -Infinity;
    for (const index of left) {
      const choice = choices[index];
      if (choice === undefined || choice.continues) continue;
      const score = ownWeight * choice.total - (1 - ownWeight) * (likeness[index] ?? 0);
      if (score > bestScore) [best, bestScore] = [index, score];
    }
    let choice = choices[best];
    if (choice === undefined) break;
    take(best, choice);
    for (let more = 0; more < 2 && choice.next !== undefined; more += 1) {
      const next: Choice | undefined = choices[choice.next];
      if (next === undefined || !next.continues || !left.has(choice.next)) break;
      take(choice.next, next);
      choice = next;
    }
  }
  return { chosen, duplicates };
}
