import { OperationKey, ProductionError, type PhaseName, type SessionId } from '../../machines/index.js';
import { check } from '../calls/check.js';
import { Time } from '../calls/inputs.js';
import { stepsFor } from '../calls/plans.js';
import type { Production } from '../production/index.js';

/** Who sleeps. */
interface Sleeper {
  production: Production;
  sessionId: SessionId;
  phase: PhaseName;
  claim: number;
}

/**
 * Returns where the time has come, or the sleep of this key is over, however often the worker was begun since. Else it is written down, once, and the work ends here.
 * @throws ProductionError `asleep` until then.
 */
export async function sleepUntil(
  { production, sessionId, phase, claim }: Sleeper,
  until: string,
  key: string,
): Promise<void> {
  check(OperationKey, key);
  await production.arrived();
  production.refresh();
  const known = sleepOf(production, sessionId, key);
  if (isOver(production, known ?? until)) return;
  if (known === undefined)
    await production.commit((view) =>
      stepsFor(view, sessionId, { type: 'phase.sleep', phase, key, until, claim }),
    );
  throw new ProductionError('asleep', asleepText(sessionId, phase, known ?? until), { sessionId });
}

/** A worker's time, as the journal has it. */
export function sleepTime(time: string | Date): string {
  return check(Time, time);
}

function sleepOf(production: Production, sessionId: SessionId, key: string): string | undefined {
  const { sleeps } = production.episode(sessionId).context;
  return Object.hasOwn(sleeps, key) ? sleeps[key]?.until : undefined;
}

function isOver(production: Production, until: string): boolean {
  return Date.parse(until) <= Date.parse(production.now());
}

export function asleepText(sessionId: SessionId, phase: string, until: string): string {
  return `${phase} sleeps until ${until}; a worker (showrunner work) takes it up then, or go on yourself: showrunner resume ${sessionId}`;
}
