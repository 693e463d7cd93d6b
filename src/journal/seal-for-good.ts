import type { Disk } from '../disk/index.js';
import { landSeal, writable } from './landing.js';
import type { ValidLine } from './line.js';
import { Reader } from './reader.js';

/** Ends the last segment of a journal, durably, without another behind it: whoever goes on has to make one. Done already where it was. */
export function sealForGood(disk: Disk, directory: string): { end: number; crc: string } {
  let seal: ValidLine | undefined;
  const reader = new Reader({
    disk,
    directory,
    writable: true,
    onMissingSegment: ({ line }) => {
      seal = line;
    },
  });
  try {
    for (;;) {
      reader.read(() => {});
      const { segment } = reader;
      // Before the seal, all that it ends; and at last the seal.
      if (segment && !segment.compressed) disk.sync(writable(segment));
      if (seal) return { end: seal.end, crc: seal.crc };
      const { problem } = landSeal({ disk, reader, durableTo: reader.validEnd });
      if (problem) throw problem;
    }
  } finally {
    reader.close();
  }
}
