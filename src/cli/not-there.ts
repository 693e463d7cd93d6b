import { closest, distance } from 'fastest-levenshtein';
import { catalog } from './catalog.js';

/** That there is no such command, and which is likely to be meant. */
export function notThere(given: string): string {
  const names = [...catalog.map(({ name }) => name), 'help'];
  const swapped = names.find((name) => lettersOf(name) === lettersOf(given));
  const likely = swapped ?? closest(given, names);
  const isLikely = swapped !== undefined || distance(given, likely) <= Math.max(1, likely.length / 3);
  const meant = isLikely ? ` Did you mean ${likely}?` : '';
  return `there is no command ${JSON.stringify(given.slice(0, 40))}.${meant} showrunner --help lists those there are`;
}

function lettersOf(word: string): string {
  return word.split('').toSorted().join('');
}
