import * as z from 'zod';
import {
  PhaseName,
  invalidInput,
  possibleEvents,
  type EpisodeEventType,
  type EpisodeSnapshot,
  type SessionId,
} from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import type { StudioAction } from './api.js';
import { seeThatItWasShown } from './judged.js';
import { forkAsMade } from './fork-as-made.js';

const Judged = z.string().max(64).nullable().optional();

const Action = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('approve'), of: Judged, reason: z.string().optional() }),
  z.strictObject({ action: z.literal('reject'), of: Judged, reason: z.string() }),
  z.strictObject({ action: z.literal('pause'), reason: z.string().optional() }),
  z.strictObject({ action: z.literal('resume') }),
  z.strictObject({ action: z.literal('recover'), phase: PhaseName.optional() }),
  z.strictObject({
    action: z.literal('raiseBudget'),
    scope: z.union([PhaseName, z.literal('total'), z.literal('day')]),
    amount: z.string(),
    reason: z.string(),
  }),
  z.strictObject({ action: z.literal('cancel'), reason: z.string() }),
  z.strictObject({ action: z.literal('archive'), reason: z.string().optional() }),
  z.strictObject({ action: z.literal('unarchive'), reason: z.string().optional() }),
  z.strictObject({ action: z.literal('restore'), checkpointName: z.string() }),
  z.strictObject({
    action: z.literal('fork'),
    checkpointName: z.string().optional(),
    position: z.int().optional(),
    topic: z.string().optional(),
    data: z.unknown().optional(),
  }),
  z.strictObject({
    action: z.literal('settle'),
    key: z.string(),
    cost: z.string().optional(),
    result: z.unknown().optional(),
  }),
  z.strictObject({ action: z.literal('release'), key: z.string() }),
  z.strictObject({ action: z.literal('correct'), key: z.string(), cost: z.string(), reason: z.string() }),
  z.strictObject({ action: z.literal('answer'), key: z.string(), answer: z.unknown() }),
]);
type Action = z.infer<typeof Action>;

/**
 * Does what a person asked for on the page, in that person's name; gives the episode to look at then: a fork is another one.
 * @throws ProductionError `invalid_input`, or the engine's refusal.
 */
export async function act(
  manager: ProductionStateManager,
  sessionId: SessionId,
  input: unknown,
  by: string,
): Promise<SessionId> {
  const parsed = Action.safeParse(input);
  if (!parsed.success) throw invalidInput(parsed.error, 'action');
  const asked = parsed.data;
  if (asked.action === 'fork') {
    const { action: _, ...from } = asked;
    return forkAsMade(manager, { sessionId, ...from });
  }
  await actOn(manager, sessionId, asked, by);
  return sessionId;
}

async function actOn(
  manager: ProductionStateManager,
  sessionId: SessionId,
  asked: Exclude<Action, { action: 'fork' }>,
  by: string,
): Promise<unknown> {
  if (asked.action === 'approve' || asked.action === 'reject')
    seeThatItWasShown(await manager.getSnapshot(sessionId), asked.of);
  const because =
    'reason' in asked && asked.reason !== undefined && asked.reason !== '' ? { reason: asked.reason } : {};
  switch (asked.action) {
    case 'approve':
      return manager.approve({ sessionId, by, ...because });
    case 'reject':
      return manager.reject({ sessionId, by, reason: asked.reason });
    case 'pause':
      return manager.pause({ sessionId, by, ...because });
    case 'resume':
      return manager.resume({ sessionId });
    case 'recover':
      return manager.recoverFailedSession(sessionId, asked.phase === undefined ? {} : { phase: asked.phase });
    case 'raiseBudget': {
      const { scope, amount, reason } = asked;
      return manager.raiseBudget({ sessionId, scope, amount, by, reason });
    }
    case 'cancel':
      return manager.cancelEpisode({ sessionId, reason: asked.reason });
    case 'archive':
      return manager.archiveEpisode(sessionId, because.reason);
    case 'unarchive':
      return manager.unarchiveEpisode(sessionId, because.reason);
    case 'restore':
      return manager.restoreCheckpoint({ sessionId, checkpointName: asked.checkpointName });
    case 'settle': {
      const { action: _, ...said } = asked;
      return manager.settleCost({ sessionId, ...said });
    }
    case 'release':
      return manager.releaseCost({ sessionId, key: asked.key });
    case 'correct': {
      const { key, cost, reason } = asked;
      return manager.correctCost({ sessionId, key, cost, by, reason });
    }
    case 'answer':
      return manager.answer({ sessionId, key: asked.key, answer: asked.answer, by });
  }
}

const eventFor: [StudioAction['action'], EpisodeEventType][] = [
  ['approve', 'review.approve'],
  ['reject', 'review.reject'],
  ['resume', 'phase.resume'],
  ['pause', 'phase.pause'],
  ['raiseBudget', 'budget.raise'],
  ['cancel', 'episode.cancelled'],
  ['archive', 'episode.archive'],
  ['unarchive', 'episode.unarchive'],
];

/** What a person may do now, most likely first. */
export function actionsFor(snapshot: EpisodeSnapshot, recoverable: boolean): StudioAction['action'][] {
  const possible = new Set(possibleEvents(snapshot));
  const direct = eventFor.flatMap(([action, event]) => (possible.has(event) ? [action] : []));
  return recoverable ? ['recover', ...direct] : direct;
}
