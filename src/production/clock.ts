import { ProductionError } from '../../machines/index.js';

/** Where times come from; tests and embedders may fix it. */
export interface Clock {
  /** Now, ISO-8601 UTC with milliseconds. */
  now(): string;
}

let shownMs = Number.NaN;
let shown = '';

export const systemClock: Clock = {
  now() {
    const ms = Date.now();
    // A batch of a thousand commits falls into a few milliseconds, and writing a time out costs a microsecond.
    if (ms !== shownMs) {
      shownMs = ms;
      shown = new Date(ms).toISOString();
    }
    return shown;
  },
};

const toleratedMs = 3_600_000;

/**
 * The time of the next commit where the clock says `now`: never before the last one. Small steps back are clamped; a clock that lags by more than an hour
 * is refused, because budgets per day would be booked on the wrong day in silence.
 */
export function commitTime(now: string, lastAt: string): string {
  if (now >= lastAt) return now;
  if (Date.parse(lastAt) - Date.parse(now) > toleratedMs) {
    throw new ProductionError(
      'clock_backwards',
      `the clock says ${now} and the last commit was at ${lastAt}; set the clock right and try again; if this clock is right: showrunner clock --accept --reason "…"`,
      { field: 'clock' },
    );
  }
  return lastAt;
}
