import { join } from 'node:path';
import type { Disk, PathInfo } from '../disk/index.js';
import { findLacking, type Lacking } from './lacking.js';
import { noCrc } from './line.js';
import { firstBytes } from './make-segment.js';
import { listRedoFiles } from './redo-lines.js';
import { copiesOf } from './restore.js';
import { listSegments, segmentFile } from './segment.js';
import type { UnreadRedo } from './unread-redo.js';

const handle = -2;
const refuse = (): never => {
  throw Object.assign(new Error('EROFS: the journal is only looked at'), { code: 'EROFS' });
};

/** A journal as it can be read by who may not write, until somebody may. */
export interface Restored {
  /** What a power cut took from the last segment, and redo files still have. */
  lacking: Lacking;
  /** On it that is in a segment of its own, which is only in memory. */
  disk: Disk;
  /** Where that segment begins. */
  start: number;
  /** Whether the last segment on disk is the one that it was, and as long. */
  isCurrent(): boolean;
}

/** Undefined where nothing is missing. What cannot be read stays unread, which `onUnread` hears. */
export function withRestored(
  disk: Disk,
  directory: string,
  onUnread: (unread: UnreadRedo) => void = () => {},
): Restored | undefined {
  if (listRedoFiles(disk, directory).length === 0) return undefined;
  const isCurrent = lookAgain(disk, directory);
  const lacking = findLacking(disk, directory, onUnread);
  if (!lacking) return undefined;
  const { header } = lacking;
  const rescued = copiesOf(disk, directory, lacking, header.machine.version);
  const start = Math.max(lacking.seal?.next ?? 0, lacking.end, sizeOf(disk, directory, lacking.start));
  const rescue = { from: lacking.copiesFrom, lines: rescued.length };
  const bytes = firstBytes({ start, previous: noCrc, header: { ...header, rescue }, rescued });
  return { lacking, disk: withFile(disk, directory, segmentFile(start), bytes), start, isCurrent };
}

function lookAgain(disk: Disk, directory: string): () => boolean {
  const look = (): string => {
    const start = listSegments(disk, directory).at(-1)?.start ?? 0;
    return `${start} ${sizeOf(disk, directory, start)}`;
  };
  const before = look();
  return () => look() === before;
}

function sizeOf(disk: Disk, directory: string, start: number): number {
  return start + (disk.stat(join(directory, segmentFile(start)))?.size ?? 0);
}

/** A disk with one file more in one folder, and nothing of it to be written. */
function withFile(disk: Disk, directory: string, file: string, bytes: Buffer): Disk {
  const path = join(directory, file);
  const info: PathInfo = { kind: 'file', size: bytes.length, mtimeMs: 0, ino: -1, dev: -1 };
  return {
    open(each, mode) {
      if (mode !== 'read') return refuse();
      return each === path ? handle : disk.open(each, mode);
    },
    close: (fd) => (fd === handle ? undefined : disk.close(fd)),
    size: (fd) => (fd === handle ? bytes.length : disk.size(fd)),
    statOpen: (fd) => (fd === handle ? info : disk.statOpen(fd)),
    read(fd, buffer, offset, length, position) {
      if (fd !== handle) return disk.read(fd, buffer, offset, length, position);
      const part = bytes.subarray(position, position + length);
      buffer.set(part, offset);
      return part.length;
    },
    list: (each) => [...disk.list(each), ...(each === directory ? [file] : [])],
    stat: (each) => (each === path ? info : disk.stat(each)),
    readFile: (each, onOpen) => disk.readFile(each, onOpen),
    syncDirectory: (each) => disk.syncDirectory(each),
    time: (each) => disk.time?.(each),
    watch: (each, onChange) => disk.watch(each, onChange),
    write: refuse,
    sync: refuse,
    syncLater: refuse,
    link: refuse,
    rename: refuse,
    renameLater: refuse,
    unlink: refuse,
    makeDirectory: refuse,
  };
}
