import { crc32 } from 'node:zlib';

/** What a line carries. */
export type LineKind = 'commit' | 'header' | 'seal' | 'rescued';

/** A line that is where it claims to be and whose checksum is right. */
export interface ValidLine {
  kind: LineKind;
  /** Global byte position of its first byte, and of the byte after its newline. */
  position: number;
  end: number;
  /** Checksum of the valid line before it, and its own. */
  previous: string;
  crc: string;
  /** Everything before was durable when it was written; its own position where nothing is said. */
  since: number;
  /** The carried JSON, as text. */
  text: string;
}

/** `previous` of the very first line. */
export const noCrc = '00000000';

/** Ends a torn line for good: a line that lacks only its newline must never come alive after others decided without it. */
export const spoiler = Buffer.from('~void\n');

const head =
  /^\{"position":(\d{1,16}),"previous":"([0-9a-f]{8})",(?:"since":(\d{1,16}),)?"(commit|header|seal|rescued)":/;
const tailLength = ',"crc":"00000000"}'.length;
const longestHead = 110;

/** Where a line lies, and its checksum. */
export interface EncodedLine {
  position: number;
  end: number;
  crc: string;
}

/** What goes into a line. `since` is said only where something before was not known to be durable; `text` must be JSON. */
interface Unplaced {
  kind: LineKind;
  text: string;
  since?: number;
}

const longestFrame = 160;
const unsignedTail = Buffer.from(',"crc":"00000000"}\n');
const crcInTail = ',"crc":"'.length;

/**
 * Lines, newlines included, for the places from `position` on, after the line with checksum `previous`.
 * `room` gives a buffer of at least as many bytes, which becomes the answer's.
 */
export function encodeLines(
  position: number,
  previous: string,
  unplaced: readonly Unplaced[],
  room: (atLeast: number) => Buffer = Buffer.allocUnsafe,
): { lines: EncodedLine[]; bytes: Buffer } {
  // A character takes three bytes at most; what is not used is never touched.
  const bytes = room(unplaced.reduce((sum, { text }) => sum + longestFrame + text.length * 3, 0));
  const lines: EncodedLine[] = [];
  let used = 0;
  let crc = previous;
  for (const { kind, text, since } of unplaced) {
    const begin = used;
    const place = position + begin;
    const doubt = since !== undefined && since < place ? `"since":${since},` : '';
    used += bytes.write(`{"position":${place},"previous":"${crc}",${doubt}"${kind}":${text}`, used);
    crc = hex(crc32(bytes.subarray(begin, used)));
    // Each write of a string costs as much as a checksum (Node 20.20): the tail is copied, and its digits are put in.
    bytes.set(unsignedTail, used);
    for (let digit = 0; digit < crc.length; digit += 1)
      bytes[used + crcInTail + digit] = crc.charCodeAt(digit);
    used += unsignedTail.length;
    lines.push({ position: place, end: position + used, crc });
  }
  return { lines, bytes: bytes.subarray(0, used) };
}

/** Reads a line (newline excluded) found at `position`; undefined when it is void: torn, damaged, or not where it claims to be. */
export function decodeLine(bytes: Buffer, position: number): ValidLine | undefined {
  const signedLength = bytes.length - tailLength;
  if (signedLength < 40) return undefined;
  const tail = bytes.toString('latin1', signedLength);
  if (!tail.startsWith(',"crc":"') || !tail.endsWith('"}')) return undefined;
  const start = head.exec(bytes.toString('latin1', 0, Math.min(longestHead, signedLength)));
  if (!start || Number(start[1]) !== position) return undefined;
  const crc = tail.slice(8, 16);
  if (hex(crc32(bytes.subarray(0, signedLength))) !== crc) return undefined;
  return {
    kind: start[4] as LineKind,
    position,
    end: position + bytes.length + 1,
    previous: start[2] ?? noCrc,
    crc,
    since: start[3] === undefined ? position : Number(start[3]),
    text: bytes.toString('utf8', start[0].length, signedLength),
  };
}

/** What a line says it carries, by its beginning alone. */
export function lineKind(bytes: Buffer): LineKind | undefined {
  return head.exec(bytes.toString('latin1', 0, longestHead))?.[4] as LineKind | undefined;
}

const claim = /^\{"position":(\d{1,16}),/;

/** The position that a line claims, wherever it was found; undefined when it is no line. */
export function claimedPosition(bytes: Buffer): number | undefined {
  const found = claim.exec(bytes.toString('latin1', 0, longestHead));
  return found ? Number(found[1]) : undefined;
}

const hexBytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

// From a table, because `toString(16).padStart(8, '0')` was a third of what a line costs (Node 20.20).
function hex(value: number): string {
  return byteInHex(value >>> 24) + byteInHex(value >>> 16) + byteInHex(value >>> 8) + byteInHex(value);
}

function byteInHex(value: number): string {
  return hexBytes[value & 255] ?? '';
}

const opening = Buffer.from('{"position":');

/** A whole line as it is in a file, its newline included. */
export interface FoundLine {
  line: ValidLine;
  bytes: Buffer;
}

/** All whole lines at their places in bytes that begin at `position`, whatever is between them. */
export function linesAt(bytes: Buffer, position: number): FoundLine[] {
  const found: FoundLine[] = [];
  for (let start = bytes.indexOf(opening); start !== -1; start = bytes.indexOf(opening, start + 1)) {
    const newline = bytes.indexOf(10, start);
    if (newline === -1) break;
    const line = decodeLine(bytes.subarray(start, newline), position + start);
    if (line) found.push({ line, bytes: bytes.subarray(start, newline + 1) });
  }
  return found;
}

/**
 * Lines inside a void stretch that are whole and at their place: then the newline before them was damaged, or never written, since
 * every writer ends a torn line before its own.
 */
export function hiddenLines(bytes: Buffer, position: number): ValidLine[] {
  const found: ValidLine[] = [];
  for (let start = bytes.indexOf(opening, 1); start !== -1; start = bytes.indexOf(opening, start + 1)) {
    const line = decodeLine(bytes.subarray(start), position + start);
    if (line) found.push(line);
  }
  return found;
}
