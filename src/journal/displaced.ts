import { ProductionError } from '../../machines/index.js';
import type { Disk } from '../disk/index.js';
import { Segment } from './segment.js';

const blockBytes = 1 << 20;

/**
 * Up to which global position the file that has a segment's name now says what the open one says; undefined when there is no such file, also
 * not a compressed one. A copy in its place, or its compressed form, is as good as itself up to there.
 */
export function commonEnd(disk: Disk, directory: string, open: Segment): number | undefined {
  const { start } = open;
  const present = Segment.open(disk, directory, start, false);
  if (!present) return undefined;
  try {
    const end = Math.min(open.end(), present.end());
    for (let from = start; from < end; from += blockBytes) {
      const to = Math.min(end, from + blockBytes);
      const [ours, theirs] = [open.read(from, to), present.read(from, to)];
      if (!ours.equals(theirs)) return from + firstDifference(ours, theirs);
    }
    return end;
  } finally {
    present.close();
  }
}

function firstDifference(one: Buffer, other: Buffer): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) if (one[index] !== other[index]) return index;
  return length;
}

/** What this process has read or written is not in the folder any more: nothing that it says could be relied on. */
export function replaced(directory: string, how: string): ProductionError {
  return new ProductionError(
    'journal_replaced',
    `the journal in ${directory} is no longer the one that this process has opened: ${how}. Nothing more is written. If it was moved, put it back; else (it was restored, or a text was taken out of it) open the production again (start the process again) and look at the episode first: what this process did last may be missing.`,
  );
}
