import {
  ProductionError,
  type EpisodeEventType,
  type Failure,
  type RecordedEvent,
} from '../../machines/index.js';

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
  /** Runs when an episode has failed by this process's doing. `'recover'`, returned, begins its recovery. */
  onFailure?:
    | ((failed: {
        sessionId: string;
        failure: Failure;
      }) => 'recover' | undefined | void | Promise<'recover' | undefined | void>)
    | undefined;
}

/** Asks the `before` hooks; throws `vetoed`. */
export type AskBefore = (call: BeforeCall) => Promise<void>;

/** A manager's hooks, and the calls of them that are under way. What `after` and `onFailure` throw goes to `report`. */
export class HookChain {
  readonly #chain: Hooks[] = [];
  readonly #report: (error: unknown, where: string) => void;
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

  /** Asks each `onFailure`; calls `recover` for one that answers so. */
  failed(failed: { sessionId: string; failure: Failure }, recover: () => Promise<unknown>): void {
    for (const { onFailure } of this.#chain) {
      if (!onFailure) continue;
      const handled = Promise.resolve()
        .then(() => onFailure(failed))
        .then((answer) => (answer === 'recover' ? recover() : undefined))
        .catch((error: unknown) => this.#report(error, 'onFailure hook'));
      this.#failing = Promise.all([this.#failing, handled]);
    }
  }

  /** Resolves when the recoveries that `onFailure` asked for are done. */
  async settled(): Promise<void> {
    await this.#failing;
  }
}
