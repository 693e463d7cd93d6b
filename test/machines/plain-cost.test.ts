import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { EpisodeEvent, plainCostText, type RecordedEvent } from '../../machines/index.js';
import { tries } from '../fuzz/told-production.js';

const plain = {
  type: 'cost.recorded',
  at: '2025-09-03T14:30:22.000Z',
  phase: 'research',
  operation: 'search',
  cost: 250_000,
  day: { date: '2025-09-03', spent: 0, reserved: 0, cap: 10_000_000 },
};

/** Values that are nearly right, somewhere. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    0,
    -0,
    -1,
    0.5,
    1e12,
    1e12 + 1,
    2 ** 53,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    '1',
    'script',
    'cost.reserve',
    'constructor',
    'Upper',
    'a b',
    '2025-02-30',
    '2025-09-04',
    '2025-09-03T14:30:22Z',
    '2025-02-30T00:00:00Z',
    '2025-09-03T25:00:00Z',
    [],
    {},
    ['2025-09-03'],
    plain.day,
    new Date(0),
    Object('search'),
  ),
  fc.integer(),
  fc.double(),
  fc.string({ maxLength: 70 }),
);
const edits = fc.array(
  fc.record({
    path: fc.constantFrom(
      'type',
      'at',
      'phase',
      'operation',
      'cost',
      'day',
      'claim',
      'by',
      'key',
      'other',
      'day.date',
      'day.spent',
      'day.reserved',
      'day.cap',
      'day.other',
    ),
    value: odd,
    isGone: fc.boolean(),
  }),
  { maxLength: 3 },
);

function edited(list: readonly { path: string; value: unknown; isGone: boolean }[]): RecordedEvent {
  const event = structuredClone(plain) as Record<string, unknown>;
  for (const { path, value, isGone } of list) {
    const [key = '', inner] = path.split('.');
    const { day } = event;
    const target =
      inner === undefined
        ? event
        : typeof day === 'object' && day !== null
          ? (day as Record<string, unknown>)
          : {};
    if (isGone) delete target[inner ?? key];
    else target[inner ?? key] = value;
  }
  return event as RecordedEvent;
}

test('given a cost as the manager makes it, then it is one', () => {
  expect(plainCostText(plain as RecordedEvent)).toBe(
    '{"at":"2025-09-03T14:30:22.000Z","type":"cost.recorded","phase":"research","operation":"search","cost":250000,"day":{"date":"2025-09-03","spent":0,"reserved":0,"cap":10000000}}',
  );
});

test('given a cost that is altered anywhere, when it is still taken for a plain one, then the schema takes it as well, and the text says what it says', () => {
  let taken = 0;
  fc.assert(
    fc.property(edits, (list) => {
      const event = edited(list);
      const text = plainCostText(event);
      if (text === undefined) return;
      taken += 1;
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(event)));
      expect(EpisodeEvent.safeParse(event)).toMatchObject({ success: true });
    }),
    tries(5000),
  );
  expect(taken).toBeGreaterThan(100);
});

test.each([
  ['a key of its own', { key: 'one' }],
  ['a claim', { claim: 1 }],
  ['something unknown', { other: 1 }],
  ['a cost below zero', { cost: -1 }],
  ['a cost that is minus zero', { cost: -0 }],
  ['too large a cost', { cost: 1e12 + 1 }],
  ['a phase that is none', { phase: 'mixing' }],
  ['a reserved name', { operation: 'constructor' }],
  ['a day that is none', { day: { ...plain.day, date: '2025-02-30' } }],
  ['no day', { day: undefined }],
  ['a day with something unknown', { day: { ...plain.day, other: 1 } }],
  ['a time that is none', { at: '2025-02-30T00:00:00Z' }],
  ['money that is none', { day: { ...plain.day, spent: 0.5 } }],
])('given %s, then it is left to the schema', (_what, change) => {
  expect(plainCostText({ ...plain, ...change } as RecordedEvent)).toBeUndefined();
});
