import type { EpisodeSnapshot } from './persisted.js';

/** `script.active`: a state's name for people. */
export function stateName({ value }: Pick<EpisodeSnapshot, 'value'>): string {
  return typeof value === 'string' ? value : Object.entries(value).map(([outer, inner]) => `${outer}.${inner}`).join(' ');
}
