import { readdirSync } from 'node:fs';
import { episodeNumberOf, isSessionId } from '../../machines/ids.js';
import type { ProductionStateManager } from './manager.js';

/** One more than the greatest number in use. */
export async function nextEpisodeNumber(manager: ProductionStateManager): Promise<number> {
  const listed = (await manager.listEpisodes()).map(({ episode_number: number }) => number);
  const folders = readdirSync(manager.production.directory).filter(isSessionId).map(episodeNumberOf);
  return Math.max(0, ...listed, ...folders) + 1;
}
