import type { EpisodeStatus } from '../../../../machines/phase-names.js';
import { awaitsPerson } from '../../../shapes/awaits-person.js';
import type { NeedKind } from '../../../shapes/need.js';
import type { BoardEpisode } from '../../api.js';

/** `needs` gathers all that wait for a person, whatever their status; archived episodes wait for nobody. */
export type GroupName = 'needs' | EpisodeStatus;

export const groupTitles: Record<GroupName, string> = {
  needs: 'Waiting for a person',
  research: 'Research',
  script: 'Script',
  audio: 'Audio',
  recovery: 'Recovery',
  initialized: 'Not begun',
  failed: 'Failed',
  complete: 'Complete',
  archived: 'Archived',
};

const order = Object.keys(groupTitles) as GroupName[];
const urgency: NeedKind[] = [
  'approval',
  'question',
  'held_operation',
  'missing_result',
  'budget_stop',
  'daily_stop',
  'failed',
  'paused',
  'idle',
  'late',
];

export interface Group {
  name: GroupName;
  episodes: BoardEpisode[];
}

export function groupOf(episode: BoardEpisode): GroupName {
  return awaitsPerson(episode.needs) && episode.status !== 'archived' ? 'needs' : episode.status;
}

/** The board's groups, those that wait for a person first, by urgency; within others the newest change first. Empty groups are left out. */
export function groupEpisodes(episodes: Iterable<BoardEpisode>): Group[] {
  const groups = new Map<GroupName, BoardEpisode[]>(order.map((name) => [name, []]));
  for (const episode of episodes) groups.get(groupOf(episode))?.push(episode);
  for (const [name, list] of groups) list.sort(name === 'needs' ? byUrgency : byChange);
  return [...groups].flatMap(([name, list]) => (list.length > 0 ? [{ name, episodes: list }] : []));
}

function byUrgency(a: BoardEpisode, b: BoardEpisode): number {
  // Who has waited longest comes first among equals.
  return urgencyOf(a) - urgencyOf(b) || (a.updatedAt < b.updatedAt ? -1 : 1);
}

function urgencyOf({ needs }: BoardEpisode): number {
  return Math.min(...needs.map(({ need }) => urgency.indexOf(need)));
}

function byChange(a: BoardEpisode, b: BoardEpisode): number {
  return a.updatedAt === b.updatedAt ? b.episodeNumber - a.episodeNumber : a.updatedAt < b.updatedAt ? 1 : -1;
}

/** Whether an episode is meant by what someone typed: its number, a part of its topic, id or state. */
export function matches(episode: BoardEpisode, typed: string): boolean {
  const text = typed.trim().toLowerCase();
  if (text === '') return true;
  if (/^#?\d+$/.test(text)) return episode.episodeNumber === Number(text.replace('#', ''));
  return `${episode.topic} ${episode.sessionId} ${episode.state}`.toLowerCase().includes(text);
}
