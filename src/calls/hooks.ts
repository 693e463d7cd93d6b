import {
  ProductionError,
  type EpisodeEventType,
  type Failure,
  type PhaseName,
  type RecordedEvent,
} from '../../machines/index.js';
import { checkPhase } from './check.js';

/** Any commit: one event of one session. */
export interface CommitNotice {
  sessionId: string;
  type: EpisodeEventType | 'episode.created';
  event: RecordedEvent;
  /** Journal position at which the commit begins. */
  position: number;
  at: string;
  local: boolean;
}

/** What a `before` hook is told. */
export interface BeforeCall {
  /** The manager's method: `updatePhase`, `addCost`…; or `operation`, for each paid call of a crew's worker. */
  call: string;
  sessionId: string | undefined;
  /** The call's parameters; of an `operation` its phase, name, key and greatest cost. */
  input: unknown;
}

/** Functions around the manager's calls (docs/embedding.md). */
export interface Hooks {
  /** Runs before a call that changes anything, and before a worker's paid call. A string, returned, vetoes it with that reason. */
  before?: ((call: BeforeCall) => string | undefined | void | Promise<string | undefined | void>) | undefined;
  /** Runs after each commit of this process, once it is on disk. */
  after?: ((notice: CommitNotice) => void | Promise<void>) | undefined;
  /**
   * Runs when an episode has failed by this process's doing; while it is produced, once for each failure that policy has not answered. `'recover'`,
   * returned, begins its recovery, and whoever produces it goes on; `{ recover: 'research' }` names the phase. Each such recovery counts.
   */
  onFailure?:
    ((failed: { sessionId: string; failure: Failure }) => FailureAnswer | Promise<FailureAnswer>) | undefined;
}

/** What an `onFailure` hook answers. */
export type FailureAnswer = 'recover' | { recover: PhaseName } | undefined | void;

interface FailedEpisode {
  sessionId: string;
  failure: Failure;
}

/** What `onFailure` hooks want: recovery, at a phase where one was named; undefined: the failure stands. */
export type AskFailed = (failed: FailedEpisode) => Promise<{ phase: PhaseName | undefined } | undefined>;

/** Asks the `before` hooks; throws `vetoed`. */
export type AskBefore = (call: BeforeCall) => Promise<void>;

/** A manager's hooks, and the calls of them that are under way. What `after` and `onFailure` throw goes to `report`. */
export class HookChain {
  readonly #chain: Hooks[] = [];
  readonly #report: (error: unknown, where: string) => void;
  readonly #produced = new Set<string>();
  #failing: Promise<unknown> = Promise.resolve();

  constructor(report: (error: unknown, where: string) => void) {
    this.#report = report;
  }

  get empty(): boolean {
    return this.#chain.length === 0;
  }

  /** Gives a function that removes them. */
  add(hooks: Hooks): () => void {
    this.#chain.push(hooks);
    return () => {
      const index = this.#chain.indexOf(hooks);
      if (index !== -1) this.#chain.splice(index, 1);
    };
  }

  /** @throws ProductionError `vetoed`, with the hook's reason. */
  async askBefore(call: BeforeCall): Promise<void> {
    // A copy: a hook that removes itself meanwhile must not make the next one be left out.
    for (const { before } of this.#chain.slice()) {
      const reason = await before?.(call);
      if (typeof reason === 'string') {
        throw new ProductionError('vetoed', `${call.call} was vetoed: ${reason}`, {
          sessionId: call.sessionId,
        });
      }
    }
  }

  after(notice: CommitNotice): void {
    for (const { after } of this.#chain) {
      if (after)
        void Promise.resolve()
          .then(() => after(notice))
          .catch((error: unknown) => this.#report(error, 'after hook'));
    }
  }

  /** From now on whoever produces the episode asks about its failures, with his claim. Gives a function that ends this. */
  produces(sessionId: string): () => void {
    this.#produced.add(sessionId);
    return () => this.#produced.delete(sessionId);
  }

  /** Asks every `onFailure`; the first that wants recovery says where. */
  readonly askFailed: AskFailed = async (failed) => {
    let wanted: { phase: PhaseName | undefined } | undefined;
    for (const { onFailure } of this.#chain.slice()) {
      try {
        const answer = await onFailure?.(failed);
        wanted ??= wantedPhase(answer);
      } catch (error) {
        this.#report(error, 'onFailure hook');
      }
    }
    return wanted;
  };

  /** Asks about the failure of an episode that nobody here produces; calls `recover` where it is wanted. */
  failed(failed: FailedEpisode, recover: (phase: PhaseName | undefined) => Promise<unknown>): void {
    if (this.#produced.has(failed.sessionId) || !this.#chain.some(({ onFailure }) => onFailure)) return;
    const handled = this.askFailed(failed)
      .then((wanted) => (wanted ? recover(wanted.phase) : undefined))
      .catch((error: unknown) => this.#report(error, 'onFailure hook'));
    this.#failing = Promise.all([this.#failing, handled]);
  }

  /** Resolves when the recoveries that `onFailure` asked for are done. */
  async settled(): Promise<void> {
    await this.#failing;
  }
}

function wantedPhase(answer: FailureAnswer): { phase: PhaseName | undefined } | undefined {
  if (answer === undefined) return undefined;
  if (answer === 'recover') return { phase: undefined };
  return { phase: checkPhase(answer.recover) };
}
