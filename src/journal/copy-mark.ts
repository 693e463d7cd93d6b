import { join } from 'node:path';
import { ProductionError } from '../../machines/index.js';
import { errorCode, writeAll, type Disk } from '../disk/index.js';

/** In the journal's folder: its lines are a log's, and nobody appends to them here alone. That it is there is what counts. */
const markFile = 'carried-by-a-log';

/** Says of a journal's folder that it is a copy. */
export function markCopy(disk: Disk, directory: string, logName: string): void {
  try {
    const fd = disk.open(join(directory, markFile), 'create');
    try {
      writeAll(disk, fd, Buffer.from(`${logName}\n`));
      disk.sync(fd);
    } finally {
      disk.close(fd);
    }
    disk.syncDirectory(directory);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** @throws ProductionError `journal_unavailable` for a folder that is a copy: what is appended to it alone is lost to the log. */
export function refuseCopy(disk: Disk, directory: string): void {
  if (!disk.stat(join(directory, markFile))) return;
  throw new ProductionError(
    'journal_unavailable',
    `${directory} is a copy of a journal that a log carries; what is written to it alone would be lost to the log. Open it with ProductionStateManager.connect. To make it a production of its own, apart from the log for ever, remove ${join(directory, markFile)}.`,
    { field: 'directory' },
  );
}
