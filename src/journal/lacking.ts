import type { Disk } from '../disk/index.js';
import { isDamage } from './damaged.js';
import { linesAt, type FoundLine } from './line.js';
import { Reader } from './reader.js';
import { listRedoFiles, redoLinesUnlessUnread } from './redo-lines.js';
import { Segment, listSegments, type Header, type Seal, type SegmentName } from './segment.js';
import type { UnreadRedo } from './unread-redo.js';

/** What a power cut took from the last segment, and redo files still have. */
export interface Lacking {
  /** Where the last segment begins, and what it says of itself. */
  start: number;
  header: Header;
  /** The last line before which nothing is missing ends here. */
  from: number;
  /** Copies begin there, or earlier where the seal says so. */
  copiesFrom: number;
  /** What is valid from there on, in order, without a seal: what redo files have and what is still in the segment. */
  lines: FoundLine[];
  /** How many of these the segment has lost. */
  missing: number;
  /** Where the last of all these lines ends, and its checksum. */
  end: number;
  crc: string;
  /** The seal that is still there behind them. */
  seal: Seal | undefined;
}

/**
 * Compares the redo files with the last segment; undefined where it has what they have, or they do not go on from what it has. Files that cannot be read,
 * of which `onUnread` hears, are passed over unless it throws.
 */
export function findLacking(
  disk: Disk,
  directory: string,
  onUnread: (unread: UnreadRedo) => void,
): Lacking | undefined {
  // First the redo files: what is in one has been appended to a segment before.
  const lines = listRedoFiles(disk, directory).flatMap(
    (file) => redoLinesUnlessUnread(disk, directory, file, onUnread) ?? [],
  );
  const last = lines.length === 0 ? undefined : listSegments(disk, directory).at(-1);
  if (!last || last.compressed) return undefined;
  // What is in earlier segments was made durable before this one was made.
  const ours = lines.filter(({ line }) => line.position >= last.start);
  if (ours.length === 0 || hasAll(disk, directory, last, ours)) return undefined;
  return compare(disk, directory, last, ours);
}

/** Whether a segment has lines at their places, each behind the end of another. */
export function hasAll(
  disk: Disk,
  directory: string,
  { start }: Pick<SegmentName, 'start'>,
  lines: readonly FoundLine[],
): boolean {
  const segment = Segment.open(disk, directory, start, false);
  if (!segment) return false;
  try {
    return lines.every(({ line, bytes }) => {
      const before = Math.max(start, line.position - 1);
      const there = segment.read(before, line.end);
      return (
        there.length === line.end - before &&
        (before === line.position || there[0] === 10) &&
        there.subarray(line.position - before).equals(bytes)
      );
    });
  } finally {
    segment.close();
  }
}

/** What follows what is decided by the checksums alone: a line of which a power cut tore off the one before it leads nowhere. */
function compare(
  disk: Disk,
  directory: string,
  { start }: SegmentName,
  ours: readonly FoundLine[],
): Lacking | undefined {
  const accepted = readableLines(disk, directory, start);
  const header = accepted[0]?.line;
  if (!header) return undefined;
  const there = linesAt(bytesFrom(disk, directory, start, header.end), header.end);
  // Of two lines at one place the segment's counts.
  const chain = chainFrom(header, [...there, ...ours]);
  const isAccepted = new Set(accepted.map(({ line }) => placeOf(line)));
  // What is read of the segment may be in memory only; nothing before the first of what redo files have is in doubt.
  const isOurs = new Set(ours.map(({ line }) => placeOf(line)));
  const isThere = new Set(there.map(({ line }) => placeOf(line)));
  // What only the second look at the segment has was appended meanwhile.
  if (!chain.some(({ line }) => isOurs.has(placeOf(line)) && !isAccepted.has(placeOf(line))))
    return undefined;
  const first = chain.findIndex(({ line }) => isOurs.has(placeOf(line)) || !isAccepted.has(placeOf(line)));
  const base = chain[first - 1]?.line ?? header;
  const { end, crc } = chain.at(-1)?.line ?? base;
  const sealed = chain.find(({ line }) => line.kind === 'seal')?.line;
  const seal = sealed && (JSON.parse(sealed.text) as Seal);
  return {
    start,
    header: JSON.parse(header.text) as Header,
    from: base.end,
    copiesFrom: Math.min(base.end, seal?.rescue?.from ?? base.end),
    lines: chain.slice(first).filter(({ line }) => line.kind !== 'seal'),
    missing: chain.filter(({ line }) => !isThere.has(placeOf(line))).length,
    end,
    crc,
    seal,
  };
}

const placeOf = ({ position, crc }: { position: number; crc: string }): string => `${position}/${crc}`;

/** The lines of a segment up to what a reader stumbles over. */
function readableLines(disk: Disk, directory: string, start: number): FoundLine[] {
  const found: FoundLine[] = [];
  const onLine = (line: FoundLine['line'], bytes: Buffer): void => void found.push({ line, bytes });
  const reader = new Reader({ disk, directory, writable: false, onLine });
  try {
    reader.seek(start);
    reader.read(() => {});
  } catch (error) {
    if (!isDamage(error)) throw error;
  } finally {
    reader.close();
  }
  return found;
}

function bytesFrom(disk: Disk, directory: string, start: number, from: number): Buffer {
  const segment = Segment.open(disk, directory, start, false);
  try {
    return segment && segment.end() > from ? segment.read(from, segment.end()) : Buffer.alloc(0);
  } finally {
    segment?.close();
  }
}

/** Lines each of which follows the one before it, up to a seal. */
function chainFrom(base: { end: number; crc: string }, pool: readonly FoundLine[]): FoundLine[] {
  const chain: FoundLine[] = [];
  let last = base;
  const inOrder = [...pool].sort((one, other) => one.line.position - other.line.position);
  for (const found of inOrder) {
    if (found.line.position < last.end || found.line.previous !== last.crc) continue;
    chain.push(found);
    if (found.line.kind === 'seal') break;
    last = found.line;
  }
  return chain;
}
