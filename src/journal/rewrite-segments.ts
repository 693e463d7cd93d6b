import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { removeQuietly, writeAll, type Disk } from '../disk/index.js';
import type { SegmentRewriter } from './rewrite.js';
import { Segment, listSegments, segmentFile } from './segment.js';

/**
 * Writes the segments of one folder anew into another, durably; `from` is the start of the first one. Those that are there already are replaced.
 * All but the last are compressed: a process that was stopped while it did so may still remove what has the plain one's name. Gives the start of the last one.
 */
export function rewriteSegments(
  disk: Disk,
  rewriter: SegmentRewriter,
  { source, target, from = 0 }: { source: string; target: string | undefined; from?: number },
): number {
  let last = from;
  const segments = listSegments(disk, source).filter((each) => each.start >= from);
  for (const [index, { start }] of segments.entries()) {
    const segment = Segment.open(disk, source, start, false);
    if (!segment) continue;
    try {
      const bytes = rewriter.rewrite(segment.read(start, segment.end()), start);
      if (target !== undefined)
        writeAnew(disk, join(target, segmentFile(start)), bytes, index < segments.length - 1);
    } finally {
      segment.close();
    }
    last = start;
  }
  if (target !== undefined) disk.syncDirectory(target);
  return last;
}

function writeAnew(disk: Disk, path: string, plain: Buffer, isPacked: boolean): void {
  for (const form of [path, `${path}.gz`]) removeQuietly(disk, form);
  const fd = disk.open(isPacked ? `${path}.gz` : path, 'create');
  try {
    writeAll(disk, fd, isPacked ? gzipSync(plain, { level: 6 }) : plain);
    disk.sync(fd);
  } finally {
    disk.close(fd);
  }
}
