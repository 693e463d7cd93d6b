import type { ProductionStateManager } from '../manager/manager.js';
import { episodeFor } from './hooks/episode-of-hook.js';
import { readNotes } from './hooks/session-notes.js';
import { statusLineText } from './status-line-text.js';

/** The line for the episode that a host's session works on, or for the only one; the day's money where there is none. */
export async function statusLine(
  manager: ProductionStateManager,
  directory: string,
  session: string | undefined,
): Promise<string> {
  const known = session === undefined ? undefined : readNotes(directory, session).episode;
  const found = await episodeFor(manager, known);
  const episode = 'why' in found ? undefined : await manager.getSnapshot(found.id);
  return statusLineText(episode, manager.production.today());
}
