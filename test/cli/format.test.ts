import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { longTable, table } from '../../src/cli/format.js';

const plain = (text: string): string[] =>
  stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.trimEnd());

test('given rows with ASCII in all columns but the last, when they are shown as a long table, then it is the same as any other', () => {
  const head = ['position', 'event', 'by'];
  const rows = [
    ['7', 'cost.recorded', 'ada'],
    ['123456789012', 'x', 'グレース'],
    ['', 'phase.completed', ''],
  ];
  expect(plain(longTable(head, rows))).toEqual(plain(table(head, rows)));
  expect(plain(longTable(head, []))).toEqual(['position  event  by']);
});
