import type { Disk } from './disk.js';

/** Removes a temporary file, if it is there: the error that matters is the one under way, and doctor names what is left. */
export function removeQuietly(disk: Disk, path: string): void {
  try {
    disk.unlink(path);
  } catch {
    // It may never have been made.
  }
}
