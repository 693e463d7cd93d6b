import { ProductionError } from '../../machines/index.js';
import { isUnavailable, type LogTraffic } from '../journal/index.js';

/** What a program shows while the log that carries its production cannot be reached. */
export interface OldCopy {
  /** What the log is and where, without passwords. */
  of: string;
  /** When the copy last had everything that the log had, ISO-8601. */
  asOf: string;
  why: string;
}

/** How long who only looks waits for the log, and how long once it is known to be away. Milliseconds. */
const patienceMs = 3_000;
const awayPatienceMs = 250;

/** Whether the log answers who only looks: else what is here is shown, and for how long nothing was heard. */
export class LogReach {
  readonly #traffic: Readonly<LogTraffic> | undefined;
  #away: ProductionError | undefined;

  constructor(traffic: Readonly<LogTraffic> | undefined) {
    this.#traffic = traffic;
  }

  /** Why what is here may be old; undefined where the log has answered. */
  get away(): ProductionError | undefined {
    return this.#away;
  }

  get oldCopy(): OldCopy | undefined {
    if (!this.#away || !this.#traffic) return undefined;
    const { name, currentAtMs } = this.#traffic;
    return { of: name, asOf: new Date(currentAtMs).toISOString(), why: this.#away.message };
  }

  /** Waits for what the log has, but not for long; whatever comes later still comes. Rejects with what time does not mend. */
  async wait(arrived: Promise<unknown>): Promise<void> {
    const noted = arrived.then(
      () => (this.#away = undefined),
      (error: unknown) => {
        if (!isUnavailable(error)) throw error;
        this.#away = error;
      },
    );
    noted.catch(() => {});
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(
        () => {
          this.#away ??= this.#silent();
          resolve();
        },
        this.#away ? awayPatienceMs : patienceMs,
      );
    });
    await Promise.race([noted, late]).finally(() => clearTimeout(timer));
  }

  #silent(): ProductionError {
    return new ProductionError(
      'journal_unavailable',
      `${this.#traffic?.name ?? 'the log'} has not answered for ${patienceMs / 1000} seconds: see that it runs and can be reached.`,
    );
  }
}
