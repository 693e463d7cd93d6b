import { describe, expect, test } from 'vitest';
import { Ledger, dayOf, type EpisodeEvent } from '../../machines/index.js';
import { apply } from './story.js';
import { cost, dayOfMoney, episodeIn, fail, minute, reserve, settle, usd } from './words.js';

describe('the day of an instant', () => {
  test.each([
    ['2025-09-03T23:59:59.999Z', 'UTC', '2025-09-03'],
    ['2025-09-04T00:00:00Z', 'UTC', '2025-09-04'],
    ['2025-09-03T21:59:59Z', 'Europe/Berlin', '2025-09-03'],
    ['2025-09-03T22:00:00Z', 'Europe/Berlin', '2025-09-04'],
    ['2025-12-03T22:59:59Z', 'Europe/Berlin', '2025-12-03'],
    ['2025-12-03T23:00:00Z', 'Europe/Berlin', '2025-12-04'],
    // The day on which the clocks go forward has 23 hours, the one on which they go back 25.
    ['2025-03-29T23:00:00Z', 'Europe/Berlin', '2025-03-30'],
    ['2025-03-30T21:59:59Z', 'Europe/Berlin', '2025-03-30'],
    ['2025-03-30T22:00:00Z', 'Europe/Berlin', '2025-03-31'],
    ['2025-10-25T22:00:00Z', 'Europe/Berlin', '2025-10-26'],
    ['2025-10-26T22:59:59Z', 'Europe/Berlin', '2025-10-26'],
    ['2025-10-26T23:00:00Z', 'Europe/Berlin', '2025-10-27'],
    ['2025-11-02T06:59:59Z', 'America/Los_Angeles', '2025-11-01'],
    ['2025-11-02T07:00:00Z', 'America/Los_Angeles', '2025-11-02'],
    ['2025-11-03T07:59:59Z', 'America/Los_Angeles', '2025-11-02'],
    ['2025-09-03T10:00:00Z', 'Pacific/Kiritimati', '2025-09-04'],
    ['2025-09-03T18:15:00Z', 'Asia/Kathmandu', '2025-09-04'],
    ['2025-09-03T18:14:59Z', 'Asia/Kathmandu', '2025-09-03'],
    ['2024-12-31T23:30:00Z', 'Europe/Berlin', '2025-01-01'],
  ])('given %s, when it is seen in %s, then it is %s', (at, zone, day) => {
    expect(dayOf(at, zone)).toBe(day);
  });
});

describe('the ledger', () => {
  const booked = (...events: EpisodeEvent[]): Ledger => {
    const ledger = new Ledger();
    let snapshot = episodeIn('research.active');
    for (const event of events) {
      ledger.book(snapshot.context, event);
      snapshot = apply(snapshot, event);
    }
    return ledger;
  };
  const cap = usd(50);

  test('given nothing, then a day is untouched and its cap is the policy’s', () => {
    expect(new Ledger().money('2025-09-03', cap)).toEqual(dayOfMoney());
  });

  test('given reservations and costs, when they are settled and released, then the day sums them', () => {
    const steps = [
      reserve('research', '0.50', 'a'),
      reserve('research', '0.30', 'b'),
      cost('research', '0.10'),
      settle('a', '0.60'),
    ];
    expect(booked(...steps).money('2025-09-03', cap)).toEqual(
      dayOfMoney({ spent: usd('0.70'), reserved: usd('0.30') }),
    );
    expect(
      booked(...steps, { type: 'operation.released', at: minute(6), key: 'b', day: dayOfMoney() }).money(
        '2025-09-03',
        cap,
      ),
    ).toEqual(dayOfMoney({ spent: usd('0.70') }));
  });

  test('given an operation reserved before midnight, when it is settled after it, then it counts on the day of its reservation', () => {
    const ledger = booked(
      reserve('research', '0.50', 'a'),
      cost('research', '0.10', { date: '2025-09-04' }),
      settle('a', '0.40', { date: '2025-09-04' }),
    );
    expect(ledger.money('2025-09-03', cap)).toEqual(dayOfMoney({ spent: usd('0.40') }));
    expect(ledger.money('2025-09-04', cap)).toEqual(dayOfMoney({ date: '2025-09-04', spent: usd('0.10') }));
    expect(ledger.latest).toBe('2025-09-04');
  });

  test("given a raise of the day's cap, then it holds for that day; a raise of a budget changes no day", () => {
    const raise = (scope: 'day' | 'total', day?: ReturnType<typeof dayOfMoney>): EpisodeEvent => ({
      type: 'budget.raise',
      at: minute(5),
      scope,
      amount: usd(5),
      by: 'ann',
      reason: 'launch',
      ...(day ? { day } : {}),
    });
    const ledger = booked(
      raise('day', dayOfMoney()),
      raise('total', dayOfMoney()),
      raise('day', dayOfMoney()),
    );
    expect(ledger.money('2025-09-03', cap).cap).toBe(60_000_000);
    expect(ledger.money('2025-09-04', cap).cap).toBe(50_000_000);
    expect(booked(raise('total', dayOfMoney())).days.size).toBe(0);
  });

  test('given events that move no money, then nothing is booked', () => {
    expect(booked(fail('research')).days.size).toBe(0);
    expect(new Ledger().latest).toBe('');
  });

  test('given a clock that runs backwards, then money counts on the latest day seen', () => {
    const ledger = booked(
      cost('research', '0.10', { date: '2025-09-04' }),
      cost('research', '0.10', { date: '2025-09-03' }),
    );
    expect(ledger.latest).toBe('2025-09-04');
    expect(ledger.dayFor('2025-09-03T23:00:00Z', 'UTC')).toBe('2025-09-04');
    expect(ledger.dayFor('2025-09-04T22:30:00Z', 'Europe/Berlin')).toBe('2025-09-05');
    expect(new Ledger().dayFor('2025-09-03T23:00:00Z', 'UTC')).toBe('2025-09-03');
  });
});
