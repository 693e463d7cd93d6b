import { Ledger, moneyMove, type DayMoney, type EpisodeContext, type EpisodeEvent, type Usd } from '../../machines/index.js';

/** A ledger that books on top of another without touching it: what a batch would lead to, thrown away after the batch. */
export class LedgerOverlay extends Ledger {
  readonly #under: Ledger;

  constructor(under: Ledger) {
    super();
    this.#under = under;
    this.latest = under.latest;
  }

  override money(date: string, cap: Usd): DayMoney {
    this.#pull(date);
    return super.money(date, cap);
  }

  override book(before: EpisodeContext, event: EpisodeEvent): void {
    const move = moneyMove(before, event);
    if (move) this.#pull(move.day);
    if (event.type === 'budget.raise' && event.day) this.#pull(event.day.date);
    super.book(before, event);
  }

  #pull(date: string): void {
    const day = this.days.has(date) ? undefined : this.#under.days.get(date);
    if (day) this.days.set(date, day);
  }
}
