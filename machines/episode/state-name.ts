import type { PersistedEpisode } from './context.js';
import type { EpisodeSnapshot } from './persisted.js';

/** `script.active`: a state's name for people. */
export function stateName({ value }: Pick<PersistedEpisode, 'value'>): string {
  return typeof value === 'string'
    ? value
    : Object.entries(value)
        .map(([outer, inner]) => `${outer}.${inner}`)
        .join(' ');
}

/** Whether two snapshots are in the same state; cheaper than comparing names. */
export function isSameState(
  { value: a }: Pick<EpisodeSnapshot, 'value'>,
  { value: b }: Pick<EpisodeSnapshot, 'value'>,
): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  const inner: Partial<Record<string, string>> = b;
  for (const outer in a) if (inner[outer] !== a[outer as keyof typeof a]) return false;
  return true;
}
