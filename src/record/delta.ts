/** One change inside a JSON value: a path and the new value, or a path alone where something was removed. */
export type Change = [path: string[], value: unknown] | [path: string[]];

type Json = Record<string, unknown>;

/**
 * What changed between two JSON values that share unchanged parts by reference: a list of {@link Change}s, as JSON text, for nothing else ever
 * becomes of it (half the time of making the list and then its text, Node 20.20).
 * Cheap because reducers copy only what they touch: equal references are not entered.
 */
export function diffText(before: unknown, after: unknown): string {
  return `[${changesBelow(before, after, '')}]`;
}

/** `path` is the keys' JSON, with commas between. */
function changesBelow(before: unknown, after: unknown, path: string): string {
  if (before === after) return '';
  if (!isObject(before) || !isObject(after)) return `[[${path}],${valueText(after)}]`;
  let changes = '';
  let common = 0;
  // `for in`, because `Object.keys` makes a list for every object of every commit; what JSON gave inherits nothing that can be enumerated.
  for (const key in after) {
    const value = after[key];
    const old = before[key];
    // A key may be the name of something that every object inherits; what is the same in both is no such thing.
    if (value === old) {
      if (value !== undefined) common += 1;
      continue;
    }
    if (value === undefined) continue;
    const isIn = old !== undefined && Object.hasOwn(before, key);
    if (isIn) common += 1;
    changes = listed(changes, changesBelow(isIn ? old : undefined, value, listed(path, keyText(key))));
  }
  return sizeOf(before) > common ? listed(changes, removedBelow(before, after, path)) : changes;
}

/** Most values that change are amounts of money. */
function valueText(value: unknown): string {
  return Number.isSafeInteger(value) && value !== 0 ? String(value) : JSON.stringify(value);
}

const keyTexts = new Map<string, string>();
const mostKeyTexts = 256;

/** A key's JSON. The context's own keys come with each commit. */
function keyText(key: string): string {
  const known = keyTexts.get(key);
  if (known !== undefined) return known;
  const text = JSON.stringify(key);
  if (keyTexts.size < mostKeyTexts) keyTexts.set(key, text);
  return text;
}

function listed(list: string, item: string): string {
  return list === '' ? item : item === '' ? list : `${list},${item}`;
}

function sizeOf(object: Json): number {
  let size = 0;
  for (const _key in object) size += 1;
  return size;
}

function removedBelow(before: Json, after: Json, path: string): string {
  let changes = '';
  for (const key in before) {
    if (before[key] === undefined) continue;
    if (!Object.hasOwn(after, key) || after[key] === undefined)
      changes = listed(changes, `[[${listed(path, JSON.stringify(key))}]]`);
  }
  return changes;
}

/** The value after changes; shares with `value` what did not change, and never alters it. */
export function patch(value: unknown, changes: readonly Change[]): unknown {
  return changes.reduce(
    (present, change) =>
      patchAt(present, change[0], 0, change.length === 2 ? { value: change[1] } : undefined),
    value,
  );
}

function patchAt(
  value: unknown,
  path: string[],
  depth: number,
  put: { value: unknown } | undefined,
): unknown {
  const key = path[depth];
  if (key === undefined) return put?.value;
  const copy: Json = isObject(value) ? { ...value } : {};
  if (depth === path.length - 1 && !put) delete copy[key];
  else define(copy, key, patchAt(Object.hasOwn(copy, key) ? copy[key] : undefined, path, depth + 1, put));
  return copy;
}

/** Plain assignment to `__proto__` would change the prototype. */
function define(target: Json, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
