import type * as z from 'zod';
import type { Shape, Test } from './plain.js';

/** What Zod keeps of a check; the rest differs from check to check. */
interface Check extends Record<string, unknown> {
  check: string;
  pattern?: RegExp;
}

/** Types of which a shape has tests. */
const tested = new Set<string>(['string', 'number', 'custom', 'array', 'record', 'object']);
/** What types of our own ask of a value, each of a number. */
const ofNumbers = new Set<unknown>([Number.isSafeInteger]);

/**
 * A Zod schema (4.6) as data, for {@link plainCopy}. What Zod fills in has to be there.
 * @throws Error for a schema of which this does not know all.
 */
export function shapeOf(schema: z.ZodType, seen = new Map<unknown, Shape | undefined>()): Shape {
  const { def } = (schema as unknown as z.core.$ZodTypes)._zod;
  const of = (inner: unknown): Shape => shapeOf(inner as z.ZodType, seen);
  const tests = (def.checks ?? []).flatMap((check) => testsOf(check._zod.def as unknown as Check));
  if (tests.length > 0 && !tested.has(def.type)) throw new Error(`no shape is known of a tested ${def.type}`);
  switch (def.type) {
    case 'any':
    case 'unknown':
      return { is: 'any' };
    case 'boolean':
      return { is: 'boolean' };
    case 'null':
      return { is: 'one', of: [null] };
    case 'enum':
      return { is: 'one', of: Object.values(def.entries) };
    case 'literal':
      return { is: 'one', of: [...def.values] };
    case 'string':
      return {
        is: 'string',
        tests: [...('format' in def ? testsOf(def as unknown as Check) : []), ...tests],
      };
    case 'number':
      return {
        is: 'number',
        tests: [...('format' in def ? testsOf(def as unknown as Check) : []), ...tests],
      };
    case 'custom': {
      const { fn } = def as unknown as { fn: Test };
      if (!ofNumbers.has(fn)) throw new Error('no shape is known of a type that is a function');
      return { is: 'number', tests: [fn, ...tests] };
    }
    case 'optional':
    case 'default':
    case 'prefault':
      return of(def.innerType);
    case 'nullable':
      return { is: 'either', of: [{ is: 'one', of: [null] }, of(def.innerType)] };
    case 'date':
      // JSON has none: one that is given is Zod's to judge.
      return { is: 'one', of: [] };
    case 'array':
      return { is: 'array', of: of(def.element), tests };
    case 'record':
      // Where keys are listed, Zod wants all of them.
      if (def.keyType._zod.values && !def.partial)
        throw new Error('no shape is known of a record with all of its keys');
      return { is: 'record', key: of(def.keyType), of: of(def.valueType), tests };
    case 'union':
      return { is: 'either', of: apart(def.options.map(of)) };
    case 'pipe': {
      const out = (def.out as unknown as z.core.$ZodTypes)._zod.def;
      if (out.type !== 'transform') throw new Error('no shape is known of a pipe but into a function');
      return { is: 'made', from: of(def.in), by: out.transform as unknown as (value: never) => unknown };
    }
    case 'lazy':
      return laterOf(def.getter(), of, seen);
    case 'object': {
      const entries = Object.entries(def.shape as Record<string, z.ZodType>);
      const isOptional = ([, inner]: [string, z.ZodType]): boolean => inner._zod.def.type === 'optional';
      return {
        is: 'object',
        keys: Object.fromEntries(entries.map(([key, inner]) => [key, of(inner)])),
        optional: entries.filter(isOptional).map(([key]) => key),
        tests,
      };
    }
    default:
      throw new Error(`no shape is known of a ${def.type}`);
  }
}

/** A schema that stands in itself. */
function laterOf(
  inner: unknown,
  of: (inner: unknown) => Shape,
  seen: Map<unknown, Shape | undefined>,
): Shape {
  const recursive: Shape = { is: 'later', of: () => seen.get(inner) as Shape };
  if (seen.has(inner)) return recursive;
  seen.set(inner, undefined);
  seen.set(inner, of(inner));
  return recursive;
}

function testsOf(def: Check): Test[] {
  const { check, inclusive } = def;
  const given = (key: string): number => def[key] as number;
  switch (check) {
    case 'string_format':
      return [patternOf(def)];
    case 'number_format':
      if (def['format'] !== 'safeint') throw new Error(`no shape is known of ${String(def['format'])}`);
      return [Number.isSafeInteger];
    case 'min_length':
      return [bound('value.length >=', given('minimum'), ({ length }: string, least) => length >= least)];
    case 'max_length':
      return [bound('value.length <=', given('maximum'), ({ length }: string, most) => length <= most)];
    case 'greater_than':
      return inclusive === true
        ? [bound('value >=', given('value'), (value: number, least) => value >= least)]
        : [bound('value >', given('value'), (value: number, least) => value > least)];
    case 'less_than':
      return inclusive === true
        ? [bound('value <=', given('value'), (value: number, most) => value <= most)]
        : [bound('value <', given('value'), (value: number, most) => value < most)];
    case 'overwrite':
      return [trimmed(def['tx'] as (value: string) => string)];
    case 'custom':
      return [def['fn'] as Test];
    default:
      throw new Error(`no test is known of ${check}`);
  }
}

/** Forms of text of which Zod looks at nothing but a pattern. */
const patterns = new Set<unknown>(['regex', 'datetime']);

function patternOf({ pattern, format }: Check): RegExp {
  // A pattern that goes on where it ended the last time would say another thing each time.
  if (pattern && patterns.has(format) && !pattern.global && !pattern.sticky) return pattern;
  throw new Error(`no test is known of ${String(format)}`);
}

/** The text of tests that are made here: others are named by what exports them. */
export const testTexts = new WeakMap<object, string>([[Number.isSafeInteger, 'Number.isSafeInteger']]);

function bound<Value>(
  text: string,
  limit: number,
  holds: (value: Value, limit: number) => boolean,
): (value: Value) => boolean {
  const test = (value: Value): boolean => holds(value, limit);
  testTexts.set(test, `(value) => ${text} ${limit}`);
  return test;
}

function trimmed(trim: (value: string) => string): (value: string) => boolean {
  const test = (value: string): boolean => trim(value) === value;
  testTexts.set(test, '(value) => value === value.trim()');
  return test;
}

/** Which of several a value could be has to be seen by its type, or by a key that it must have in the one and cannot have in the other. */
function apart(shapes: Shape[]): Shape[] {
  shapes.forEach((shape, at) => {
    for (const later of shapes.slice(at + 1))
      if (typeOf(shape) === typeOf(later) && !isBarredFrom(shape, later))
        throw new Error(`these are not told apart: ${typeOf(shape)}`);
  });
  return shapes;
}

function isBarredFrom(shape: Shape, later: Shape): boolean {
  if (shape.is !== 'object' || later.is !== 'object') return false;
  return Object.keys(shape.keys).some((key) => !shape.optional.includes(key) && !(key in later.keys));
}

function typeOf(shape: Shape): string {
  if (shape.is === 'one') return shape.of[0] === null ? 'null' : typeof shape.of[0];
  return shape.is === 'record' ? 'object' : shape.is;
}
