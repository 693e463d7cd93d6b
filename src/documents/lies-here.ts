import { dirname, sep } from 'node:path';
import { ProductionError, isSessionId } from '../../machines/index.js';
import type { Disk } from '../disk/index.js';

/**
 * Sees that the file that was just opened is the one at this path, with no link among its session's folders: where one was swapped for a link
 * between the look and the opening, nothing is written into a foreign folder or read from one.
 * @throws ProductionError `path_refused`.
 */
export function seeThatItLiesHere(disk: Disk, fd: number, path: string): void {
  if (!liesHere(disk, fd, path)) throw moved(path);
}

const mostTries = 100;

/**
 * What stands in the file at this path; undefined when there is none. One that somebody else has replaced since it was opened is read again, as it is
 * now: nothing is taken from where a folder was swapped for a link and back.
 * @throws ProductionError `path_refused` where a folder on the way is a link.
 */
export function readHere(disk: Disk, path: string): Buffer | undefined {
  for (let tries = 0; tries < mostTries; tries += 1) {
    let isHere = true;
    const bytes = disk.readFile(path, (fd) => {
      // What is no file is read as damage.
      isHere = liesHere(disk, fd, path) || disk.statOpen(fd).kind !== 'file';
    });
    if (isHere) return bytes;
  }
  throw moved(path);
}

/** Whether the open file is the one at the path. @throws ProductionError `path_refused` where a folder on the way is none. */
function liesHere(disk: Disk, fd: number, path: string): boolean {
  const open = disk.statOpen(fd);
  // A folder that is gone was moved away by somebody, as an episode that is deleted is.
  const linked = sessionFolders(path).find(
    (folder) => (disk.stat(folder)?.kind ?? 'directory') !== 'directory',
  );
  if (linked !== undefined) throw moved(linked);
  const now = disk.stat(path);
  return open.kind === 'file' && now?.ino === open.ino && now.dev === open.dev;
}

function moved(path: string): ProductionError {
  return new ProductionError(
    'path_refused',
    `${path} was moved or became a link while it was opened; nothing is read or written through it. Put the folder back.`,
    { field: 'path' },
  );
}

/** The folders from the session's own down to the file; what lies above is the user's business. */
function sessionFolders(path: string): string[] {
  const parts = dirname(path).split(sep);
  const first = parts.findLastIndex((part) => isSessionId(part));
  if (first === -1) return [];
  return parts.slice(first).map((_part, index) => parts.slice(0, first + index + 1).join(sep));
}
