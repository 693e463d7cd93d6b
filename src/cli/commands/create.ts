import type { Run } from '../command.js';
import { needed } from '../usage-error.js';
import { nextEpisodeNumber } from '../next-episode-number.js';

export const run: Run = async (context, _args, { topic, episode, total }) => {
  const manager = await context.open({ make: true });
  const episodeNum = typeof episode === 'string' ? Number(episode) : await nextEpisodeNumber(manager);
  const id = await manager.createEpisodeSession({
    topic: needed(topic, '--topic'),
    episodeNum,
    ...(typeof total === 'string' ? { budgets: { total } } : {}),
  });
  return { json: { session_id: id, episode: await manager.getEpisodeState(id) }, text: id };
};
