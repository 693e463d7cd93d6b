import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(`${root}docs/SECURITY.md`, 'utf8');

/** The rows of the table under a heading, each as its cells. */
function rowsUnder(heading: string): string[][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) => line.split(/(?<!\\)\|/).slice(1, -1));
}

test('given the tests that docs/SECURITY.md names, then all are there, and each has tests in it', () => {
  const named = new Set(page.match(/test\/[\w./-]+\.test\.ts/g));
  expect(named.size).toBeGreaterThan(40);
  const missing = [...named].filter((path) => !existsSync(root + path));
  expect(missing).toEqual([]);
  const empty = [...named].filter((path) => !/\btest(?:\.\w+)*\(/.test(readFileSync(root + path, 'utf8')));
  expect(empty).toEqual([]);
});

test.each([
  ['What is promised', 15],
  ['What was attacked and mended', 33],
])('given the table of "%s", then each of its rows names a test', (heading, most) => {
  const rows = rowsUnder(heading);
  expect(rows.length).toBeGreaterThanOrEqual(most);
  expect(rows.filter((cells) => !/`test\//.test(cells.at(-1) ?? ''))).toEqual([]);
});
