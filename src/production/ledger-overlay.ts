import { Ledger, type BudgetDay } from '../../machines/index.js';

/** A ledger that books on top of another without touching it: what a batch would lead to, thrown away after the batch. */
export class LedgerOverlay extends Ledger {
  readonly #under: Ledger;

  constructor(under: Ledger) {
    super();
    this.#under = under;
    this.latest = under.latest;
  }

  override day(date: string): BudgetDay | undefined {
    return this.days.get(date) ?? this.#under.day(date);
  }
}
