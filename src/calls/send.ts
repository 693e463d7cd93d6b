import * as z from 'zod';
import {
  ProductionError,
  Score,
  messageOf,
  parseEvent,
  type EpisodeEvent,
  type SavedCheckpoint,
  type SessionId,
} from '../../machines/index.js';
import type { Plan, View } from '../production/index.js';
import { check } from './check.js';
import { beginOf } from './plans.js';

/** A machine event as a caller sends it. What the engine knows is its own to say: the time, the day's money, a completion's checkpoint. */
export type SentEvent = Partial<EpisodeEvent> & { type: EpisodeEvent['type'] };

/** Events that carry what the engine has to look up and check first, each with the call that does. */
const preparedBy: Partial<Record<EpisodeEvent['type'], string>> = {
  'episode.forked': 'forkEpisode',
  'phase.fulfill': 'fulfillPhase',
  'cost.corrected': 'correctCost',
  'result.recorded': 'settleCost',
  'artifact.edited': 'editArtifact',
  'checkpoint.save': 'saveCheckpoint or createCheckpoint',
  'checkpoint.restore': 'restoreCheckpoint',
  'rules.changed': 'changePolicy',
};

const Scored = z.looseObject({ value: Score });

/**
 * The sender's event as the engine's own.
 * @throws ProductionError `invalid_input`, when it is no event, cannot be copied, or needs a call of its own.
 */
export function takeSent(sessionId: SessionId, event: SentEvent): SentEvent {
  const invalid = (message: string, field = 'event', cause?: unknown) =>
    new ProductionError('invalid_input', `${field}: ${message}`, { sessionId, field, cause });
  if (typeof event !== 'object' || event === null) throw invalid('is not an event.');
  const call = Object.hasOwn(preparedBy, event.type) ? preparedBy[event.type] : undefined;
  if (call)
    throw invalid(`${event.type} carries what the engine has to look up; call ${call} instead.`, 'type');
  if ('result' in event) throw invalid('a result is kept by settleCost; call that instead.', 'result');
  if (event.type === 'quality.recorded') check(Scored, event);
  try {
    const own = structuredClone(event);
    return own.type === 'phase.failed' && 'message' in own && typeof own.message === 'string'
      ? { ...own, message: messageOf(own.message) }
      : own;
  } catch (error) {
    throw invalid(`cannot be copied: ${(error as Error).message}.`, 'event', error);
  }
}

/** Fills in what the engine knows, also where the sender said something else; then the event is checked. */
export function planSent(
  sessionId: SessionId,
  event: SentEvent,
  checkpoint: SavedCheckpoint | undefined,
): Plan {
  return (view) => {
    const day = needsDay(event) ? { day: view.day(dayOfOperation(view, sessionId, event)) } : {};
    // What a recovery costs, and how often a call was tried, is the engine's to say.
    const {
      tries: _tries,
      free: _free,
      keepsTries: _keepsTries,
      accepts: _accepts,
      ...plain
    } = event as Record<string, unknown>;
    const begin = event.type === 'recovery.begin' ? beginOf(view.episode(sessionId), view.day()) : {};
    return [
      {
        sessionId,
        event: parseEvent({ ...plain, ...day, ...begin, ...(checkpoint ? { checkpoint } : {}), at: view.at }),
      },
    ];
  };
}

const withDay = new Set<EpisodeEvent['type']>([
  'cost.reserve',
  'cost.recorded',
  'operation.settled',
  'operation.released',
  'recovery.begin',
]);

function needsDay(event: SentEvent): boolean {
  return (
    'day' in event ||
    withDay.has(event.type) ||
    ((event.type === 'budget.raise' || event.type === 'budget.set') && event.scope === 'day')
  );
}

/** A reservation's money belongs to the day on which it was reserved. */
function dayOfOperation(view: View, sessionId: SessionId, event: SentEvent): string | undefined {
  const key =
    event.type === 'operation.settled' || event.type === 'operation.released' ? event.key : undefined;
  const { operations } = view.episode(sessionId).context;
  return key !== undefined && Object.hasOwn(operations, key) ? operations[key]?.day : undefined;
}
