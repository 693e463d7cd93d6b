import type { EpisodeState } from '../shapes/seed.js';
import { age, dollars, phaseMarks, shorten, status, table } from './format.js';

const longestTopic = 48;

/** The board of episodes, for people. */
export function listTable(episodes: readonly EpisodeState[], hidden: number): string {
  const more = hidden > 0 ? `\n${hidden} ended; showrunner list --all shows the recent ones.` : '';
  if (episodes.length === 0)
    return `No active episodes. Begin one: showrunner produce --topic "…" --sources <folder>${more}`;
  const rows = episodes.map((state) => [
    String(state.episode_number),
    state.session_id,
    status(state.status),
    phaseMarks(state),
    dollars(state.total_cost),
    age(state.updated_at, Date.now()),
    shorten(state.topic, longestTopic),
  ]);
  return `${table(['no', 'session', 'status', 'phases', 'spent', 'last step', 'topic'], rows)}${more}`;
}
