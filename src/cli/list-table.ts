import type { ListedEpisode } from './from-documents.js';
import { age } from './age.js';
import {
  dollars,
  estimateLines,
  needLines,
  phaseMarks,
  shorten,
  status,
  table,
  waitLines,
  waiting,
  warningLines,
} from './format.js';
import type { Warning } from '../shapes/index.js';

const longestTopic = 48;

/** The board of episodes, for people. */
export function listTable(
  episodes: readonly ListedEpisode[],
  hidden: number,
  ofDay: readonly Warning[],
): string {
  const more = hidden > 0 ? `\n${hidden} ended; showrunner list --all shows the recent ones.` : '';
  if (episodes.length === 0)
    return `No active episodes. Begin one: showrunner produce --topic "…" --sources <folder>${more}`;
  const rows = episodes.map((state) => [
    String(state.episode_number),
    state.session_id,
    state.needs[0] ? waiting(state.needs[0].need) : status(state.status),
    phaseMarks(state),
    dollars(state.total_cost),
    age(state.updated_at, Date.now()),
    shorten(state.topic, longestTopic),
  ]);
  const until = episodes.flatMap(({ session_id: id, wait }) => waitLines(wait, `${id}: `));
  const waits = episodes.flatMap(({ session_id: id, needs }) => needLines(needs, `${id}: `));
  const near = episodes.flatMap(({ session_id: id, warnings }) => warningLines(warnings, `${id}: `));
  const guessed = episodes.flatMap(({ session_id: id, estimates }) => estimateLines(estimates, `${id}: `));
  return [
    `${table(['no', 'session', 'status', 'phases', 'spent', 'last step', 'topic'], rows)}${more}`,
    ...until,
    ...waits,
    ...near,
    ...guessed,
    ...warningLines(ofDay),
  ].join('\n');
}
