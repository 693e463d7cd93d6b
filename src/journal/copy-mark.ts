import { join } from 'node:path';
import { ProductionError } from '../../machines/index.js';
import { errorCode, writeAll, type Disk } from '../disk/index.js';
import { markFile, readMark } from './read-mark.js';

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

/** Notes that the copy has everything that the log had at `at`. Nothing rests on it. */
export function markCurrent(disk: Disk, directory: string, at: string): void {
  try {
    const path = join(directory, markFile);
    const lineEnd = disk.readFile(path)?.indexOf(10) ?? -1;
    if (lineEnd >= 0) disk.writeAt?.(path, Buffer.from(`${at}\n`), lineEnd + 1);
  } catch {
    // It is for people who ask how old a copy is.
  }
}

/** Makes a copy a production of its own, apart from the log for ever. */
export function unmarkCopy(disk: Disk, directory: string): void {
  disk.unlink(join(directory, markFile));
  disk.syncDirectory(directory);
}

/** @throws ProductionError `journal_replaced` for a folder that is the copy of another log. */
export function refuseCopyOfAnother(disk: Disk, directory: string, logName: string): void {
  const mark = readMark(disk, directory);
  if (!mark || mark.log === logName) return;
  throw new ProductionError(
    'journal_replaced',
    `${directory} is the copy of ${mark.log}, or was being moved there: it cannot go to ${logName} as well. Make it a production of its own first: showrunner export --apart.`,
    { field: 'directory' },
  );
}

function isMarked(disk: Disk, directory: string): boolean {
  return disk.stat(join(directory, markFile)) !== undefined;
}

/** @throws ProductionError `journal_unavailable` for a folder that is a copy: what is appended to it alone is lost to the log. */
export function refuseCopy(disk: Disk, directory: string): void {
  if (!isMarked(disk, directory)) return;
  throw new ProductionError(
    'journal_unavailable',
    `${directory} is a copy of a journal that a log carries; what is written to it alone would be lost to the log. Say where the log is: --postgres, --restate or SHOWRUNNER_URL, and ProductionStateManager.connect in programs. To make it a production of its own, apart from the log for ever: showrunner export --apart.`,
    { field: 'directory' },
  );
}
