import type { Disk } from '../disk/index.js';
import { Reader, type JournalEntry } from './reader.js';

/** Reads a folder's history on its own. */
export function scanSegments(
  disk: Disk,
  directory: string,
  onEntry: (entry: JournalEntry) => void,
  range: { from?: number; to?: number },
): void {
  const reader = new Reader({ disk, directory, writable: false });
  try {
    if (range.from !== undefined) reader.seek(range.from);
    reader.read(onEntry, range.to);
  } finally {
    reader.close();
  }
}
