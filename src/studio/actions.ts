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

const Action = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('approve'), reason: z.string().optional() }),
  z.strictObject({ action: z.literal('reject'), reason: z.string() }),
  z.strictObject({ action: z.literal('pause'), reason: z.string().optional() }),
  z.strictObject({ action: z.literal('resume') }),
  z.strictObject({ action: z.literal('recover'), phase: PhaseName.optional() }),
  z.strictObject({
    action: z.literal('raiseBudget'),
    scope: z.union([PhaseName, z.literal('total')]),
    amount: z.string(),
    reason: z.string(),
  }),
  z.strictObject({ action: z.literal('cancel'), reason: z.string() }),
  z.strictObject({ action: z.literal('archive'), reason: z.string().optional() }),
  z.strictObject({
    action: z.literal('settle'),
    key: z.string(),
    cost: z.string(),
    result: z.unknown().optional(),
  }),
  z.strictObject({ action: z.literal('release'), key: z.string() }),
  z.strictObject({ action: z.literal('correct'), key: z.string(), cost: z.string(), reason: z.string() }),
  z.strictObject({ action: z.literal('answer'), key: z.string(), answer: z.unknown() }),
]);

/**
 * Does what a person asked for on the page, in that person's name.
 * @throws ProductionError `invalid_input`, or the engine's refusal.
 */
export async function act(
  manager: ProductionStateManager,
  sessionId: SessionId,
  input: unknown,
  by: string,
): Promise<void> {
  const parsed = Action.safeParse(input);
  if (!parsed.success) throw invalidInput(parsed.error, 'action');
  const asked = parsed.data;
  const because =
    'reason' in asked && asked.reason !== undefined && asked.reason !== '' ? { reason: asked.reason } : {};
  switch (asked.action) {
    case 'approve':
      await manager.approve({ sessionId, by, ...because });
      break;
    case 'reject':
      await manager.reject({ sessionId, by, reason: asked.reason });
      break;
    case 'pause':
      await manager.pause({ sessionId, by, ...because });
      break;
    case 'resume':
      await manager.resume({ sessionId });
      break;
    case 'recover':
      await manager.recoverFailedSession(sessionId, asked.phase === undefined ? {} : { phase: asked.phase });
      break;
    case 'raiseBudget':
      await manager.raiseBudget({
        sessionId,
        scope: asked.scope,
        amount: asked.amount,
        by,
        reason: asked.reason,
      });
      break;
    case 'cancel':
      await manager.cancelEpisode({ sessionId, reason: asked.reason });
      break;
    case 'archive':
      await manager.archiveEpisode(sessionId, because.reason);
      break;
    case 'settle': {
      const { key, cost, result } = asked;
      await manager.settleCost({ sessionId, key, cost, ...(result === undefined ? {} : { result }) });
      break;
    }
    case 'release':
      await manager.releaseCost({ sessionId, key: asked.key });
      break;
    case 'correct': {
      const { key, cost, reason } = asked;
      await manager.correctCost({ sessionId, key, cost, by, reason });
      break;
    }
    case 'answer':
      await manager.answer({ sessionId, key: asked.key, answer: asked.answer, by });
      break;
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
];

/** What a person may do now, most likely first. */
export function actionsFor(snapshot: EpisodeSnapshot, recoverable: boolean): StudioAction['action'][] {
  const possible = new Set(possibleEvents(snapshot));
  const direct = eventFor.flatMap(([action, event]) => (possible.has(event) ? [action] : []));
  return recoverable ? ['recover', ...direct] : direct;
}
