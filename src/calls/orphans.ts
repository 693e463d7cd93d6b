import { episodeStatus, stateName, type EpisodeSnapshot, type SessionId } from '../../machines/index.js';
import type { Plan, Production } from '../production/index.js';
import { phaseUnderWay, stepsFor, type Draft } from './plans.js';

/** What a clean-up did. */
export interface CleanedUp {
  /** Failed with `worker_lost` where need be, and archived; their files stay. */
  archived: SessionId[];
  /** Old, and left alone because they wait for a person (paused or in review). */
  waiting: SessionId[];
}

/** Whether nobody has touched the episode since `before` and no live claim is on it. */
export function isOrphan(snapshot: EpisodeSnapshot, before: string, now: string): boolean {
  const { updatedAt, claim } = snapshot.context;
  const status = episodeStatus(snapshot);
  return (
    status !== 'complete' &&
    status !== 'archived' &&
    updatedAt <= before &&
    (claim === null || claim.until <= now)
  );
}

/** A person was asked and has not answered: that is not a lost worker. */
export function waitsForPerson(snapshot: EpisodeSnapshot): boolean {
  return /\.(?:paused|review)$/.test(stateName(snapshot));
}

/** Fails an orphan with `worker_lost`, if it has not failed already, and archives it; looks again whether it still is one. */
export function planCleanup(sessionId: SessionId, before: string, hours: number): Plan {
  return (view) => {
    const snapshot = view.episode(sessionId);
    if (!isOrphan(snapshot, before, view.at) || waitsForPerson(snapshot)) return [];
    const reason = `no sign of life for ${hours} hours`;
    const fail: Draft[] =
      episodeStatus(snapshot) === 'failed'
        ? []
        : [
            {
              type: 'phase.failed',
              phase: phaseUnderWay(view, sessionId),
              code: 'worker_lost',
              message: reason,
            },
          ];
    return stepsFor(view, sessionId, ...fail, { type: 'episode.archive', reason });
  };
}

/** Finds and cleans orphans, each in its own commit, so that one that comes alive meanwhile is spared. */
export async function cleanUp(production: Production, olderThanHours: number): Promise<CleanedUp> {
  const now = production.clock.now();
  const before = new Date(Date.parse(now) - olderThanHours * 3_600_000).toISOString();
  const result: CleanedUp = { archived: [], waiting: [] };
  for (const id of production.ids()) {
    const status = production.state(id).status;
    if (status === 'complete' || status === 'archived') continue;
    const snapshot = production.find(id);
    if (!snapshot || !isOrphan(snapshot, before, now)) continue;
    if (waitsForPerson(snapshot)) result.waiting.push(id);
    else if ((await production.commit(planCleanup(id, before, olderThanHours))).steps.length > 0)
      result.archived.push(id);
  }
  return result;
}
