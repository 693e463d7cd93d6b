import { ProductionError } from '../../machines/index.js';
import { decodeLine, encodeLines, noCrc, type ValidLine } from './line.js';
import type { Rescued } from './rescued.js';

/** What becomes of what lines carry. Nothing may get longer. */
export interface LineTexts {
  /** A commit's JSON. */
  commit: (text: string) => string;
  /** A stretch that is no line: exactly as many bytes come back. */
  rest: (bytes: Buffer) => Buffer;
}

/**
 * Writes segments anew with other texts in their lines, in order. Each line stays at its place and as long as it was, blanks behind what got
 * shorter; its checksum, and the link to the line before it, are made again.
 */
export class SegmentRewriter {
  readonly #texts: LineTexts;
  /** The new checksums of lines, by the old ones and with where the line ended: far apart lines may share one. */
  readonly #checksums = new Map<string, { end: number; crc: string }[]>();

  constructor(texts: LineTexts) {
    this.#texts = texts;
  }

  /** The bytes of a segment that begins at `start`; as many as before. */
  rewrite(bytes: Buffer, start: number): Buffer {
    const parts: Buffer[] = [];
    let from = 0;
    for (let newline = bytes.indexOf(10); newline !== -1; newline = bytes.indexOf(10, from)) {
      parts.push(
        this.#stretch(bytes.subarray(from, newline), start + from),
        bytes.subarray(newline, newline + 1),
      );
      from = newline + 1;
    }
    parts.push(this.#texts.rest(bytes.subarray(from)));
    return Buffer.concat(parts, bytes.length);
  }

  #stretch(raw: Buffer, position: number): Buffer {
    const line = decodeLine(raw, position);
    return line ? this.#line(line, raw.length) : this.#texts.rest(raw);
  }

  /** The line without its newline. */
  #line(line: ValidLine, length: number): Buffer {
    const { kind, position, since, crc, end } = line;
    const text = this.#textOf(line);
    const missing = Buffer.byteLength(line.text) - Buffer.byteLength(text);
    if (missing < 0)
      throw new ProductionError(
        'machine_broken',
        `the line at ${position} got longer when it was written anew.`,
      );
    const unplaced = { kind, text: text + ' '.repeat(missing), since };
    const { bytes, lines } = encodeLines(position, this.#newLink(line), [unplaced]);
    if (bytes.length !== length + 1)
      throw new ProductionError('machine_broken', `the line at ${position} does not keep its place.`);
    const known = this.#checksums.get(crc) ?? [];
    if (known.length === 0) this.#checksums.set(crc, known);
    known.push({ end, crc: lines[0]?.crc ?? crc });
    return bytes.subarray(0, length);
  }

  #textOf({ kind, text }: ValidLine): string {
    if (kind === 'commit') return this.#texts.commit(text);
    return kind === 'rescued' ? this.#copy(text) : text;
  }

  /** A copy of a line of another segment, which keeps its own length in there. */
  #copy(text: string): string {
    const copied = JSON.parse(text) as Rescued;
    const line = this.#stretch(Buffer.from(copied.line), copied.position).toString('utf8');
    return JSON.stringify({ ...copied, line });
  }

  #newLink({ previous, position }: ValidLine): string {
    if (previous === noCrc) return noCrc;
    const known = this.#checksums.get(previous);
    return known?.findLast(({ end }) => end <= position)?.crc ?? previous;
  }
}
