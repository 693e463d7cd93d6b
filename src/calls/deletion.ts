import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { episodeStatus, ProductionError, type SessionId } from '../../machines/index.js';
import type { Plan, Production } from '../production/index.js';
import { stepsFor, type Draft } from './plans.js';

/** The folder beside the production's that what is deleted now goes to. */
export function backupName(directory: string, at: string): string {
  return `${basename(directory)}.backup-${at.replaceAll(/[:.]/g, '-')}`;
}

/** Ends the episode where it has not ended, and archives it as one whose files are elsewhere. Paid calls without an answer are refused: their money is not known. */
export function planDelete(sessionId: SessionId, reason: string, filesMovedTo: string): Plan {
  return (view) => {
    const snapshot = view.episode(sessionId);
    const keys = Object.keys(snapshot.context.operations);
    if (keys.length > 0)
      throw new ProductionError(
        'operations_open',
        `${sessionId} has paid calls that nobody has answered (${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ', …' : ''}): showrunner show ${sessionId} names them; settle or release them first.`,
        { sessionId },
      );
    const status = episodeStatus(snapshot);
    const first: Draft[] =
      status === 'archived'
        ? [{ type: 'episode.unarchive' }]
        : status === 'complete' || status === 'failed'
          ? []
          : [{ type: 'episode.cancelled', reason }];
    return stepsFor(view, sessionId, ...first, { type: 'episode.archive', reason, filesMovedTo });
  };
}

/** Moves an episode's folder out of the production, and says where to. What is not there any more has been moved already. */
export function moveAway(production: Production, sessionId: SessionId, filesMovedTo: string): string {
  production.seeThatItMayWrite();
  const from = join(production.directory, sessionId);
  const to = join(dirname(production.directory), filesMovedTo, sessionId);
  if (!existsSync(from)) return to;
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
  return to;
}

/**
 * Moves a deleted episode's files back; what is in their place already, such as a document that was written again, stays.
 * @throws ProductionError `path_refused` when the backup is not there.
 */
export function moveBack(production: Production, sessionId: SessionId, filesMovedTo: string): void {
  production.seeThatItMayWrite();
  const backup = join(dirname(production.directory), filesMovedTo, sessionId);
  const to = join(production.directory, sessionId);
  if (!existsSync(backup))
    throw new ProductionError(
      'path_refused',
      `the files of ${sessionId} were moved to ${backup}, and there is nothing there. Put the folder back there first.`,
      { sessionId, field: 'path' },
    );
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(backup))
    if (!existsSync(join(to, name))) renameSync(join(backup, name), join(to, name));
  try {
    rmdirSync(backup);
  } catch {
    // Something stayed there: it is the person's.
  }
}
