import { join } from 'node:path';
import { ProductionError, parseSessionId, type SessionId } from '../../machines/index.js';
import type { Disk } from '../disk/index.js';

const partForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/**
 * A path inside a session's folder. Each part is checked, and no folder on the way may be a link.
 * @throws ProductionError `path_refused`, naming the field.
 */
export function sessionPath(
  disk: Disk,
  directory: string,
  sessionId: SessionId,
  path: string,
  field = 'path',
): string {
  return placeOf(disk, directory, sessionId, path, field, (part) => partForm.test(part));
}

/**
 * The same for a file that is there already: whoever made it may have named it as he liked, `final cut.mp3`, but nothing hidden.
 * @throws ProductionError `path_refused`, naming the field.
 */
export function existingPath(
  disk: Disk,
  directory: string,
  sessionId: SessionId,
  path: string,
  field = 'path',
): string {
  return placeOf(
    disk,
    directory,
    sessionId,
    path,
    field,
    (part) => part !== '' && !part.startsWith('.') && !part.includes('\0'),
  );
}

function placeOf(
  disk: Disk,
  directory: string,
  sessionId: SessionId,
  path: string,
  field: string,
  isPart: (part: string) => boolean,
): string {
  let place = join(directory, parseSessionId(sessionId));
  refuseLinkedFolder(disk, place, field);
  const parts = path.split('/');
  for (const [index, part] of parts.entries()) {
    if (!isPart(part))
      throw new ProductionError(
        'path_refused',
        `${field}: ${JSON.stringify(path.slice(0, 120))} is not a path of plain names inside the session's folder.`,
        { field, sessionId },
      );
    place = join(place, part);
    if (index < parts.length - 1) refuseLinkedFolder(disk, place, field);
  }
  return place;
}

function refuseLinkedFolder(disk: Disk, path: string, field: string): void {
  const kind = disk.stat(path)?.kind;
  if (kind === undefined || kind === 'directory') return;
  throw new ProductionError(
    'path_refused',
    `${field}: ${path} is a ${kind}, not a folder; nothing is read or written through it.`,
    { field },
  );
}
