/** One change inside a JSON value: a path and the new value, or a path alone where something was removed. */
export type Change = [path: string[], value: unknown] | [path: string[]];

type Json = Record<string, unknown>;

/**
 * What changed between two JSON values that share unchanged parts by reference.
 * Cheap because reducers copy only what they touch: equal references are not entered.
 */
export function diff(before: unknown, after: unknown, path: string[] = []): Change[] {
  const changes: Change[] = [];
  collect(before, after, path, changes);
  return changes;
}

function collect(before: unknown, after: unknown, path: string[], changes: Change[]): void {
  if (before === after) return;
  if (!isObject(before) || !isObject(after)) {
    changes.push([path, after]);
    return;
  }
  // `for in`, because `Object.keys` makes a list for every object of every commit; what JSON gave inherits nothing that can be enumerated.
  let common = 0;
  for (const key in after) {
    const value = after[key];
    const old = before[key];
    if (value === undefined) continue;
    // A key may be the name of something that every object inherits; what is the same in both is no such thing.
    const isIn = value === old || (old !== undefined && Object.hasOwn(before, key));
    if (isIn) common += 1;
    if (value === old) continue;
    if (isIn && isObject(value) && isObject(old)) collect(old, value, path.concat(key), changes);
    else changes.push([path.concat(key), value]);
  }
  if (sizeOf(before) > common) collectRemoved(before, after, path, changes);
}

function sizeOf(object: Json): number {
  let size = 0;
  for (const _key in object) size += 1;
  return size;
}

function collectRemoved(before: Json, after: Json, path: string[], changes: Change[]): void {
  for (const key in before) {
    if (before[key] === undefined) continue;
    if (!Object.hasOwn(after, key) || after[key] === undefined) changes.push([path.concat(key)]);
  }
}

/** The value after changes; shares with `value` what did not change, and never alters it. */
export function patch(value: unknown, changes: readonly Change[]): unknown {
  return changes.reduce((present, change) => patchAt(present, change[0], 0, change.length === 2 ? { value: change[1] } : undefined), value);
}

function patchAt(value: unknown, path: string[], depth: number, put: { value: unknown } | undefined): unknown {
  const key = path[depth];
  if (key === undefined) return put?.value;
  const copy: Json = isObject(value) ? { ...value } : {};
  if (depth === path.length - 1 && !put) delete copy[key];
  else define(copy, key, patchAt(Object.hasOwn(copy, key) ? copy[key] : undefined, path, depth + 1, put));
  return copy;
}

/** Plain assignment to `__proto__` would change the prototype. */
function define(target: Json, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
