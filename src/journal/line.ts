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

const head = /^\{"position":(\d{1,16}),"previous":"([0-9a-f]{8})",(?:"since":(\d{1,16}),)?"(commit|header|seal|rescued)":/;
const tailLength = ',"crc":"00000000"}'.length;
const longestHead = 110;

export interface EncodedLine {
  bytes: Buffer;
  position: number;
  end: number;
  crc: string;
}

/** One line, newline included, for its place. `text` must be JSON. `since` is said only where something before was not known to be durable. */
export function encodeLine(position: number, previous: string, kind: LineKind, text: string, since = position): EncodedLine {
  const doubt = since < position ? `"since":${since},` : '';
  const signed = `{"position":${position},"previous":"${previous}",${doubt}"${kind}":${text}`;
  const signedLength = Buffer.byteLength(signed);
  const bytes = Buffer.allocUnsafe(signedLength + tailLength + 1);
  bytes.write(signed, 0, 'utf8');
  const crc = hex(crc32(bytes.subarray(0, signedLength)));
  bytes.write(`,"crc":"${crc}"}\n`, signedLength, 'latin1');
  return { bytes, position, end: position + bytes.length, crc };
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
    kind: start[4] as LineKind, position, end: position + bytes.length + 1,
    previous: start[2] ?? noCrc, crc, since: start[3] === undefined ? position : Number(start[3]),
    text: bytes.toString('utf8', start[0].length, signedLength),
  };
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}

const opening = Buffer.from('{"position":');

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
