import type { Clock } from './clock.js';

/** The time of a log that several machines share, told by this machine's clock: who is an hour off books nothing on the wrong day. */
export class LogClock implements Clock {
  readonly #own: Clock;
  /** What the log's clock is ahead of this machine's. Milliseconds. */
  #aheadMs = 0;

  constructor(own: Clock) {
    this.#own = own;
  }

  now(): string {
    return this.#aheadMs === 0
      ? this.#own.now()
      : new Date(Date.parse(this.#own.now()) + this.#aheadMs).toISOString();
  }

  /**
   * The log has told its time between `askedAt` and now, both by this machine's clock. Within that anything may be true: a clock that agrees as far as can be
   * told is left as it is.
   */
  heard(at: string, askedAt: string): void {
    const told = Date.parse(at);
    const least = told - Date.parse(this.#own.now());
    const most = told - Date.parse(askedAt);
    // A clock that was set meanwhile tells nothing.
    if (most >= least) this.#aheadMs = Math.min(most, Math.max(least, this.#aheadMs));
  }
}
