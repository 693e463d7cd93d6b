import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProductionError } from '../../machines/index.js';
import { check } from '../../src/calls/check.js';
import { checkAddCost } from '../../src/calls/check-add-cost.js';
import { AddCostInput } from '../../src/calls/inputs.js';
import { thrown } from '../support/thrown.js';

const plain = { sessionId: 'ep_001_20250903_143022', phase: 'research', operation: 'search', cost: 0.25 };

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    -1,
    0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    'k',
    'x'.repeat(200),
    'x'.repeat(201),
    '0.15',
    'script',
    'ep_1',
    'ep_002_20250903_143022_2',
    [],
    {},
    new Date(0),
  ),
  fc.double(),
  fc.string({ maxLength: 20 }),
);
const edits = fc.array(
  fc.record({
    name: fc.constantFrom('sessionId', 'phase', 'operation', 'cost', 'key', 'other', '__proto__'),
    value: odd,
    isGone: fc.boolean(),
  }),
  { maxLength: 3 },
);

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

test("given a cost that is altered anywhere, when it is checked, then the answer is the schema's", () => {
  let taken = 0;
  fc.assert(
    fc.property(edits, (list) => {
      const input: Record<string, unknown> = { ...plain };
      for (const { name, value, isGone } of list)
        if (isGone) delete input[name];
        else
          Object.defineProperty(input, name, { value, enumerable: true, configurable: true, writable: true });
      const bySchema = outcome(() => check(AddCostInput, input));
      if (!(bySchema instanceof ProductionError)) taken += 1;
      expect(outcome(() => checkAddCost(input))).toEqual(bySchema);
    }),
    { numRuns: 3000, seed: 7 },
  );
  expect(taken).toBeGreaterThan(100);
});

test.each([[null], [undefined], ['text'], [[]], [7]])(
  'given %j instead of a cost, then it is refused',
  (input) => {
    expect(thrown(() => checkAddCost(input))).toMatchObject({ code: 'invalid_input' });
  },
);
