import type { Report } from './report.js';
import { isObject, type Json } from './values.js';

/** `episodeNumber`, `Episode Number` and `episode-number` as `episode_number`: older programs were written in several languages. */
export function plainKey(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[ -]/g, '_')
    .toLowerCase();
}

/** An object by its plain keys. Of two keys that are one here, that which is written as the engine writes it counts, and the other is told. */
export function byPlainKeys(value: Json, where: string, report: Report): Json {
  const entries = new Map<string, { key: string; value: unknown }>();
  for (const [key, each] of Object.entries(value)) {
    const plain = plainKey(key);
    const known = entries.get(plain);
    if (!known) {
      entries.set(plain, { key, value: each });
      continue;
    }
    const wins = key === plain ? { key, value: each } : known;
    const loses = wins === known ? { key, value: each } : known;
    entries.set(plain, wins);
    if (JSON.stringify(wins.value) !== JSON.stringify(loses.value))
      report.note(
        'warning',
        `${where}.${loses.key}`,
        `it says ${shown(loses.value)}, ${wins.key} says ${shown(wins.value)}`,
        `what ${wins.key} says counts`,
      );
  }
  return Object.fromEntries([...entries].map(([plain, { value: each }]) => [plain, each]));
}

/** Where the value of a key is: file and place in it. */
export type At = (key: string) => string;

/** The places of the keys of an object that is at `where`. */
export const within =
  (where: string): At =>
  (key) =>
    `${where}.${key.slice(0, 80)}`;

/** The first of several keys that is there. Where another one says something else, that is told. */
export function choose(value: Json, keys: readonly string[], at: At, report: Report): unknown {
  const there = keys.filter((key) => Object.hasOwn(value, key) && value[key] !== null && value[key] !== '');
  const [first, ...others] = there;
  if (first === undefined) return undefined;
  for (const key of others)
    if (JSON.stringify(value[key]) !== JSON.stringify(value[first]))
      report.note(
        'warning',
        at(key),
        `it says ${shown(value[key])}, ${first} says ${shown(value[first])}`,
        `what ${first} says counts`,
      );
  return value[first];
}

/** A value in a line of the report. */
export function shown(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return JSON.stringify(value)?.slice(0, 60) ?? 'nothing';
}

/** An object's plain keys, or none where it is no object. */
export function objectByPlainKeys(value: unknown, where: string, report: Report): Json | undefined {
  return isObject(value) ? byPlainKeys(value, where, report) : undefined;
}
