import { dirname, join } from 'node:path';
import { ProductionError } from '../../machines/index.js';
import { errorCode, type Disk } from './disk.js';

/**
 * Makes a folder and its parents, and syncs the entry of each new one. A folder found already there is synced too, since whoever
 * made it a moment ago may not have done so yet.
 * @throws ProductionError `path_refused` where a link or a file is in the way, `journal_unavailable` when the disk refuses.
 */
export function makeDurableDirectory(disk: Disk, path: string): void {
  typed(path, () => {
    make(disk, path);
    syncParent(disk, path);
  });
}

/** The same without the sync: for what can be made again. */
export function makeDirectory(disk: Disk, path: string): void {
  typed(path, () => make(disk, path));
}

/** The same for a folder that is most likely new, in one that is there; `otherwise` looks before anything else is tried. */
export function makeNewDirectory(disk: Disk, path: string, otherwise?: () => void): void {
  typed(path, () => {
    try {
      disk.makeDirectory(path);
    } catch {
      // It is there already, or something else is wrong, which is told.
      otherwise?.();
      make(disk, path);
    }
  });
}

/** {@link makeDurableDirectory} for several folders of one parent, which is synced once for all of them. */
export function makeDurableDirectories(disk: Disk, parent: string, names: readonly string[]): void {
  makeDurableDirectory(disk, parent);
  const paths = names.map((name) => join(parent, name));
  for (const path of paths) typed(path, () => make(disk, path));
  const last = paths.at(-1);
  if (last !== undefined) syncParent(disk, last);
}

function typed(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof ProductionError) throw error;
    throw new ProductionError(
      'journal_unavailable',
      `cannot make the folder ${path} (${errorCode(error) ?? String(error)}); check the disk and its permissions.`,
      { cause: error },
    );
  }
}

function make(disk: Disk, path: string): void {
  const info = disk.stat(path);
  if (info?.kind === 'directory') return;
  if (info)
    throw new ProductionError(
      'path_refused',
      `${path} is a ${info.kind}, not a folder; name ${info.kind === 'link' ? 'the folder that it leads to' : 'another directory'}.`,
      { field: 'directory' },
    );
  if (dirname(path) !== path) makeParent(disk, dirname(path));
  try {
    disk.makeDirectory(path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

// Links above the production's directory are the user's business: only what is missing is made.
function makeParent(disk: Disk, path: string): void {
  if (!disk.stat(path)) makeDurableDirectory(disk, path);
}

function syncParent(disk: Disk, path: string): void {
  try {
    disk.syncDirectory(dirname(path));
  } catch (error) {
    // A parent that we may not read (EACCES) or that cannot be synced is not ours to make durable.
    if (
      errorCode(error) !== 'EACCES' &&
      errorCode(error) !== 'EPERM' &&
      errorCode(error) !== 'EINVAL' &&
      errorCode(error) !== 'EROFS'
    ) {
      throw new ProductionError(
        'journal_unavailable',
        `cannot sync the folder of ${path} (${errorCode(error) ?? String(error)}); check the disk.`,
        { cause: error },
      );
    }
  }
}
