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
  return sealed.filter(({ compressed }) => !compressed).map(({ file }) => compactSegment(disk, directory, file));
}

function compactSegment(disk: Disk, directory: string, file: string): Compacted {
  const plain = disk.readFile(join(directory, file));
  if (!plain) throw new ProductionError('journal_unavailable', `segment ${file} vanished while it was being compressed.`);
  const packed = gzipSync(plain, { level: 6 });
  const target = join(directory, `${file}.gz`);
  write(disk, directory, target, packed);
  const readBack = disk.readFile(target);
  if (!readBack || !gunzipSync(readBack).equals(plain)) {
    throw new ProductionError('journal_damaged', `the compressed copy of ${file} does not read back equal; the plain one was kept.`);
  }
  disk.unlink(join(directory, file));
  disk.syncDirectory(directory);
  return { file, before: plain.length, after: packed.length };
}

function write(disk: Disk, directory: string, target: string, bytes: Buffer): void {
  const temporary = join(directory, `.tmp-${randomBytes(8).toString('hex')}`);
  const fd = disk.open(temporary, 'create');
  try {
    writeAll(disk, fd, bytes);
    disk.sync(fd);
  } finally {
    disk.close(fd);
  }
  try {
    disk.rename(temporary, target);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new ProductionError('journal_unavailable', 'the journal folder was removed.', { cause: error });
    throw error;
  }
  disk.syncDirectory(directory);
}
