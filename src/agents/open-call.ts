import {
  keyWord,
  ProductionError,
  type Operation,
  type PersistedEpisode,
  type SessionId,
  type Usd,
} from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';

/** The paid call that is reserved or held under a key. */
export function openCall({ context }: PersistedEpisode, key: string): Operation | undefined {
  return Object.hasOwn(context.operations, key) ? context.operations[key] : undefined;
}

/**
 * What may have been paid can be settled by an agent at all that is reserved for it, and not given back: that a person answers.
 * @throws ProductionError `operation_held`.
 */
export async function seeThatNothingHeldIsFreed(
  manager: ProductionStateManager,
  id: SessionId,
  { key, cost, isRelease }: { key: string; cost: Usd | undefined; isRelease: boolean },
): Promise<void> {
  const call = openCall(await manager.getSnapshot(id), key);
  if (call?.state !== 'held' || (!isRelease && (cost ?? call.amount) >= call.amount)) return;
  throw new ProductionError(
    'operation_held',
    `nobody knows whether ${key} of ${id} was paid. A person finds out and answers: showrunner settle ${id} ${keyWord(key)} <dollars>, or showrunner release ${id} ${keyWord(key)}`,
    { sessionId: id },
  );
}
