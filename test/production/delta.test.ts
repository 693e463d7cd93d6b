import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffText, patch, type Change } from '../../src/record/delta.js';
import { tries } from '../fuzz/told-production.js';

function changesOf(before: unknown, after: unknown): Change[] {
  return JSON.parse(diffText(before, after)) as Change[];
}

const keys = fc.constantFrom(
  'a',
  'b',
  'c',
  'spent',
  '__proto__',
  'constructor',
  'toString',
  'ключ "q"\n',
  '\ud800',
  '',
);
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(null, true, 0, -1.5, '', 'text "quoted"\u2028', undefined),
    fc.array(fc.constantFrom<unknown>(null, 1, 'x', {}), { maxLength: 3 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 5 }),
  ),
}));
const objects = fc.dictionary(keys, values, { maxKeys: 6 });

/** What JSON makes of a value. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

describe('what changed between two values', () => {
  test('given any two, when the changes are made to the first as JSON has it, then it is the second', () => {
    fc.assert(
      fc.property(objects, objects, (before, after) => {
        expect(JSON.stringify(sorted(patch(plain(before), changesOf(before, after))))).toBe(
          JSON.stringify(sorted(plain(after))),
        );
      }),
      tries(2000),
    );
  });

  test('given parts that are shared, then they are not entered', () => {
    const shared = {
      get never(): never {
        throw new Error('looked at');
      },
    };
    expect(changesOf({ shared, n: 1 }, { shared, n: 2 })).toEqual([[['n'], 2]]);
  });

  test('given a place in a larger value, then each path begins there', () => {
    expect(
      changesOf(
        { context: { 'a "b"': { money: { spent: 1, held: 1 } } } },
        { context: { 'a "b"': { money: { spent: 2 }, note: null } } },
      ),
    ).toEqual([
      [['context', 'a "b"', 'money', 'spent'], 2],
      [['context', 'a "b"', 'money', 'held']],
      [['context', 'a "b"', 'note'], null],
    ]);
  });

  test('given equal values, then nothing, but lists are told where they are not the same one', () => {
    expect(diffText({ a: { b: [] } }, { a: { b: [] } })).toBe('[[["a","b"],[]]]');
    const same = { a: 1 };
    expect(diffText(same, same)).toBe('[]');
    expect(diffText({ a: 1 }, { a: 1 })).toBe('[]');
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, sorted(each)] as const);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}
