import { readdirSync } from 'node:fs';
import { ProductionError } from '../../machines/errors.js';
import { episodeNumberOf, isSessionId, type SessionId } from '../../machines/ids.js';
import type { ProductionStateManager } from '../manager/manager.js';

/** The number in `ep_001` or `1`; undefined for what is no such name. */
export function numberIn(name: string): number | undefined {
  const digits = /^(?:ep_)?(\d{1,7})$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * The episode that `ep_001`, `1` or a full id names.
 * @throws ProductionError `session_unknown`, or `session_ambiguous` with the candidates.
 */
export async function findEpisode(manager: ProductionStateManager, name: string): Promise<SessionId> {
  if (isSessionId(name)) return name;
  const number = numberIn(name);
  if (number === undefined) {
    throw new ProductionError(
      'session_unknown',
      `${JSON.stringify(name.slice(0, 80))} names no episode; use a session id, ep_001 or 1. showrunner list names those there are.`,
      { field: 'episode' },
    );
  }
  const candidates = await sessionsOf(manager, number);
  const [only, second] = candidates;
  if (!only)
    throw new ProductionError(
      'session_unknown',
      `there is no episode ${number} in this production; showrunner list names those there are.`,
      { field: 'episode' },
    );
  if (second)
    throw new ProductionError(
      'session_ambiguous',
      `${name} may mean ${candidates.join(' or ')}; use the full id.`,
      { field: 'episode' },
    );
  return only;
}

async function sessionsOf(manager: ProductionStateManager, number: number): Promise<SessionId[]> {
  const isNumbered = (id: SessionId): boolean => episodeNumberOf(id) === number;
  const listed = (await manager.listEpisodes())
    .map(({ session_id: id }) => id as SessionId)
    .filter(isNumbered);
  // Episodes that ended long ago are only in the archive; their folders are still there. So may be those of forks that were never finished.
  const { production } = manager;
  const others = readdirSync(production.directory)
    .filter(isSessionId)
    .filter((id) => isNumbered(id) && !listed.includes(id) && production.find(id) !== undefined);
  return [...listed, ...others].sort();
}
