import type { EpisodeContext } from './episode/context.js';
import type { DayMoney, EpisodeEvent } from './episode/events.js';
import { moneyMove } from './episode/money.js';
import { addUsd, subtractUsd, type Usd } from './usd.js';

/** What one day has seen over all episodes; `raised` is what was added to its cap; below zero where that was lowered. */
export interface BudgetDay {
  spent: Usd;
  reserved: Usd;
  raised: Usd;
}

const none = 0 as Usd;
const untouched: BudgetDay = { spent: none, reserved: none, raised: none };

const formats = new Map<string, Intl.DateTimeFormat>();

/** The calendar day of an instant in an IANA time zone: `2025-09-03`. */
export function dayOf(at: string, timeZone: string): string {
  if (timeZone === 'UTC') return at.slice(0, 10);
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return format.format(new Date(at));
}

/** The instant at which a calendar day is over in an IANA time zone, ISO-8601 UTC: the first of the day after it. */
export function endOfDay(date: string, timeZone: string): string {
  const isOver = (ms: number): boolean => dayOf(new Date(ms).toISOString(), timeZone) > date;
  // Time zones are at most fourteen hours off, and a day may have an hour more.
  let within = Date.parse(`${date}T00:00:00Z`) - 15 * hourMs;
  let over = within + 56 * hourMs;
  while (over - within > 1000) {
    const middle = within + Math.floor((over - within) / 2000) * 1000;
    if (isOver(middle)) over = middle;
    else within = middle;
  }
  return new Date(over).toISOString();
}

const hourMs = 3_600_000;

/** The days' money of a production: a fold over its commits. */
export class Ledger {
  readonly days = new Map<string, BudgetDay>();
  /** The latest day that money was booked on; a clock that runs backwards does not move it back. */
  latest = '';

  /** What a day has seen; undefined where nothing was booked. */
  day(date: string): BudgetDay | undefined {
    return this.days.get(date);
  }

  /** The day's money as an event records it, under the policy's cap. */
  money(date: string, cap: Usd): DayMoney {
    const { spent, reserved, raised } = this.day(date) ?? untouched;
    return { date, spent, reserved, cap: addUsd(cap, raised) };
  }

  /** The day on which money moved at `at` counts: never before the latest day seen. */
  dayFor(at: string, timeZone: string): string {
    const day = dayOf(at, timeZone);
    return day > this.latest ? day : this.latest;
  }

  /** Books an accepted event; `before` is the episode's context before it. */
  book(before: EpisodeContext, event: EpisodeEvent): void {
    const move = moneyMove(before, event);
    if (move) this.#add(move.day, { spent: move.spent, reserved: move.reserved, raised: none });
    if (event.type === 'budget.raise' && event.scope === 'day' && event.day) {
      this.#add(event.day.date, { spent: none, reserved: none, raised: event.amount });
    }
    if (event.type === 'budget.set' && event.scope === 'day' && event.day) {
      const raised = subtractUsd(event.amount, event.day.cap);
      this.#add(event.day.date, { spent: none, reserved: none, raised });
    }
  }

  /** Books what no episode has spent, or takes it back. */
  bookOutside(date: string, spent: Usd): void {
    this.#add(date, { spent, reserved: none, raised: none });
  }

  /** Money counts on this day from here on, though a clock that was ahead had booked on a later one. */
  goBackTo(date: string): void {
    this.latest = date;
  }

  set(date: string, day: BudgetDay): void {
    this.days.set(date, day);
    if (date > this.latest) this.latest = date;
  }

  #add(date: string, change: BudgetDay): void {
    const day = this.day(date) ?? untouched;
    this.set(date, {
      spent: addUsd(day.spent, change.spent),
      reserved: addUsd(day.reserved, change.reserved),
      raised: addUsd(day.raised, change.raised),
    });
  }
}
