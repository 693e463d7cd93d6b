import { dayOf, endOfDay } from '../../machines/budget-day.js';
import { asleepUntil } from '../../machines/episode/asleep.js';
import { currentPhase } from '../../machines/episode/current-phase.js';
import type { EpisodeContext } from '../../machines/episode/context.js';
// Not from the index: a listing starts without the chart.
import type { EpisodeState, Wait } from '../shapes/index.js';

const providers = new Set<string>(['rate_limited', 'provider_unavailable']);

/** What an episode waits for that only time brings, and until when; null where it waits for nothing, or for a person. */
export function waitOf(
  status: EpisodeState['status'],
  {
    failure,
    retries,
    startAt,
    phases,
    sleeps,
  }: Pick<EpisodeContext, 'failure' | 'retries' | 'startAt' | 'phases' | 'sleeps'>,
  { now, timeZone }: { now: string; timeZone: string },
): Wait | null {
  if (['complete', 'archived', 'recovery'].includes(status)) return null;
  if (status === 'failed') {
    if (failure?.code === 'daily_cap_reached') return waitForDay(failure.at, now, timeZone);
    return failure && providers.has(failure.code) ? waitForProvider(retries, now, true) : null;
  }
  return (
    waitForStart(startAt, phases, now) ??
    sleep({ phases, sleeps }, now) ??
    waitForProvider(retries, now, false)
  );
}

/** Its next phase does not begin before; one that is under way goes on. */
function waitForStart(startAt: string | null, phases: EpisodeContext['phases'], now: string): Wait | null {
  if (startAt === null || Date.parse(startAt) <= Date.parse(now)) return null;
  if (Object.values(phases).some(({ status }) => status === 'active')) return null;
  return { for: 'start', until: startAt, text: `is not taken up before ${startAt}` };
}

function waitForDay(failedAt: string, now: string, timeZone: string): Wait | null {
  if (Number.isNaN(Date.parse(failedAt))) return null;
  const until = endOfDay(dayOf(failedAt, timeZone), timeZone);
  return Date.parse(until) <= Date.parse(now)
    ? null
    : { for: 'day', until, text: `waits for the day's money until ${until}, or for a higher cap` };
}

function sleep(context: Pick<EpisodeContext, 'phases' | 'sleeps'>, now: string): Wait | null {
  const until = asleepUntil(context, now);
  return until === null
    ? null
    : { for: 'sleep', until, text: `${currentPhase(context)} sleeps until ${until}` };
}

/** An episode at work waits while the next call of one of its keys is not due; one that has failed, until somebody asks again. */
function waitForProvider(retries: EpisodeContext['retries'], now: string, hasFailed: boolean): Wait | null {
  const due = Object.values(retries)
    .map(({ notBefore }) => notBefore)
    .filter((at) => Date.parse(at) > Date.parse(now))
    .sort((a, b) => (a < b ? -1 : 1));
  const until = (hasFailed ? due.at(-1) : due[0]) ?? null;
  if (until === null && !hasFailed) return null;
  const text = `waits for its provider${until === null ? ', which may be asked again at any time' : ` until ${until}`}`;
  return { for: 'provider', until, text };
}
