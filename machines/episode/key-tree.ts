import { fnv1a } from '../hash.js';

/**
 * Values by key that grow without bound, as plain JSON: a record of at most sixteen, and beyond that branches by the digits of the keys' hashes.
 * Putting one more copies the few records on its way and shares the rest, so that the ten-thousandth costs what the tenth does. The same keys
 * make the same tree in whatever order they came. Keys do not begin with a space, which branches' names do.
 */
export interface KeyTree<Value> {
  readonly [name: string]: Value | KeyTree<Value>;
}

const most = 16;
const seed = 0x811c9dc5;
const digits = 8;

/** The value under a key; undefined where there is none. */
export function valueAt<Value>(tree: KeyTree<Value>, key: string): Value | undefined {
  let place = tree;
  if (isBranching(place)) {
    const hash = fnv1a(key, seed);
    for (let depth = 0; isBranching(place); depth += 1) {
      const next = below(place, branchName(hash, depth));
      if (!next) return undefined;
      place = next;
    }
  }
  return Object.hasOwn(place, key) ? (place[key] as Value) : undefined;
}

export function hasKey(tree: KeyTree<unknown>, key: string): boolean {
  return valueAt(tree, key) !== undefined;
}

/** The tree with one more value, or another under a key that it has. Shares with `tree` what did not change. Pure. */
export function withValue<Value>(tree: KeyTree<Value>, key: string, value: Value): KeyTree<Value> {
  if (!isBranching(tree)) return divided({ ...(tree as Record<string, Value>), [key]: value }, 0);
  return put(tree, { key, value, hash: fnv1a(key, seed) }, 0);
}

/** A tree of a plain record's values. */
export function keyTreeOf<Value>(record: Readonly<Record<string, Value>>): KeyTree<Value> {
  return divided(record, 0);
}

/** Every key with its value, in no order. */
export function keysAndValues<Value>(tree: KeyTree<Value>): [string, Value][] {
  const entries = Object.entries(tree);
  if (!isBranching(tree)) return entries as [string, Value][];
  return entries.flatMap(([, part]) => keysAndValues(part as KeyTree<Value>));
}

function isBranching(tree: KeyTree<unknown>): boolean {
  for (const name in tree) return name.startsWith(' ');
  return false;
}

/** What branches hold are trees, which the types cannot see. */
function below<Value>(tree: KeyTree<Value>, name: string): KeyTree<Value> | undefined {
  return tree[name] as KeyTree<Value> | undefined;
}

function branchName(hash: string, depth: number): string {
  return ` ${hash[depth] ?? ''}`;
}

function put<Value>(
  tree: KeyTree<Value>,
  entry: { key: string; value: Value; hash: string },
  depth: number,
): KeyTree<Value> {
  if (!isBranching(tree))
    return divided({ ...(tree as Record<string, Value>), [entry.key]: entry.value }, depth);
  const name = branchName(entry.hash, depth);
  return { ...tree, [name]: put(below(tree, name) ?? {}, entry, depth + 1) };
}

/** Keys whose whole hashes are equal stay together, however many. */
function divided<Value>(record: Readonly<Record<string, Value>>, depth: number): KeyTree<Value> {
  if (depth === digits || isSmall(record)) return record;
  const parts: Record<string, Record<string, Value>> = {};
  for (const [key, value] of Object.entries(record))
    (parts[branchName(fnv1a(key, seed), depth)] ??= {})[key] = value;
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, divided(part, depth + 1)]));
}

function isSmall(record: object): boolean {
  let size = 0;
  for (const _key in record) if ((size += 1) > most) return false;
  return true;
}
