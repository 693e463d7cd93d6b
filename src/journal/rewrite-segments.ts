import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { errorCode, writeAll, type Disk } from '../disk/index.js';
import type { SegmentRewriter } from './rewrite.js';
import { Segment, listSegments } from './segment.js';

/**
 * Writes the segments of one folder anew into another, durably, compressed ones compressed again; `from` is the start of the first one. Those that
 * are there already are replaced. Gives the start of the last one.
 */
export function rewriteSegments(
  disk: Disk,
  rewriter: SegmentRewriter,
  { source, target, from = 0 }: { source: string; target: string | undefined; from?: number },
): number {
  let last = from;
  for (const { start } of listSegments(disk, source).filter((each) => each.start >= from)) {
    const segment = Segment.open(disk, source, start, false);
    if (!segment) continue;
    try {
      const bytes = rewriter.rewrite(segment.read(start, segment.end()), start);
      if (target !== undefined)
        writeAnew(
          disk,
          join(target, segment.file),
          segment.compressed ? gzipSync(bytes, { level: 6 }) : bytes,
        );
    } finally {
      segment.close();
    }
    last = start;
  }
  if (target !== undefined) disk.syncDirectory(target);
  return last;
}

function writeAnew(disk: Disk, path: string, bytes: Buffer): void {
  try {
    disk.unlink(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  const fd = disk.open(path, 'create');
  try {
    writeAll(disk, fd, bytes);
    disk.sync(fd);
  } finally {
    disk.close(fd);
  }
}
