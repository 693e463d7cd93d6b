import type { Disk } from '../disk/index.js';
import { Segment, listSegments } from './segment.js';

/** A segment whose copies count instead of everything from `from` up to itself. */
export interface Takeover {
  from: number;
  start: number;
}

/** What lies after a segment, in the folder as it is now. */
export interface Ahead {
  /** Where the next segment begins. */
  next: number | undefined;
  takeover: Takeover | undefined;
}

/** Knows which segments begin with copies of earlier lines. Each header is read once. */
export class Takeovers {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #froms = new Map<number, number | undefined>();

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  /** Of several later takeovers, the one that begins first; it has the copies of what it took over from the others. */
  after(start: number): Ahead {
    const later = listSegments(this.#disk, this.#directory).filter((segment) => segment.start > start);
    let takeover: Takeover | undefined;
    for (const segment of later) {
      const from = this.#from(segment.start);
      if (from !== undefined && from <= (takeover?.from ?? from)) takeover = { from, start: segment.start };
    }
    return { next: later[0]?.start, takeover };
  }

  #from(start: number): number | undefined {
    if (!this.#froms.has(start)) {
      const segment = Segment.open(this.#disk, this.#directory, start, false);
      try {
        this.#froms.set(start, segment?.header().rescue?.from);
      } finally {
        segment?.close();
      }
    }
    return this.#froms.get(start);
  }
}
