import type { Run } from '../command.js';
import type { EpisodeState } from '../../shapes/seed.js';
import { listFast } from '../list-fast.js';

export const run: Run = async (context, _args, { all }) => {
  const states = listFast(context.directory) ?? (await (await context.open()).listEpisodes());
  const isEnded = ({ status }: EpisodeState): boolean => status === 'complete' || status === 'archived';
  const chosen = all === true ? states : states.filter((state) => !isEnded(state));
  const episodes = chosen.toSorted(
    (a, b) => Number(isEnded(a)) - Number(isEnded(b)) || (a.created_at < b.created_at ? -1 : 1),
  );
  const text = context.json
    ? ''
    : (await import('../list-table.js')).listTable(episodes, states.length - chosen.length);
  return { json: { episodes }, text };
};
