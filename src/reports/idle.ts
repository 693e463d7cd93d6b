import { isLiveClaim } from '../disk/process-identity.js';
import type { PersistedEpisode } from '../../machines/index.js';
import { asleepUntil } from '../../machines/episode/asleep.js';
import { currentPhase } from '../../machines/episode/current-phase.js';
import type { EpisodeState, Need } from '../shapes/index.js';

/**
 * That nobody works on an episode which could go on. Episodes that no process has ever claimed are driven by hand, or by somebody's own
 * orchestrator: of those nobody can tell. A claim whose process on this machine is gone is nobody's.
 */
export function idleNeed(
  status: EpisodeState['status'],
  context: PersistedEpisode['context'],
  now: string,
): Need[] {
  const { claim, claims, sessionId, updatedAt, startAt } = context;
  const phase = currentPhase(context);
  if (
    claims === 0 ||
    isLiveClaim(claim, now) ||
    phase === null ||
    asleepUntil(context, now) !== null ||
    // It cannot go on: its time has not come.
    (startAt !== null &&
      Date.parse(startAt) > Date.parse(now) &&
      context.phases[phase].status === 'pending') ||
    ['complete', 'failed', 'archived'].includes(status)
  )
    return [];
  return [
    {
      need: 'idle',
      text: `nobody works on it; it can go on at ${phase}`,
      since: updatedAt,
      by: null,
      reason: null,
      next: [`showrunner resume ${sessionId}`],
    },
  ];
}
