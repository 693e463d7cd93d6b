import {
  asleepUntil,
  episodeStatus,
  isWaitedFor,
  type EpisodeSnapshot,
  type SessionId,
} from '../../machines/index.js';
import type { Plan, Production } from '../production/index.js';
import { lastingNeeds } from '../reports/index.js';
import { phaseUnderWay, stepsFor, type Draft } from './plans.js';

/** What a clean-up did, or would do. */
export interface CleanedUp {
  /** Failed with `worker_lost` where need be, and archived; their files stay. */
  archived: SessionId[];
  /** Old, and left alone: they wait for a person, for money, for another day or for a provider. */
  waiting: SessionId[];
}

/** Whether somebody has worked on the episode, nobody has touched it since `before`, and no live claim is on it. */
export function isOrphan(snapshot: EpisodeSnapshot, before: string, now: string): boolean {
  const { updatedAt, importedAt, claim } = snapshot.context;
  const status = episodeStatus(snapshot);
  return (
    status !== 'complete' &&
    status !== 'archived' &&
    isBegun(snapshot) &&
    // Its times are those of its past: nobody here has lost it.
    (importedAt === null || Date.parse(updatedAt) > Date.parse(importedAt)) &&
    updatedAt <= before &&
    (claim === null || claim.until <= now)
  );
}

/** An episode that was only created, forked or taken as far as the next phase by hand is not lost: it is to be begun. */
function isBegun({ value, context }: EpisodeSnapshot): boolean {
  const inner = typeof value === 'string' ? value : Object.values(value)[0];
  return value !== 'initialized' && (inner !== 'pending' || context.claims > 0);
}

/** It stands still because of somebody or something else than a lost worker. */
export function isAwaited(snapshot: EpisodeSnapshot, now: string): boolean {
  const { failure, operations, startAt } = snapshot.context;
  return (
    (startAt !== null && startAt > now) ||
    asleepUntil(snapshot.context, now) !== null ||
    // A paid call without an answer: somebody has to say what became of it.
    Object.keys(operations).length > 0 ||
    (failure !== null && isWaitedFor(failure.code)) ||
    lastingNeeds(snapshot).some(({ need }) => need !== 'failed')
  );
}

/** Fails an orphan with `worker_lost`, if it has not failed already, and archives it; looks again whether it still is one. */
export function planCleanup(sessionId: SessionId, before: string, hours: number): Plan {
  return (view) => {
    const snapshot = view.episode(sessionId);
    if (!isOrphan(snapshot, before, view.at) || isAwaited(snapshot, view.at)) return [];
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

/** Finds and cleans orphans, each in its own commit, so that one that comes alive meanwhile is spared; with `dryRun` only finds them. */
export async function cleanUp(
  production: Production,
  { olderThanHours, dryRun }: { olderThanHours: number; dryRun: boolean },
): Promise<CleanedUp> {
  const now = production.clock.now();
  const before = new Date(Date.parse(now) - olderThanHours * 3_600_000).toISOString();
  const result: CleanedUp = { archived: [], waiting: [] };
  for (const id of production.ids()) {
    const status = production.state(id).status;
    if (status === 'complete' || status === 'archived') continue;
    const snapshot = production.find(id);
    if (!snapshot || !isOrphan(snapshot, before, now)) continue;
    if (isAwaited(snapshot, now)) result.waiting.push(id);
    else if (dryRun || (await production.commit(planCleanup(id, before, olderThanHours))).steps.length > 0)
      result.archived.push(id);
  }
  return result;
}
