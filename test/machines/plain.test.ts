import { expect, test } from 'vitest';
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
