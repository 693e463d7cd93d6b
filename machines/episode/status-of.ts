import type { EpisodeStatus, PhaseName } from '../phases.js';
import type { PersistedEpisode } from './context.js';

/** The episode status of a state value: the name of its outermost state. */
export function statusOf(value: PersistedEpisode['value']): EpisodeStatus {
  return typeof value === 'string' ? value : (Object.keys(value)[0] as PhaseName);
}
