import { hasKey, keysAndValues, type PersistedEpisode, type SessionId } from '../../../machines/index.js';
import type { ProductionStateManager } from '../../manager/manager.js';
import { isUnderWay } from './episode-of-hook.js';
import type { HookCall } from './hook-call.js';
import type { Hooked } from './hook-house.js';
import { openKeyOf, toolKey, useIn } from './tool-key.js';

/** A tool use that is on the books: reserved or held, or paid by now. */
export interface BookedCall {
  id: SessionId;
  key: string;
  isPaid: boolean;
}

const msPerMinute = 60_000;

/** Where a tool use is booked, whichever episode its session has turned to since, and whatever became of what it was given. */
export async function bookedCall(
  manager: ProductionStateManager,
  { call, table, notes }: Pick<Hooked, 'call' | 'table' | 'notes'>,
): Promise<BookedCall | undefined> {
  const since = new Date(Date.now() - table.lost_after_minutes * msPerMinute).toISOString();
  const ids = (await manager.listEpisodes())
    .filter((episode) => isUnderWay(episode) || episode.updated_at >= since)
    .map(({ session_id: id }) => id as SessionId)
    .sort((a, b) => Number(b === notes.episode) - Number(a === notes.episode));
  for (const id of ids) {
    const { operations, paid } = (await manager.getSnapshot(id)).context;
    const open = openKeyOf(call, operations);
    if (open !== undefined) return { id, key: open, isPaid: false };
    const key = paidKeyOf(call, paid);
    if (key !== undefined) return { id, key, isPaid: true };
  }
  return undefined;
}

function paidKeyOf(call: HookCall, paid: PersistedEpisode['context']['paid']): string | undefined {
  if (call.useId === undefined) return undefined;
  const key = toolKey(call);
  return hasKey(paid, key)
    ? key
    : useIn(
        keysAndValues(paid).map(([each]) => each),
        call,
      );
}
