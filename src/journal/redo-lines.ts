import { join } from 'node:path';
import { errorCode, type Disk, type PathInfo } from '../disk/index.js';
import { claimedPosition, decodeLine, type FoundLine } from './line.js';
import { unreadRedo, type UnreadRedo } from './unread-redo.js';

const nameForm = /^redo-[0-9a-f]{16}(\.given-up)?\.ndjson$/;

/** The redo files of a journal's folder (docs/decisions/redo-files.md), those that were given up included. */
export function listRedoFiles(disk: Disk, directory: string): string[] {
  try {
    return disk.list(directory).filter((file) => nameForm.test(file));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

// Far above what a redo file is.
const largest = 16 * 1024 * 1024;

/** Whether what has a redo file's name may be one: what is no plain file, or larger, is somebody else's. */
export function mayBeRedoFile(info: PathInfo | undefined): info is PathInfo {
  return info?.kind === 'file' && info.size <= largest;
}

/** The whole lines of a redo file, in no order: newer ones have been written over a part of the older ones. */
export function redoLines(disk: Disk, directory: string, file: string): FoundLine[] {
  const path = join(directory, file);
  const content = mayBeRedoFile(disk.stat(path)) ? disk.readFile(path) : undefined;
  return content ? linesIn(content) : [];
}

/** The same; undefined where it cannot be read, which `onUnread` hears. */
export function redoLinesUnlessUnread(
  disk: Disk,
  directory: string,
  file: string,
  onUnread: (unread: UnreadRedo) => void,
): FoundLine[] | undefined {
  try {
    return redoLines(disk, directory, file);
  } catch (error) {
    const path = join(directory, file);
    const unread = unreadRedo(path, error);
    if (!unread) throw error;
    onUnread(unread);
    return undefined;
  }
}

function linesIn(content: Buffer): FoundLine[] {
  const found: FoundLine[] = [];
  let start = 0;
  for (let newline = content.indexOf(10); newline !== -1; newline = content.indexOf(10, start)) {
    const raw = content.subarray(start, newline);
    const position = claimedPosition(raw);
    const line = position === undefined ? undefined : decodeLine(raw, position);
    if (line) found.push({ line, bytes: content.subarray(start, newline + 1) });
    start = newline + 1;
  }
  return found;
}
