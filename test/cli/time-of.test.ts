import { expect, test } from 'vitest';
import { scheduleOf, timeOf } from '../../src/cli/time-of.js';

const now = '2025-09-03T14:30:22.000Z';

test.each([
  ['2026-11-29T06:00Z', '2026-11-29T06:00:00.000Z'],
  ['2026-11-29T07:00:30+01:00', '2026-11-29T06:00:30.000Z'],
  ['+30m', '2025-09-03T15:00:22.000Z'],
  ['+1.5h', '2025-09-03T16:00:22.000Z'],
  ['+3d', '2025-09-06T14:30:22.000Z'],
  ['+1w', '2025-09-10T14:30:22.000Z'],
  ['now', null],
  ['none', null],
])('given --start-at %s, then it is %s', (text, at) => {
  expect(timeOf(text, '--start-at', now)).toBe(at);
  expect(scheduleOf({ startAt: text }, now)).toEqual({ startAt: at });
});

test.each(['tomorrow', '', '2026-11-29', '2026-11-29T06:00', '2026-02-31T06:00+99:00', '+2', '-2h', '+h'])(
  'given --due-by %s, then it is a mistake that says what to write',
  (text) => {
    expect(() => timeOf(text, '--due-by', now)).toThrow(
      `--due-by: ${text} is no time; write 2026-11-29T06:00Z, 2026-11-29T07:00+01:00, +2h (or m, d, w), now or none`,
    );
  },
);
