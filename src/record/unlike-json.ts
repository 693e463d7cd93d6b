/** A value inside data that would not come back from JSON as it went in. */
export interface Unlike {
  /** Where: `.notes[3]`; empty for the data itself. */
  path: string;
  /** What it is: `a Map`, `NaN`. */
  what: string;
}

/**
 * The first value in `data` that JSON would change or leave out without a word; undefined when everything comes back equal. A property
 * that is undefined is as good as absent. The data must have no circles.
 */
export function unlikeJson(data: unknown, path = ''): Unlike | undefined {
  if (data === null || typeof data === 'string' || typeof data === 'boolean') return undefined;
  if (typeof data === 'number') return Number.isFinite(data) ? undefined : { path, what: String(data) };
  if (Array.isArray(data)) return inArray(data, path);
  if (typeof data !== 'object')
    return { path, what: typeof data === 'undefined' ? 'undefined' : `a ${typeof data}` };
  const name = classOf(data);
  return name === undefined
    ? inObject(data, path)
    : { path, what: `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}` };
}

function inArray(list: readonly unknown[], path: string): Unlike | undefined {
  // Holes are read as undefined.
  for (let index = 0; index < list.length; index += 1) {
    const found = unlikeJson(list[index], `${path}[${index}]`);
    if (found) return found;
  }
  return undefined;
}

function inObject(object: object, path: string): Unlike | undefined {
  for (const [key, value] of Object.entries(object)) {
    const found = value === undefined ? undefined : unlikeJson(value, `${path}.${key}`);
    if (found) return found;
  }
  return undefined;
}

/** The name of an object's class; undefined for a plain one, also of another realm, whose prototype inherits nothing either. */
function classOf(object: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined;
  const { constructor } = object;
  return typeof constructor === 'function' && constructor.name !== ''
    ? constructor.name
    : 'object of a class';
}
