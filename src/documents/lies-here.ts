import { dirname, sep } from 'node:path';
import { ProductionError, isSessionId } from '../../machines/index.js';
import type { Disk } from '../disk/index.js';

/**
 * Sees that the file that was just opened is the one at this path, with no link among its session's folders: where one was swapped for a link
 * between the look and the opening, nothing is written into a foreign folder or read from one.
 * @throws ProductionError `path_refused`.
 */
export function seeThatItLiesHere(disk: Disk, fd: number, path: string): void {
  const open = disk.statOpen(fd);
  const linked = sessionFolders(path).find((folder) => disk.stat(folder)?.kind !== 'directory');
  const now = disk.stat(path);
  if (linked === undefined && open.kind === 'file' && now?.ino === open.ino && now.dev === open.dev) return;
  throw new ProductionError(
    'path_refused',
    `${linked ?? path} was moved or became a link while it was opened; nothing is read or written through it. Put the folder back.`,
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
