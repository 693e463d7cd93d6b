import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasKey, keysAndValues, valueAt, type KeyTree } from '../../machines/index.js';
import { keyTreeOf, withValue } from '../../machines/episode/key-tree.js';

const none: KeyTree<number> = {};
const keys = fc.string({
  unit: fc.constantFrom('a', 'b', 'k', '1', '2', '.', ':', '~'),
  minLength: 1,
  maxLength: 6,
});

/** The records of `after` that it does not share with `before`, and how many entries they have: what one step had to copy. */
function copied(before: unknown, after: unknown): number {
  if (before === after || typeof after !== 'object' || after === null) return 0;
  const old = (before ?? {}) as Record<string, unknown>;
  const entries = Object.entries(after);
  return entries.length + entries.reduce((sum, [name, value]) => sum + copied(old[name], value), 0);
}

describe('a tree of keys', () => {
  test('given any keys in any order, when they are put, then it says what a map says, and the same keys make the same tree', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.nat()), { maxLength: 200 }), (entries) => {
        const map = new Map(entries);
        const tree = entries.reduce((sum, [key, value]) => withValue(sum, key, value), none);
        const again = [...map].toReversed().reduce((sum, [key, value]) => withValue(sum, key, value), none);
        expect(new Map(keysAndValues(tree))).toEqual(map);
        expect(keysAndValues(tree).length).toBe(map.size);
        for (const [key, value] of map) expect(valueAt(tree, key)).toBe(value);
        expect(hasKey(tree, 'never put')).toBe(false);
        expect(again).toEqual(tree);
        expect(keyTreeOf(Object.fromEntries(map))).toEqual(tree);
        expect(JSON.parse(JSON.stringify(tree))).toEqual(tree);
      }),
    );
  });

  test('given few keys, then it is a plain record of them', () => {
    const few = Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`k${n}`, n]));
    expect(keyTreeOf(few)).toEqual(few);
    expect(Object.keys(withValue(keyTreeOf(few), 'one more', 1)).every((name) => name.startsWith(' '))).toBe(
      true,
    );
  });

  test('given any number of keys, when one more is put, then few entries are copied and the tree before stays as it was', () => {
    let tree = none;
    let mostCopied = 0;
    for (let n = 0; n < 5000; n += 1) {
      const next = withValue(tree, `phase/${n}`, n);
      mostCopied = Math.max(mostCopied, copied(tree, next));
      expect(hasKey(tree, `phase/${n}`)).toBe(false);
      tree = next;
    }
    expect(keysAndValues(tree).length).toBe(5000);
    // Some branches of sixteen and one record of sixteen; more only where a record is divided.
    expect(mostCopied).toBeLessThan(150);
  });

  test('given two keys whose hashes are equal, among many, then both are there', () => {
    // FNV-1a is the same for both.
    const twins = ['costarring', 'liquid'];
    const many = Array.from({ length: 40 }, (_, n) => `x${n}`);
    const tree = [...many, ...twins].reduce((sum, key) => withValue(sum, key, 1), none);
    expect([...many, ...twins].every((key) => hasKey(tree, key))).toBe(true);
  });

  test('given names that objects inherit, then they are no keys of it', () => {
    const tree = keyTreeOf(Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`k${n}`, n])));
    for (const name of ['constructor', 'toString', '__proto__', ' 0', ' f', ''])
      expect([name, valueAt(none, name), valueAt(tree, name)]).toEqual([name, undefined, undefined]);
  });
});
