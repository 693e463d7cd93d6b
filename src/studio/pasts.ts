import type { Failure, SessionId } from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { LastAsked, type HistoryEntry, type SessionPast } from '../record/index.js';
import { Operations } from './operations-view.js';
import { Timeline } from './timeline.js';

// A past of ten thousand commits takes some megabytes; people look at a few episodes at a time.
const mostKept = 8;

/** An episode's past as the page shows it. */
export class ShownPast {
  readonly timeline = new Timeline();
  readonly operations = new Operations();
  readonly failures: Failure[] = [];
  /** Names of checkpoints that somebody has saved, and no phase's end. */
  readonly savedByHand = new Set<string>();
  /** The journal position after its last commit. */
  position = 0;
  readonly #past: SessionPast;

  constructor(past: SessionPast) {
    this.#past = past;
  }

  /** Adds what has come since it was last read. */
  read(): void {
    for (const entry of this.#past.next()) this.#take(entry);
  }

  #take(entry: HistoryEntry): void {
    const { event, at } = entry;
    this.timeline.take(entry);
    this.operations.take(entry);
    if (event.type === 'checkpoint.save') this.savedByHand.add(event.checkpoint.name);
    if (event.type === 'phase.failed')
      this.failures.push({
        code: event.code,
        phase: event.phase,
        message: event.message,
        retryable: false,
        attempt: 0,
        at,
      });
    this.position = entry.position;
  }
}

/** The pasts of the episodes that were looked at last: who looks again waits for no more than what is new. */
export class ShownPasts {
  readonly #manager: ProductionStateManager;
  readonly #kept = new LastAsked<SessionId, ShownPast>(mostKept);

  constructor(manager: ProductionStateManager) {
    this.#manager = manager;
  }

  /** @throws ProductionError `session_unknown`. */
  async of(id: SessionId): Promise<ShownPast> {
    const { production } = this.#manager;
    await production.asShown();
    production.episode(id);
    const past = this.#kept.get(id) ?? new ShownPast(production.past(id));
    past.read();
    this.#kept.keep(id, past);
    return past;
  }
}
