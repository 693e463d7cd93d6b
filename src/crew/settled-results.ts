import { ProductionError, settleCommand, type PhaseName, type SessionId } from '../../machines/index.js';
import { isSameUse, refuseOtherUse, type AskedUse } from '../calls/key-use.js';
import type { Production } from '../production/index.js';
import type { SettledKey } from '../record/index.js';
import { ancestorsOf } from './ancestors.js';

/** What an episode has paid for already: read from its past once, however many of its operations run again. */
export class SettledResults {
  readonly #production: Production;
  readonly #sessionId: SessionId;
  #keys: ReadonlyMap<string, SettledKey> | undefined;
  #inherited: { id: SessionId; keys: ReadonlyMap<string, SettledKey> }[] | undefined;

  constructor(production: Production, sessionId: SessionId) {
    this.#production = production;
    this.#sessionId = sessionId;
  }

  /** The result that `key` was settled with; undefined when its worker kept none. @throws ProductionError `key_reused`, `result_missing`. */
  get(key: string, use: AskedUse, reuseFrom?: PhaseName): unknown {
    const known = this.#find(key);
    if (!known) return undefined;
    refuseOtherUse(this.#sessionId, key, known, use, reuseFrom);
    const text = this.#production.readResult(this.#sessionId, known.result);
    if (text !== undefined) return JSON.parse(text) as unknown;
    if (known.byWorker) return undefined;
    const id = this.#sessionId;
    throw new ProductionError(
      'result_missing',
      `operation ${key} of ${id} is paid, and nobody has said what it gave; give its result: ${settleCommand(id, key)}, or --result none where the work can go on without. Then resume.`,
      { sessionId: id, key },
    );
  }

  /** What an episode that this one was forked from was given for the same use of `key`, newest first. */
  inherited(key: string, use: AskedUse): { result: unknown } | undefined {
    this.#inherited ??= ancestorsOf(this.#production, this.#sessionId).map((id) => ({
      id,
      keys: this.#production.settledKeys(id),
    }));
    for (const { id, keys } of this.#inherited) {
      const known = keys.get(key);
      const text = known && isSameUse(known, use) ? this.#production.readResult(id, known.result) : undefined;
      if (text !== undefined) return { result: JSON.parse(text) as unknown };
    }
    return undefined;
  }

  #find(key: string): SettledKey | undefined {
    if (!this.#keys?.has(key)) this.#keys = this.#production.settledKeys(this.#sessionId);
    return this.#keys.get(key);
  }
}
