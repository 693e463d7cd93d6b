import type { Disk } from '../disk/index.js';
import { landSeal } from './landing.js';
import type { ValidLine } from './line.js';
import { Reader, type ReaderOptions } from './reader.js';
import { unwrapRescued, type Rescued } from './rescued.js';
import { Takeovers } from './takeovers.js';

interface Rescue {
  disk: Disk;
  directory: string;
  /** What was durable for certain ends here. */
  from: number;
  /** Where to begin reading: a place that has been read, and the checksum before it. */
  position: number;
  link: string | undefined;
  onMissingSegment: NonNullable<ReaderOptions['onMissingSegment']>;
}

/**
 * After a failed sync nothing more is built on the tail: it is sealed, and the next segment begins with durable copies of everything valid
 * since `from`. When another process has done as much already, nothing is left to do.
 */
export function rescue({ disk, directory, from, position, link, onMissingSegment }: Rescue): void {
  let isRescued = false;
  const reader = new Reader({
    disk,
    directory,
    writable: true,
    onMissingSegment,
    onSegment(header, segment) {
      if (header.rescue && header.rescue.from <= from && segment.start > from) isRescued = true;
    },
  });
  try {
    reader.seek(position, link);
    for (;;) {
      reader.read(() => {});
      if (isRescued) return;
      const { problem } = landSeal(
        { disk, reader, durableTo: from },
        { rescue: { from: wholeFrom(disk, directory, from) } },
      );
      if (problem) throw problem;
    }
  } finally {
    reader.close();
  }
}

/** Copies replace everything before them from one place on, so they must include what earlier copies reach back to. */
function wholeFrom(disk: Disk, directory: string, from: number): number {
  const earliest = new Takeovers(disk, directory).after(from).takeover?.from ?? from;
  return earliest < from ? wholeFrom(disk, directory, earliest) : from;
}

/** The valid lines between two positions, as they are in memory or on disk, in the order in which they count, for a segment of the given machine version. */
export function linesBetween(
  disk: Disk,
  directory: string,
  { from, to, version }: { from: number; to: number; version: number },
): Rescued[] {
  const found: Rescued[] = [];
  const reader = new Reader({
    disk,
    directory,
    writable: false,
    onLine: (line, bytes, segmentVersion) => {
      // The seal that names the segment with the copies is not copied.
      const isBehind = line.kind === 'seal' ? line.end >= to : line.end > to;
      if (line.position < from || isBehind) return;
      found.push(copyOf(line, bytes, { own: segmentVersion, version }));
    },
  });
  try {
    reader.seek(from);
    reader.read(() => {}, to);
  } finally {
    reader.close();
  }
  return found;
}

/** A line as a segment of the given machine version has it; `own` is the version of the segment that it comes from. */
export function copyOf(
  line: ValidLine,
  bytes: Buffer,
  { own, version }: { own: number; version: number },
): Rescued {
  const wrote = versionOf(line, own);
  return {
    position: line.position,
    line: bytes.toString('utf8'),
    ...(wrote === version ? {} : { machine: wrote }),
  };
}

/** The machine version that wrote a line: its segment's, or what a copy says of the line it copies. */
function versionOf({ kind, text }: ValidLine, segmentVersion: number): number {
  return kind === 'rescued' ? (unwrapRescued(text)?.machine ?? segmentVersion) : segmentVersion;
}
