import type { Clock } from '../production/index.js';

/** A clock that stands still until it is told to go on. */
export interface FixedClock extends Clock {
  /** Goes on by some milliseconds; a negative number goes back. */
  advance(ms: number): void;
  /** Goes to an instant, ISO-8601 UTC. */
  set(at: string): void;
}

/** A clock that shows `at` (ISO-8601 UTC), by default the seed's first instant. */
export function fixedClock(at = '2025-09-03T14:30:22.000Z'): FixedClock {
  let now = Date.parse(at);
  return {
    now: () => new Date(now).toISOString(),
    advance(ms) {
      now += ms;
    },
    set(instant) {
      now = Date.parse(instant);
    },
  };
}
