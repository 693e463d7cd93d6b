import { formatUsd, toDollars } from '../../machines/index.js';
import type { HistoryEntry } from '../record/index.js';
import type { OperationView } from './api.js';

/** Every operation of an episode's past, oldest first: reserved ones with what became of them, and costs that were recorded after the fact. */
export function operationsOf(history: readonly HistoryEntry[]): OperationView[] {
  const byKey = new Map<string, OperationView>();
  const all: OperationView[] = [];
  const open = (view: OperationView): void => {
    byKey.set(view.key, view);
    all.push(view);
  };
  for (const { event, at, position } of history) {
    if (event.type === 'cost.reserve') {
      open({
        key: event.key,
        phase: event.phase,
        name: event.operation,
        status: 'reserved',
        reserved: toDollars(event.amount),
        cost: null,
        estimated: false,
        startedAt: at,
        heldBecause: null,
        corrected: null,
        durationMs: null,
        hasResult: false,
        retries: 0,
        input: event.input ?? null,
      });
    } else if (event.type === 'cost.recorded') {
      open({
        key: event.key ?? `@${position}`,
        phase: event.phase,
        name: event.operation,
        status: 'settled',
        reserved: 0,
        cost: toDollars(event.cost),
        estimated: event.estimated ?? false,
        startedAt: at,
        heldBecause: null,
        corrected: null,
        durationMs: null,
        hasResult: false,
        retries: 0,
        input: null,
      });
    } else if ('key' in event && event.key !== undefined) {
      const view = byKey.get(event.key);
      if (view) become(view, event, at);
    }
  }
  return all;
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
