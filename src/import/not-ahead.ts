import { phaseNames } from '../../machines/index.js';
import type { OlderEpisode } from './older-episode.js';

/** An episode without times that have not come yet, and whether it had some: a later event would be before them, and their days would have money before they begin. */
export function notAhead(episode: OlderEpisode, now: string): { episode: OlderEpisode; wasAhead: boolean } {
  let wasAhead = false;
  const cut = <At extends string | null>(at: At): At | string => {
    if (at === null || at <= now) return at;
    wasAhead = true;
    return now;
  };
  const { phases, checkpoints } = episode;
  const present: OlderEpisode = {
    ...episode,
    createdAt: cut(episode.createdAt),
    phases: Object.fromEntries(
      phaseNames.map((name) => {
        const { startedAt, endedAt } = phases[name];
        return [name, { ...phases[name], startedAt: cut(startedAt), endedAt: cut(endedAt) }];
      }),
    ) as OlderEpisode['phases'],
    checkpoints: checkpoints.map((each) => ({ ...each, at: cut(each.at) })),
  };
  return { episode: present, wasAhead };
}
