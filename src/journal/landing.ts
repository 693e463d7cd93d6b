import { ProductionError } from '../../machines/index.js';
import type { Disk } from '../disk/index.js';
import { encodeLines, spoiler, type EncodedLine } from './line.js';
import type { Reader } from './reader.js';
import { longestRedone } from './redo-files.js';
import type { Segment, Seal } from './segment.js';
import { unavailable } from './unavailable.js';

/** What became of a write: how many of the lines are at their place, from the first on, and what hindered the rest. */
export interface Landing {
  lines: EncodedLine[];
  count: number;
  /** What was written, until the next write. */
  bytes: Buffer;
  problem?: ProductionError;
}

/** Where a reader has got to, as far as a writer needs it; everything before `durableTo` is known to be on disk. */
export interface Tail {
  disk: Disk;
  reader: Reader;
  durableTo: number;
}

const mostKept = 1 << 20;
let kept = Buffer.alloc(0);

/** A buffer that the next write uses again: nobody keeps what was written, and a new one for each would be most of its price. */
function room(atLeast: number): Buffer {
  if (atLeast > mostKept) return Buffer.allocUnsafe(atLeast);
  if (kept.length < atLeast) kept = Buffer.allocUnsafeSlow(Math.min(mostKept, atLeast * 2));
  return kept;
}

/** One write of commits that claim their places. No two handles may write the same text: an equal line at the same place would pass for its own. */
export function landCommits(tail: Tail, texts: readonly string[]): Landing {
  return land(tail, 'commit', texts);
}

export function landSeal(tail: Tail, extra: Partial<Seal> = {}): Landing {
  return land(tail, 'seal', [sealText((text) => encodeAll(tail, 'seal', [text]).lines[0]?.end, extra)]);
}

/** A seal names the byte after itself, so its own length depends on the digits of that number. */
export function sealText(endOf: (text: string) => number | undefined, extra: Partial<Seal> = {}): string {
  let next = 0;
  for (let round = 0; round < 3; round += 1) next = endOf(JSON.stringify({ next, ...extra })) ?? next;
  return JSON.stringify({ next, ...extra });
}

/** The handle that a segment is appended to with. */
export function writable(segment: Segment | undefined): number {
  if (segment?.fd !== undefined) return segment.fd;
  throw new ProductionError(
    'journal_unavailable',
    'the journal was opened for reading only, or its last segment is compressed; open it for writing.',
  );
}

function encodeAll(
  { reader, durableTo }: Tail,
  kind: 'commit' | 'seal',
  texts: readonly string[],
): { lines: EncodedLine[]; bytes: Buffer } {
  const { position, seenEnd, validEnd, lastCrc } = reader;
  const place = seenEnd > position ? seenEnd + spoiler.length : position;
  const isSure = durableTo >= validEnd;
  return encodeLines(
    place,
    lastCrc,
    texts.map((text, index) => (isSure && index === 0 ? { kind, text } : { kind, text, since: durableTo })),
    room,
  );
}

/** Writes, and looks where it went: the size tells when nobody else wrote meanwhile, reading back tells otherwise. */
function land(tail: Tail, kind: 'commit' | 'seal', texts: readonly string[]): Landing {
  const { disk, reader } = tail;
  const { segment, seenEnd, position } = reader;
  const { lines, bytes: encoded } = encodeAll(tail, kind, texts);
  const bytes = seenEnd > position ? Buffer.concat([spoiler, encoded]) : encoded;
  let written = 0;
  let problem: ProductionError | undefined;
  try {
    written = disk.write(writable(segment), bytes);
    if (written < bytes.length)
      problem = unavailable(Object.assign(new Error('the write was cut short'), { code: 'ENOSPC' }));
  } catch (error) {
    problem = unavailable(error);
  }
  const end = seenEnd + written;
  const isThere = isAt(segment, seenEnd, bytes.subarray(0, written), disk.redo !== undefined);
  if (isThere === undefined)
    problem ??= unavailable(Object.assign(new Error('what was written is not there'), { code: 'EIO' }));
  const count = isThere === true ? lines.filter((line) => line.end <= end).length : 0;
  return { lines, count, bytes, ...(problem ? { problem } : {}) };
}

/** Whether a segment has bytes at a place; undefined when it ends before them. Reading back few is cheaper than what looking at the size has the system do. */
function isAt(
  segment: Segment | undefined,
  from: number,
  bytes: Buffer,
  isReadBack: boolean,
): boolean | undefined {
  if (!segment || bytes.length === 0) return false;
  const end = from + bytes.length;
  const isThere = (): boolean => segment.read(from, end).equals(bytes);
  if (isReadBack && bytes.length <= longestRedone && isThere()) return true;
  const found = segment.end();
  return found < end ? undefined : found === end || isThere();
}
