import { parseUsd } from '../../../machines/usd.js';
import { checkInput } from '../../calls/check-input.js';
import { systemClock } from '../../production/index.js';
import type { Options, Run } from '../command.js';
import { wholeNumberOf } from '../number-of.js';
import { needed } from '../usage-error.js';
import { nextEpisodeNumber } from '../../manager/next-episode-number.js';
import { newScheduleOf } from '../time-of.js';

export const run: Run = async (context, _args, options) => {
  const given = inputOf(options);
  // Before there is a production: what is refused makes none.
  checkInput('CreateInput', { episodeNum: 1, ...given, ...newScheduleOf(options, systemClock.now()) });
  parseUsd(given.budgets?.total ?? 0, 'budgets.total');
  const manager = await context.open({ make: true });
  // With a key the number is found together with the episode, or it would be another one each time.
  const isNumbered = 'key' in given || 'episodeNum' in given;
  const id = await manager.createEpisodeSession({
    ...(isNumbered ? {} : { episodeNum: await nextEpisodeNumber(manager) }),
    ...given,
    ...newScheduleOf(options, manager.production.now()),
  });
  const { startAt, dueBy } = (await manager.getSnapshot(id)).context;
  return {
    json: { session_id: id, episode: await manager.getEpisodeState(id), start_at: startAt, due_by: dueBy },
    text: id,
  };
};

function inputOf({ topic, episode, total, key }: Options) {
  return {
    topic: needed(topic, '--topic'),
    ...(typeof episode === 'string' ? { episodeNum: wholeNumberOf(episode, '--episode', { least: 1 }) } : {}),
    ...(typeof key === 'string' ? { key } : {}),
    ...(typeof total === 'string' ? { budgets: { total } } : {}),
  };
}
