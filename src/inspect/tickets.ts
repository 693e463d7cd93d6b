import { randomBytes } from 'node:crypto';

const livesMs = 30_000;
const most = 1_000;

/**
 * What opens a socket once, soon. A browser and @statelyai/inspect 0.7.2 can say nothing but an address when they connect, and addresses get into logs:
 * what stands in one there opens nothing any more.
 */
export class Tickets {
  readonly #until = new Map<string, number>();

  give(nowMs: number): string {
    for (const [ticket, until] of this.#until)
      if (until <= nowMs || this.#until.size >= most) this.#until.delete(ticket);
    const ticket = randomBytes(32).toString('base64url');
    this.#until.set(ticket, nowMs + livesMs);
    return ticket;
  }

  /** Whether it was given, not long ago, and not taken before. */
  take(ticket: string, nowMs: number): boolean {
    const until = this.#until.get(ticket) ?? 0;
    this.#until.delete(ticket);
    return until > nowMs;
  }
}
