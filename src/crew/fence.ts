import { ProductionError, stateName, type PhaseName, type SessionId } from '../../machines/index.js';
import type { Production } from '../production/index.js';

/** One run of a phase. Whoever is late for it (stopped past his lease, timed out, a lane of one that failed) can change nothing any more. */
export class Fence {
  readonly #production: Production;
  readonly #run: { sessionId: SessionId; phase: PhaseName; claim: number };
  readonly #over = new AbortController();
  /** Aborted when the phase has to stop, and when this run of it is over. */
  readonly signal: AbortSignal;

  constructor(
    production: Production,
    { stop, ...run }: { sessionId: SessionId; phase: PhaseName; claim: number; stop: AbortSignal },
  ) {
    this.#production = production;
    this.#run = run;
    this.signal = AbortSignal.any([stop, this.#over.signal]);
  }

  end(): void {
    if (!this.#over.signal.aborted) this.#over.abort(this.#late('this run of it is over'));
  }

  /** @throws ProductionError `claim_lost` or `interrupted` when this run may change nothing any more. */
  check(): void {
    this.#over.signal.throwIfAborted();
    const { sessionId, phase, claim } = this.#run;
    this.#production.refresh();
    const snapshot = this.#production.episode(sessionId);
    if (snapshot.context.claims !== claim)
      throw new ProductionError(
        'claim_lost',
        `somebody else has taken ${sessionId} over; nothing more is written or scored here.`,
        { sessionId },
      );
    if (stateName(snapshot) !== `${phase}.active`) throw this.#late(`it is ${stateName(snapshot)}`);
  }

  #late(why: string): ProductionError {
    const { sessionId, phase } = this.#run;
    return new ProductionError('interrupted', `${phase} of ${sessionId} can change nothing more: ${why}.`, {
      sessionId,
    });
  }
}
