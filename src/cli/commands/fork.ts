import type { Run } from '../command.js';
import { readProduceSettings, writeProduceSettings } from '../../documents/produce-settings.js';
import { readJson } from '../read-json.js';
import { findEpisode } from '../find-episode.js';

export const run: Run = async (context, [name = ''], { checkpoint, topic, position, data }) => {
  const manager = await context.open();
  const sessionId = await findEpisode(manager, name);
  const id = await manager.forkEpisode({
    sessionId,
    ...(typeof checkpoint === 'string' ? { checkpointName: checkpoint } : {}),
    ...(typeof topic === 'string' ? { topic } : {}),
    ...(typeof position === 'string' ? { position: Number(position) } : {}),
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
