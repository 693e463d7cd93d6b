import type { EpisodeContext } from './context.js';
import { currentPhase } from './current-phase.js';

/** Until when the worker of the phase under way sleeps; null where it is awake. */
export function asleepUntil(
  { phases, sleeps }: Pick<EpisodeContext, 'phases' | 'sleeps'>,
  now: string,
): string | null {
  const current = currentPhase({ phases });
  if (current === null || phases[current].status !== 'active') return null;
  const ends = Object.values(sleeps)
    .filter(({ phase, until }) => phase === current && Date.parse(until) > Date.parse(now))
    .map(({ until }) => until);
  return ends.toSorted((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? null;
}
