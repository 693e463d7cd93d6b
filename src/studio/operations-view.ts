import { formatUsd, toDollars, type EventOf } from '../../machines/index.js';
import type { HistoryEntry } from '../record/index.js';
import type { OperationView } from './api.js';

/** Every operation of an episode's past, oldest first: reserved ones with what became of them, and costs that were recorded after the fact. */
export class Operations {
  readonly #all: OperationView[] = [];
  readonly #byKey = new Map<string, number>();
  /** Which one was changed where in the journal, in order. */
  readonly #changes: { position: number; place: number }[] = [];

  /** Takes in what has come next. */
  take({ event, at, position }: HistoryEntry): void {
    if (event.type === 'cost.reserve') {
      this.#open(position, {
        ...opened(event, at),
        key: event.key,
        status: 'reserved',
        reserved: toDollars(event.amount),
        input: event.input ?? null,
      });
    } else if (event.type === 'cost.recorded') {
      this.#open(position, {
        ...opened(event, at),
        key: event.key ?? `@${position}`,
        cost: toDollars(event.cost),
        estimated: event.estimated ?? false,
      });
    } else if ('key' in event && event.key !== undefined) {
      const place = this.#byKey.get(event.key);
      const view = place === undefined ? undefined : this.#all[place];
      if (place === undefined || !view) return;
      become(view, event, at);
      this.#changes.push({ position, place });
    }
  }

  /** Those that have changed after a journal position, oldest first. */
  after(position: number): OperationView[] {
    const from = this.#changes.findLastIndex((change) => change.position <= position) + 1;
    const places = new Set(this.#changes.slice(from).map(({ place }) => place));
    return [...places].sort((a, b) => a - b).flatMap((place) => this.#all[place] ?? []);
  }

  #open(position: number, view: Omit<OperationView, 'place'>): void {
    const place = this.#all.length;
    this.#all.push({ ...view, place });
    this.#byKey.set(view.key, place);
    this.#changes.push({ position, place });
  }
}

function opened(
  { phase, operation }: EventOf<'cost.reserve' | 'cost.recorded'>,
  at: string,
): Omit<OperationView, 'key' | 'place'> {
  return {
    phase,
    name: operation,
    status: 'settled',
    reserved: 0,
    cost: null,
    estimated: false,
    startedAt: at,
    heldBecause: null,
    corrected: null,
    durationMs: null,
    hasResult: false,
    retries: 0,
    input: null,
  };
}

function become(view: OperationView, event: HistoryEntry['event'], at: string): void {
  const took = Date.parse(at) - Date.parse(view.startedAt);
  if (event.type === 'operation.settled')
    Object.assign(view, {
      status: 'settled',
      cost: toDollars(event.cost),
      estimated: event.estimated,
      durationMs: took,
      reserved: 0,
      hasResult: event.result !== undefined,
    });
  if (event.type === 'result.recorded') view.hasResult = true;
  if (event.type === 'cost.corrected')
    Object.assign(view, {
      cost: toDollars(event.cost),
      estimated: false,
      corrected: `${formatUsd(event.was)} before, corrected by ${event.by ?? 'somebody'}: ${event.reason}`,
    });
  if (event.type === 'operation.released')
    Object.assign(view, { status: 'released', durationMs: took, reserved: 0 });
  view.heldBecause = event.type === 'operation.held' ? (event.reason ?? null) : null;
  if (event.type === 'operation.held') view.status = 'held';
  if (event.type === 'operation.retry') {
    view.status = 'reserved';
    view.retries += 1;
  }
}
