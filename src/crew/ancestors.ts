import { isSessionId, type SessionId } from '../../machines/index.js';
import type { Production } from '../production/index.js';

/** The episodes that one was forked from, the nearest first, as far as they are there. */
export function ancestorsOf(production: Production, sessionId: SessionId): SessionId[] {
  const from = production.find(sessionId)?.context.forkedFrom;
  if (from == null || !isSessionId(from)) return [];
  return [from, ...ancestorsOf(production, from)];
}
