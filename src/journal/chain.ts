import { hiddenLines, noCrc, type ValidLine } from './line.js';

/** What a line that is at its place is worth: `lost` lines were written on top of lines that a power cut took, before anything was acknowledged. */
export type Worth = 'valid' | 'lost' | 'damage';

/**
 * The chain of checksums, as one reader follows it. A link that is missing is damage, unless nothing between was known to be durable
 * when the line after it was written: a power cut leaves what was not synced in any order, so a later line may be there without an earlier one.
 */
export class Chain {
  /** Checksum of the last valid line; undefined when the next one's link cannot be checked. */
  crc: string | undefined = noCrc;
  /** Where the last valid line ended. */
  end = 0;

  worth(line: ValidLine): Worth {
    if (this.crc === undefined || line.previous === this.crc) return 'valid';
    return line.since <= this.end ? 'lost' : 'damage';
  }

  take({ crc, end }: { crc: string; end: number }): void {
    this.crc = crc;
    this.end = end;
  }

  /** Whether a stretch that is no line hides one that proves it damaged. */
  isDamage(bytes: Buffer, position: number): boolean {
    return hiddenLines(bytes, position).some(({ since }) => since > this.end);
  }
}
