import { parseSessionId, statusOf, type EpisodeSnapshot } from '../../machines/index.js';
import { crewCommands } from '../documents/with-crew.js';
import { readProduceSettings } from '../documents/produce-settings.js';
import { needsOf } from '../reports/index.js';
import type { WorkView } from './api.js';
import { workerOf } from './board.js';

/** Who works on an episode that could go on, or the commands that would; null where it has ended, or a person comes first. */
export function workView(snapshot: EpisodeSnapshot, directory: string, now: string): WorkView | null {
  const { claim, claims, phases, sessionId } = snapshot.context;
  const settings = readProduceSettings(directory, parseSessionId(sessionId));
  // One that no worker has ever claimed may be driven by hand, or by somebody's own orchestrator.
  const isBegun =
    claims === 0 && !settings && Object.values(phases).some(({ startedAt }) => startedAt !== null);
  const by = workerOf({ claim }, now);
  if (by !== null) return { by, isBegun, next: [] };
  if (['complete', 'failed', 'archived'].includes(statusOf(snapshot.value))) return null;
  const needs = needsOf(snapshot, now).map(({ need }) => need);
  if (needs.some((need) => need !== 'idle' && need !== 'late')) return null;
  // It sleeps, or its time has not come.
  if (claims > 0 && !needs.includes('idle')) return null;
  return {
    by: null,
    isBegun,
    next: settings ? [`showrunner resume ${sessionId}`] : crewCommands(parseSessionId(sessionId)),
  };
}
