import { closest, distance } from 'fastest-levenshtein';
import { catalog } from './catalog.js';

/** That there is no such command, and which is likely to be meant. */
export function notThere(given: string): string {
  const likely = closest(given, [...catalog.map(({ name }) => name), 'help']);
  const meant = distance(given, likely) <= Math.max(1, likely.length / 3) ? ` Did you mean ${likely}?` : '';
  return `there is no command ${JSON.stringify(given.slice(0, 40))}.${meant} showrunner --help lists those there are`;
}
