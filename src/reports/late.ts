import type { PersistedEpisode } from '../../machines/index.js';
// Not from the index: a listing starts without the chart.
import type { EpisodeState, Need } from '../shapes/index.js';

/** That an episode should have been complete by now. One that was cancelled is nobody's to finish. */
export function lateNeed(
  status: EpisodeState['status'],
  { dueBy, failure, sessionId }: Pick<PersistedEpisode['context'], 'dueBy' | 'failure' | 'sessionId'>,
  now: string,
): Need[] {
  if (!isTimed(status, { dueBy, failure }) || dueBy === null || Date.parse(dueBy) > Date.parse(now))
    return [];
  return [
    {
      need: 'late',
      text: `late: it was due by ${dueBy}`,
      since: dueBy,
      by: null,
      reason: null,
      next: [`showrunner schedule ${sessionId} --due-by <time>`],
    },
  ];
}

/** Whether an episode is late, or will be when nobody finishes it. */
export function isTimed(
  status: EpisodeState['status'],
  { dueBy, failure }: Pick<PersistedEpisode['context'], 'dueBy' | 'failure'>,
): boolean {
  if (dueBy === null || status === 'complete' || status === 'archived') return false;
  return failure?.code !== 'cancelled' || failure.retryable;
}
