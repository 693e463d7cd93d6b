import type { SessionId } from '../../machines/index.js';
import { readProduceSettings, writeProduceSettings } from '../documents/produce-settings.js';
import type { ProductionStateManager } from '../manager/manager.js';

type From = Parameters<ProductionStateManager['forkEpisode']>[0];

/** Forks an episode; the fork is made by the crew, and with the options, that its source was begun with. */
export async function forkAsMade(manager: ProductionStateManager, from: From): Promise<SessionId> {
  const id = await manager.forkEpisode(from);
  const settings = readProduceSettings(manager.production.directory, from.sessionId as SessionId);
  if (settings) writeProduceSettings(manager.production, id, settings);
  return id;
}
