import { expect, test } from 'vitest';
import * as z from 'zod';
import { shapeOf } from '../../machines/shape-of.js';
import { heldToZod, shapeless, shapeNames } from '../support/held-to-zod.js';

test.each(shapeNames)(
  'given values of %s, plain and altered, when they are looked at without Zod, then what is taken is what Zod makes of it',
  (name) => {
    const { taken, alteredTaken, wrong } = heldToZod(name, 300, 7);
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(taken).toBeGreaterThan(100);
    expect(alteredTaken).toBeGreaterThan(0);
  },
);

test('given what calls take, when shapes are made of it, then only what has a test of any value at all has none', () => {
  expect(shapeless).toEqual(['EditInput', 'RedactInput']);
});

test.each<[string, z.ZodType]>([
  ['a form of text that is more than a pattern', z.url()],
  ['the same as a check', z.string().check(z.base64())],
  ['a pattern that remembers where it ended', z.string().regex(/a/g)],
  ['a record that has to have each of its keys', z.record(z.enum(['a', 'b']), z.number())],
  ['any value with a test', z.unknown().refine((value) => value === 1)],
  [
    'an optional value with a test',
    z
      .string()
      .optional()
      .refine((value) => value === 'a'),
  ],
  ['a type that a function tells', z.instanceof(Uint8Array)],
  [
    'two objects that are not told apart',
    z.union([z.object({ a: z.string() }), z.object({ a: z.number() })]),
  ],
])('given %s, when a shape is to be made of it, then there is none', (_what, schema) => {
  expect(() => shapeOf(schema)).toThrow(/^no (shape|test) is known of|not told apart/);
});
