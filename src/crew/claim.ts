import { ProductionError, type SessionId } from '../../machines/index.js';
import { isGone, thisProcess } from '../disk/index.js';
import type { Plan, Production } from '../production/index.js';

/** The exclusive right to move an episode, kept alive by renewing it until it is released. */
export class HeldClaim {
  readonly number: number;
  readonly #production: Production;
  readonly #sessionId: SessionId;
  readonly #leaseMs: number;
  readonly #lost = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  private constructor(production: Production, sessionId: SessionId, number: number, leaseMs: number) {
    this.#production = production;
    this.#sessionId = sessionId;
    this.#leaseMs = leaseMs;
    this.number = number;
  }

  /**
   * Claims an episode for `holder`. A live claim of someone else refuses it; one that has expired, or whose process on this machine is
   * gone, is taken over, and its operations become held.
   * @throws ProductionError `claimed_elsewhere`, naming who works on it.
   */
  static async take(
    production: Production,
    sessionId: SessionId,
    holder: string,
    leaseMs: number,
    /** Goes into the same commit. */
    also: Plan = () => [],
  ): Promise<HeldClaim> {
    const { steps } = await production.commit((view) => [
      ...releaseOfGone(sessionId)(view),
      {
        sessionId,
        event: {
          type: 'lease.claim',
          at: view.at,
          holder,
          until: later(view.at, leaseMs),
          process: thisProcess(),
        },
      },
      ...also(view),
    ]);
    const number = steps.at(-1)?.after.context.claim?.number;
    if (number === undefined)
      throw new ProductionError('machine_broken', 'a claim gave no number.', { sessionId });
    const claim = new HeldClaim(production, sessionId, number, leaseMs);
    claim.#keepAlive();
    return claim;
  }

  /** Aborted when somebody else has taken the episode over. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#lost.signal.aborted) return;
    const { number } = this;
    const sessionId = this.#sessionId;
    await this.#production.commit((view) => {
      // Archiving releases the claim by itself.
      if (view.episode(sessionId).context.claim?.number !== number) return [];
      return [{ sessionId, event: { type: 'lease.release', at: view.at, claim: number } }];
    });
  }

  #keepAlive(): void {
    this.#timer = setInterval(() => void this.#renew(), this.#leaseMs / 3);
    this.#timer.unref();
  }

  async #renew(): Promise<void> {
    const sessionId = this.#sessionId;
    const { number } = this;
    try {
      await this.#production.commit((view) => [
        {
          sessionId,
          event: { type: 'lease.renew', at: view.at, claim: number, until: later(view.at, this.#leaseMs) },
        },
      ]);
    } catch (error) {
      // A disk that is full for a moment does not lose the claim; somebody else holding it does.
      if (error instanceof ProductionError && error.code === 'claim_lost') {
        clearInterval(this.#timer);
        this.#lost.abort(error);
      }
    }
  }
}

/** Takes the claim of a process that is known to be gone off an episode; no steps where there is none. */
export function releaseOfGone(sessionId: SessionId): Plan {
  return (view) => {
    const { claim } = view.episode(sessionId).context;
    if (!claim?.process || !isGone(claim.process)) return [];
    return [{ sessionId, event: { type: 'lease.release', at: view.at, claim: claim.number } }];
  };
}

/** An instant some milliseconds after another. */
export function later(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}
