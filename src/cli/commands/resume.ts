import type { Run } from '../command.js';
import { changed } from '../changed.js';
import { findEpisode } from '../find-episode.js';
import { notifyOf } from '../notify-of.js';
import { readProduceSettings } from '../../documents/produce-settings.js';

export const run: Run = async (context, args, options) => {
  const manager = await context.open({ notify: notifyOf(options) });
  const id = await findEpisode(manager, args[0] ?? '');
  const settings = readProduceSettings(manager.production.directory, id);
  // Episodes that somebody else's orchestrator makes are only put back on their feet.
  if (!settings) return changed(context, id, (open, sessionId) => open.resumeEpisode(sessionId));
  const { pause } = (await manager.getSnapshot(id)).context;
  if (pause) await manager.resume({ sessionId: id });
  const { run: produce } = await import('./produce.js');
  return produce(context, [id], options);
};
