import { afterAll, describe, expect, test } from 'vitest';
import { Reader } from '../../src/crew/offline/research/reader.js';
import { families } from './hostile-documents.js';

/** Whatever the families are made of. */
const reasons = ['too_deep', 'too_many_pages', 'too_much_memory', 'took_too_long', 'damaged'];

test('given the families, then there are more than 31, of all kinds', () => {
  expect(new Set(families.map(({ kind, name }) => `${kind} ${name}`)).size).toBeGreaterThan(62);
  expect(new Set(families.map(({ kind }) => kind))).toEqual(new Set(['markdown', 'html', 'pdf', 'text']));
});

describe.each([
  ['20 kB', 20_000],
  ['1 MB', 1_000_000],
])('hostile documents of %s', (_, bytes) => {
  // How long one may take is the product's own business, and another test's; here each has little of it.
  const reader = new Reader(undefined, () => ({ totalMs: 2500, silentMs: 2500 }));
  const never = new AbortController().signal;
  let answered = 0;

  afterAll(() => reader.close());

  test.each(families)(
    'given $kind of $name, then it is read, or refused for a reason, and so is the next',
    async ({ kind, make }) => {
      const found = await reader.read(kind, make(bytes), never);
      expect('refused' in found ? reasons : ['read']).toContain('refused' in found ? found.refused : 'read');
      answered += 1;
    },
  );

  test('given all of them, then each has been answered', () => {
    expect(answered).toBe(families.length);
  });
});

test('given documents that nest without end or name a million pages, then they are refused for that before they cost anything', async () => {
  const reader = new Reader();
  const never = new AbortController().signal;
  const refusals = new Map<string, unknown>();
  const deep = new Set([
    'elements that are never closed',
    'tables in tables',
    'quotes in quotes',
    'lists on one line',
  ]);
  for (const { kind, name, make } of families)
    if (deep.has(name) && !(kind === 'markdown' && name.startsWith('elements')))
      refusals.set(`${kind}: ${name}`, await reader.read(kind, make(1_000_000), never));
  await reader.close();
  expect(Object.fromEntries(refusals)).toEqual({
    'markdown: quotes in quotes': { refused: 'too_deep' },
    'markdown: lists on one line': { refused: 'too_deep' },
    'html: elements that are never closed': { refused: 'too_deep' },
    'html: tables in tables': { refused: 'too_deep' },
  });
});
