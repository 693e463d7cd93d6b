import type { Run } from '../command.js';
import { readProduceSettings, writeProduceSettings } from '../../documents/produce-settings.js';
import { wholeNumberOf } from '../number-of.js';
import { readJson } from '../read-json.js';
import { findEpisode } from '../find-episode.js';

export const run: Run = async (context, [name = ''], { checkpoint, topic, position, data }) => {
  const at = typeof position === 'string' ? wholeNumberOf(position, '--position', { least: 0 }) : undefined;
  const manager = await context.open();
  const sessionId = await findEpisode(manager, name);
  const id = await manager.forkEpisode({
    sessionId,
    ...(typeof checkpoint === 'string' ? { checkpointName: checkpoint } : {}),
    ...(typeof topic === 'string' ? { topic } : {}),
    ...(at === undefined ? {} : { position: at }),
    ...(typeof data === 'string' ? { data: readJson(data) } : {}),
  });
  // It is made with the crew that made its source.
  const settings = readProduceSettings(manager.production.directory, sessionId);
  if (settings) writeProduceSettings(manager.production, id, settings);
  context.note(`next: showrunner resume ${id}`);
  return {
    json: { session_id: id, forked_from: sessionId, episode: await manager.getEpisodeState(id) },
    text: id,
  };
};
