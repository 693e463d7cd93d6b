import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod';
import { plainCopy, type Shape } from '../../machines/plain.js';

/** A value that is as a shape demands, by chance: each choice takes a number from 0 to 1. */
export function valueOf(shape: Shape, chance: () => number, depth = 0): unknown {
  const one = <T>(of: readonly T[]): T => of[Math.floor(chance() * of.length)] as T;
  const some = (most: number): number[] =>
    Array.from({ length: Math.floor(chance() * (most + 1)) }, (_, n) => n);
  switch (shape.is) {
    case 'any':
      return one<unknown>([null, 'any', 1, { a: [1] }]);
    case 'boolean':
      return one([true, false]);
    case 'one':
      return one(shape.of);
    case 'string':
      return one(texts.filter((text) => plainCopy(shape, text) === text));
    case 'number':
      return one(numbers.filter((number) => plainCopy(shape, number) === number));
    case 'object': {
      const keys = Object.entries(shape.keys).filter(
        ([key]) => !shape.optional.includes(key) || chance() < 0.5,
      );
      return Object.fromEntries(keys.map(([key, inner]) => [key, valueOf(inner, chance, depth + 1)]));
    }
    case 'array':
      return some(2).map(() => valueOf(shape.of, chance, depth + 1));
    case 'record': {
      const names = shape.tests.length > 0 ? [0] : some(2);
      return Object.fromEntries(
        names.map(() => [valueOf(shape.key, chance, depth + 1), valueOf(shape.of, chance, depth + 1)]),
      );
    }
    case 'either':
      return valueOf(depth > 12 ? (shape.of[0] as Shape) : one(shape.of), chance, depth + 1);
    case 'made': {
      // Not every text or number is an amount.
      const tries = Array.from({ length: 40 }, () => valueOf(shape.from, chance, depth + 1));
      return tries.find((each) => plainCopy(shape, each) !== undefined);
    }
    case 'later':
      return valueOf(shape.of(), chance, depth + 1);
  }
}

const sha = 'a'.repeat(64);
const texts = [
  '2026-11-29T17:00:00Z',
  // Of these two the first looks earlier, and is later.
  '2026-11-29T16:00:00-05:00',
  '2026-11-29T18:00:00+00:00',
  '2026-11-29',
  'a',
  'research',
  'rate_limited',
  'a key',
  sha,
  'x'.repeat(300),
  'research/findings.json',
  'approval:script:1.1',
  'UTC',
  'ep_001_20250903_143022',
  'Ada',
  '3.0.0',
  'toString',
  '0.15',
  '/tmp/shows',
];
const numbers = [0, 1, 2, 80, 100, 5000, 250_000, 0.5, 99.75, 3_600_000];
const odd: readonly unknown[] = [
  null,
  true,
  -1,
  -0,
  0,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  0xe8d4a51001,
  '',
  ' a',
  'a ',
  'A',
  'a\0b',
  'ab',
  '\ud800',
  '2026-02-30T00:00:00Z',
  '2026-13-01',
  '../a',
  'constructor',
  [],
  {},
  [{}],
  { a: 1 },
  new Date(0),
  undefined,
  'x'.repeat(501),
  { __proto__: null },
  JSON.parse('{"__proto__": 1}'),
];

/** The value with something at one place of it taken away, put in another's place, or added. */
export function altered(value: unknown, chance: () => number): unknown {
  if (typeof value !== 'object' || value === null || chance() < 0.05)
    return odd[Math.floor(chance() * odd.length)];
  const keys = Object.keys(value);
  const key = keys[Math.floor(chance() * keys.length)];
  const kind = chance();
  if (Array.isArray(value))
    return key === undefined || kind < 0.2
      ? [...value, odd[Math.floor(chance() * odd.length)]]
      : value.with(Number(key), altered(value[Number(key)], chance));
  if (key === undefined || kind < 0.1) return { ...value, other: 1 };
  if (kind < 0.2) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  return { ...value, [key]: altered((value as Record<string, unknown>)[key], chance) };
}

/** What is said of a value otherwise than Zod says it; undefined where nothing is. */
export function disagreement(shape: Shape, schema: z.ZodType, value: unknown): string | undefined {
  const copy = plainCopy(shape, value);
  if (copy === undefined) return undefined;
  const { success, data } = schema.safeParse(value);
  if (!success) return `Zod refuses ${JSON.stringify(value)}`;
  // Keys stand in the same order too: documents are written from what was read.
  const isSame = isDeepStrictEqual(copy, data) && JSON.stringify(copy) === JSON.stringify(data);
  return isSame ? undefined : `Zod makes another of ${JSON.stringify(value)}`;
}
