import type { SessionId } from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { actorMessage, pastMessages, stepMessages, type InspectionMessage } from './messages.js';

/**
 * Tells the whole past of the given episodes, or of every one that is at work, and then whatever anyone commits. Returns how to stop.
 * An episode that is created meanwhile is told of when nobody in particular was asked for.
 */
export async function tellProduction(
  manager: ProductionStateManager,
  only: SessionId | undefined,
  tell: (message: InspectionMessage) => void,
): Promise<() => void> {
  const { production } = manager;
  const told = new Set<string>();
  /** Where the past of each episode ended when it was told. */
  const toldTo = new Map<string, number>();
  const waiting: (() => void)[] = [];
  let isLive = false;
  const stop = production.onCommit(({ steps, by, end }) => {
    const pass = (): void => {
      for (const { sessionId, event, before, after } of steps) {
        if ((only !== undefined && sessionId !== only) || (toldTo.get(sessionId) ?? 0) >= end) continue;
        if (!told.has(sessionId)) {
          told.add(sessionId);
          tell(actorMessage(before ?? after));
          if (!before) continue;
        }
        for (const message of stepMessages(sessionId, event, after, by)) tell(message);
      }
    };
    // What is committed while the past is being read comes after it.
    if (isLive) pass();
    else waiting.push(pass);
  });
  manager.follow();
  const active = (await manager.listEpisodes())
    .filter(({ status }) => status !== 'complete' && status !== 'archived')
    .map(({ session_id: id }) => id as SessionId);
  for (const id of only === undefined ? active : [only]) {
    const history = await manager.history(id);
    for (const message of pastMessages(id, history, (position) => production.stateAt(id, position)))
      tell(message);
    told.add(id);
    toldTo.set(id, history.at(-1)?.position ?? 0);
  }
  isLive = true;
  for (const pass of waiting) pass();
  return stop;
}
