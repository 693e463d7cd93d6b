import type { Run } from '../command.js';
import { needed } from '../usage-error.js';
import { nextEpisodeNumber } from '../../manager/next-episode-number.js';
import { newScheduleOf } from '../time-of.js';

export const run: Run = async (context, _args, options) => {
  const { topic, episode, total, key } = options;
  const manager = await context.open({ make: true });
  const isKeyed = typeof key === 'string';
  const number = typeof episode === 'string' ? Number(episode) : undefined;
  // With a key the number is found together with the episode, or it would be another one each time.
  const episodeNum = number ?? (isKeyed ? undefined : await nextEpisodeNumber(manager));
  const id = await manager.createEpisodeSession({
    topic: needed(topic, '--topic'),
    ...(episodeNum === undefined ? {} : { episodeNum }),
    ...(isKeyed ? { key } : {}),
    ...(typeof total === 'string' ? { budgets: { total } } : {}),
    ...newScheduleOf(options, manager.production.now()),
  });
  const { startAt, dueBy } = (await manager.getSnapshot(id)).context;
  return {
    json: { session_id: id, episode: await manager.getEpisodeState(id), start_at: startAt, due_by: dueBy },
    text: id,
  };
};
