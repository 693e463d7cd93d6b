import { phaseNames, statusOf, toDollars, type EpisodeContext } from '../../machines/index.js';
import type { Production } from '../production/index.js';
import type { PastEpisode } from './port.js';

/** Of how many one is told: what was long ago says little of prices now. */
const most = 50;

/** What the latest finished episodes did cost. Forks and episodes with work that others paid for or that was made twice say nothing of what one costs. */
export function pastEpisodes(production: Pick<Production, 'ids' | 'find'>): PastEpisode[] {
  const past: PastEpisode[] = [];
  for (const id of production.ids().toSorted().toReversed()) {
    const snapshot = production.find(id);
    if (!snapshot || statusOf(snapshot.value) !== 'complete') continue;
    const episode = pastEpisode(snapshot.context);
    if (episode) past.push(episode);
    if (past.length === most) break;
  }
  return past;
}

function pastEpisode({ crew, phases, forkedFrom, money }: EpisodeContext): PastEpisode | undefined {
  const isMadeOnce = phaseNames.every((phase) => phases[phase].revision === 1);
  if (crew?.name == null || crew.options === null || forkedFrom !== null || !isMadeOnce) return undefined;
  if (money.spent === 0) return undefined;
  const [research, script, audio] = phaseNames.map((phase) => toDollars(phases[phase].spent));
  const options = JSON.parse(crew.options) as Record<string, unknown>;
  return {
    crew: crew.name,
    options,
    costs: { research: research ?? 0, script: script ?? 0, audio: audio ?? 0 },
  };
}
