import { expect, test } from 'vitest';
import { withLastWeek } from '../../src/studio/page/production/last-week.js';

const day = (date: string, spent: number) => ({ date, spent, reserved: 0 });

test('given one day with money, then it stands at the end of a week whose other days are empty', () => {
  expect(withLastWeek([day('2026-03-02', 0.35)])).toEqual([
    ...['2026-02-24', '2026-02-25', '2026-02-26', '2026-02-27', '2026-02-28', '2026-03-01'].map((date) =>
      day(date, 0),
    ),
    day('2026-03-02', 0.35),
  ]);
});

test('given days with money and gaps, then each keeps its own', () => {
  const days = withLastWeek([day('2026-01-01', 1), day('2026-03-01', 2), day('2026-03-02', 3)]);
  expect(days).toHaveLength(8);
  expect([days[0], ...days.slice(-2)]).toEqual([
    day('2026-01-01', 1),
    day('2026-03-01', 2),
    day('2026-03-02', 3),
  ]);
});

test('given no money yet, then there is no day', () => {
  expect(withLastWeek([])).toEqual([]);
});
