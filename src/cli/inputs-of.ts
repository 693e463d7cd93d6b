import type { CallInput } from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';

/** What the given calls were last reserved with, by key, as far as their workers have said it. */
export async function inputsOf(
  manager: ProductionStateManager,
  sessionId: string,
  keys: readonly string[],
): Promise<Record<string, CallInput>> {
  if (keys.length === 0) return {};
  const wanted = new Set(keys);
  const reserved = (await manager.history(sessionId)).flatMap(({ event }) =>
    event.type === 'cost.reserve' && event.input && wanted.has(event.key)
      ? [[event.key, event.input] as const]
      : [],
  );
  return Object.fromEntries(reserved);
}
