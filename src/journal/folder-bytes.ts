import { ProductionError } from '../../machines/index.js';
import type { Disk } from '../disk/index.js';
import { Segment, listSegments } from './segment.js';

/** A journal's bytes from its first on, through all its segments, compressed or not. */
export class FolderBytes {
  readonly directory: string;
  /** Where they end. */
  readonly end: number;
  readonly #disk: Disk;
  /** Where each segment begins. */
  readonly #starts: readonly number[];
  #open: Segment | undefined;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.directory = directory;
    this.#starts = listSegments(disk, directory).map(({ start }) => start);
    this.end = this.#starts.length === 0 ? 0 : this.#segmentWith(Infinity).end();
  }

  /** The bytes from one position to another, or to the end of the segment that the first is in. What lies behind a seal is nobody's. */
  read(from: number, to: number): Buffer {
    const segment = this.#segmentWith(from);
    const next = this.#starts.find((start) => start > segment.start) ?? Infinity;
    return segment.read(from, Math.min(to, next, segment.end()));
  }

  /** Whole lines from a position on: about `most` bytes, and one line at least. */
  lines(from: number, to: number, most: number): Buffer {
    for (let size = most; ; size *= 2) {
      const found = this.read(from, Math.min(to, from + size));
      const whole = found.lastIndexOf(10) + 1;
      if (whole > 0) return found.subarray(0, whole);
      if (found.length < size)
        throw new ProductionError(
          'journal_damaged',
          `the journal in ${this.directory} has no whole line at ${from}; run showrunner doctor to see what can be saved.`,
        );
    }
  }

  close(): void {
    this.#open?.close();
    this.#open = undefined;
  }

  #segmentWith(position: number): Segment {
    const start = this.#starts.findLast((each) => each <= position) ?? 0;
    if (this.#open?.start === start) return this.#open;
    this.close();
    const segment = Segment.open(this.#disk, this.directory, start, false);
    if (!segment)
      throw new ProductionError(
        'journal_damaged',
        `the journal in ${this.directory} has no segment at ${start}.`,
      );
    this.#open = segment;
    return segment;
  }
}
