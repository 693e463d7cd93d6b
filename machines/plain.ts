import type * as z from 'zod';
import { shapeOf } from './shape-of.js';
import { shapes } from './shapes.js';

export type Test = RegExp | ((value: never) => boolean);

/** What a schema demands, as data: of what Zod can say, as much as is needed here. @see shapeOf */
export type Shape =
  | { is: 'any' }
  | { is: 'boolean' }
  | { is: 'one'; of: readonly unknown[] }
  | { is: 'string' | 'number'; tests: readonly Test[] }
  | {
      is: 'object';
      keys: Readonly<Record<string, Shape>>;
      optional: readonly string[];
      tests: readonly Test[];
    }
  | { is: 'array'; of: Shape; tests: readonly Test[] }
  | { is: 'record'; key: Shape; of: Shape; tests: readonly Test[] }
  /** At most one of them is for a value's type. */
  | { is: 'either'; of: readonly Shape[] }
  | { is: 'made'; from: Shape; by: (value: never) => unknown }
  | { is: 'later'; of: () => Shape };

export type ShapeName =
  'episode' | 'policy' | 'state' | 'session' | 'settings' | 'opening' | `event ${string}` | `${string}Input`;

const no = Symbol('no');

/**
 * A copy of a value in which Zod would find nothing wrong and nothing to change either; undefined says nothing. A test holds this against Zod. The command
 * line has its shapes from when it was built, since for one commit making Zod's schemas takes longer than all else; others are made when their schema is
 * first asked for, since behind a sync, when code has left the processor's memory, looking takes less than what Zod has compiled.
 */
export function plainly(name: ShapeName | undefined, value: unknown, schema: () => z.ZodType): unknown {
  const shape = (name && shapes[name]) ?? shapeFor(schema());
  return shape && plainCopy(shape, value);
}

const made = new WeakMap<z.ZodType, Shape | undefined>();

/** Undefined where a schema has none: then all is Zod's to judge. */
function shapeFor(schema: z.ZodType): Shape | undefined {
  if (!made.has(schema)) made.set(schema, shapeIfKnown(schema));
  return made.get(schema);
}

function shapeIfKnown(schema: z.ZodType): Shape | undefined {
  try {
    return shapeOf(schema);
  } catch {
    return undefined;
  }
}

/** {@link plainly}, by any shape. */
export function plainCopy(shape: Shape, value: unknown): unknown {
  try {
    const copy = copyOf(shape, value);
    return copy === no ? undefined : copy;
  } catch {
    return undefined;
  }
}

function copyOf(shape: Shape, value: unknown): unknown {
  switch (shape.is) {
    case 'any':
      return value;
    case 'boolean':
      return typeof value === 'boolean' ? value : no;
    case 'one':
      return shape.of.includes(value) ? value : no;
    case 'string':
      return typeof value === 'string' && passes(shape.tests, value) ? value : no;
    case 'number':
      return Number.isFinite(value) && passes(shape.tests, value) ? value : no;
    case 'array':
      return Array.isArray(value) && passes(shape.tests, value) ? each(shape.of, value) : no;
    case 'object':
      return isObject(value) ? tested(shape.tests, objectOf(shape, value)) : no;
    case 'record':
      return isObject(value) ? tested(shape.tests, recordOf(shape, value)) : no;
    case 'either':
      return firstOf(shape.of, value);
    case 'made':
      return madeBy(shape.by, copyOf(shape.from, value));
    case 'later':
      return copyOf(shape.of(), value);
  }
}

function passes(tests: readonly Test[], value: unknown): boolean {
  return tests.every((test) => (test instanceof RegExp ? test.test(value as string) : test(value as never)));
}

/** What was made of a value is what a whole's tests are about: a time may have become another text. */
function tested(tests: readonly Test[], copy: unknown): unknown {
  return copy === no || passes(tests, copy) ? copy : no;
}

function each(shape: Shape, values: readonly unknown[]): unknown {
  const copies = values.map((value) => copyOf(shape, value));
  return copies.includes(no) ? no : copies;
}

function objectOf({ keys, optional }: Shape & { is: 'object' }, value: object): unknown {
  const copy: Record<string, unknown> = {};
  let known = 0;
  for (const key in keys) {
    if (!Object.hasOwn(value, key)) {
      if (optional.includes(key)) continue;
      return no;
    }
    const made = copyOf(keys[key] as Shape, (value as Record<string, unknown>)[key]);
    if (made === no || made === undefined) return no;
    copy[key] = made;
    known += 1;
  }
  return known === Object.keys(value).length ? copy : no;
}

function recordOf({ key, of }: Shape & { is: 'record' }, value: object): unknown {
  const copy: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const made = name === '__proto__' || copyOf(key, name) !== name ? no : copyOf(of, inner);
    if (made === no || made === undefined) return no;
    copy[name] = made;
  }
  return copy;
}

function firstOf(shapes: readonly Shape[], value: unknown): unknown {
  for (const shape of shapes) {
    const copy = copyOf(shape, value);
    if (copy !== no) return copy;
  }
  return no;
}

function madeBy(by: (value: never) => unknown, value: unknown): unknown {
  return value === no ? no : by(value as never);
}

function isObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return (
    Object.getPrototypeOf(value) === Object.prototype && Object.getOwnPropertySymbols(value).length === 0
  );
}
