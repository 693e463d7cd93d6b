import { expect, test } from 'vitest';
import { CommitLine, isPlainCommit } from '../../src/record/commit.js';

const line = {
  at: '2026-11-29T17:00:00.000Z',
  by: 'Ada',
  handle: 'h1',
  entries: [
    {
      session: 'ep_001_20250903_143022',
      events: [{ type: 'phase.start' }],
      changes: [[['context', 'money', 'spent'], 1], [['context', 'note']]],
    },
    { session: 'ep_002_20250903_143022', events: [{}, {}], snapshot: { value: 'research' } },
  ],
};
const others: readonly unknown[] = [null, true, 0, '', 'text', [], {}, [1], [[]], [[], 1], [['a'], 1, 2]];
const more = ['ahead', 'clock', 'policy', 'opening', 'redaction', 'snapshot', 'changes', 'other'];

/** The value with each of its places, however deep, left out once, and once with each of the others in it. */
function* altered(value: unknown): Generator {
  yield* others;
  if (Array.isArray(value)) {
    for (const index of value.keys()) {
      yield value.toSpliced(index, 1);
      for (const inner of altered(value[index])) yield value.with(index, inner);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      yield Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
      for (const each of altered(inner)) yield { ...value, [key]: each };
    }
    for (const key of more) for (const each of others) yield { ...value, [key]: each };
  }
}

test('given a line altered at any one place, when it is taken for a plain commit, then the schema finds nothing wrong with it either', () => {
  expect(isPlainCommit(line)).toBe(true);
  const all = [...altered(line)];
  const taken = all.filter(isPlainCommit);
  expect(taken.filter((each) => !CommitLine.safeParse(each).success)).toEqual([]);
  expect(taken.length).toBeGreaterThan(50);
  expect(all.length - taken.length).toBeGreaterThan(50);
});
