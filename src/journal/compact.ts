import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ProductionError } from '../../machines/index.js';
import { errorCode, writeAll, type Disk } from '../disk/index.js';
import { listSegments } from './segment.js';

/** What compressing one segment gave. Bytes. */
export interface Compacted {
  file: string;
  before: number;
  after: number;
}

/** Compresses every segment but the last, without loss. The plain file goes only after the compressed one is durable and was read back equal. */
export function compactSegments(disk: Disk, directory: string): Compacted[] {
  const sealed = listSegments(disk, directory).slice(0, -1);
  return sealed
    .filter(({ compressed }) => !compressed)
    .flatMap(({ file }) => compactSegment(disk, directory, file) ?? []);
}

function compactSegment(disk: Disk, directory: string, file: string): Compacted | undefined {
  const path = join(directory, file);
  const before = disk.stat(path);
  const isSame = (): boolean => {
    const now = disk.stat(path);
    return now?.ino === before?.ino && now?.dev === before?.dev;
  };
  const plain = disk.readFile(path);
  // Another process is compacting as well.
  if (!plain) return undefined;
  // What is no plain file, or larger than any segment, reads as nothing: it must not be replaced by that.
  if (disk.stat(path)?.size !== plain.length || plain.length === 0) throw damaged(file);
  const packed = gzipSync(plain, { level: 6 });
  if (!replace(disk, directory, `${path}.gz`, packed, isSame)) return undefined;
  const readBack = disk.readFile(`${path}.gz`);
  if (!isSame()) return undefined;
  if (!readBack || !isEqual(readBack, plain)) {
    throw new ProductionError(
      'journal_damaged',
      `the compressed copy of ${file} does not read back equal; the plain one was kept. Check the disk.`,
    );
  }
  unlinkIfThere(disk, path);
  disk.syncDirectory(directory);
  return { file, before: plain.length, after: packed.length };
}

function damaged(file: string): ProductionError {
  return new ProductionError(
    'journal_damaged',
    `${file} is no plain file, or larger than any segment that showrunner writes; it was left as it is. Restore it from a backup, or run showrunner doctor.`,
  );
}

function isEqual(packed: Buffer, plain: Buffer): boolean {
  try {
    return gunzipSync(packed, { maxOutputLength: plain.length }).equals(plain);
  } catch {
    return false;
  }
}

/**
 * Puts a file under its name whole and durable, or leaves things as they are: also where what it is made from is another file by now, as after a
 * removal of a text, which takes this folder's place. That is looked at when the temporary file is there, which goes away with the folder.
 */
function replace(
  disk: Disk,
  directory: string,
  target: string,
  bytes: Buffer,
  isSame: () => boolean,
): boolean {
  const temporary = join(directory, `.tmp-${randomBytes(8).toString('hex')}`);
  const fd = disk.open(temporary, 'create');
  try {
    try {
      if (!isSame()) {
        unlinkIfThere(disk, temporary);
        return false;
      }
      writeAll(disk, fd, bytes);
      disk.sync(fd);
    } finally {
      disk.close(fd);
    }
    disk.rename(temporary, target);
  } catch (error) {
    unlinkIfThere(disk, temporary);
    throw error;
  }
  disk.syncDirectory(directory);
  return true;
}

function unlinkIfThere(disk: Disk, path: string): void {
  try {
    disk.unlink(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
