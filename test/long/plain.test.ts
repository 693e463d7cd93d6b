import { expect, test } from 'vitest';
import { heldToZod, shapeNames } from '../support/held-to-zod.js';

test.each(shapeNames)(
  'given values of %s, plain and altered, when they are looked at without Zod, then what is taken is what Zod makes of it',
  (name) => {
    const { taken, alteredTaken, wrong } = heldToZod(name, 1_100, Date.now() % 2 ** 31);
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(taken).toBeGreaterThan(360);
    expect(alteredTaken).toBeGreaterThan(0);
  },
);
