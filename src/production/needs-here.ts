import { isSessionId, type EpisodeSnapshot } from '../../machines/index.js';
import { withCrew } from '../documents/with-crew.js';
import type { Production } from './production.js';
import { needsOf } from '../reports/index.js';
import type { Need } from '../shapes/index.js';

/** What an episode needs now, with commands that lead on in this production. */
export function needsHere(
  production: Pick<Production, 'directory' | 'now'>,
  snapshot: EpisodeSnapshot,
): Need[] {
  const needs = needsOf(snapshot, production.now());
  const { sessionId } = snapshot.context;
  return isSessionId(sessionId) ? withCrew(needs, production.directory, sessionId) : needs;
}
