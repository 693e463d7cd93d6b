import { join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { ProductionError } from '../../machines/index.js';
import { errorCode, type Disk, type PathInfo } from '../disk/index.js';
import { decodeLine, encodeLines, type ValidLine } from './line.js';

/** What a segment's first line says. */
export interface Header {
  format: number;
  machine: { id: string; version: number; hash: string };
  program: string;
  started: string;
  /** Set when it begins with copies of lines from an earlier segment whose sync had failed. */
  rescue?: { from: number; lines: number };
}

/** What a segment's last line says: where the next one begins. */
export interface Seal {
  next: number;
  rescue?: { from: number };
}

export interface SegmentName {
  start: number;
  file: string;
  compressed: boolean;
}

/** A segment that has reached this size is sealed. */
export const defaultSegmentBytes = 16 * 1024 * 1024;

/** The version of the journal's own format: the second has redo files beside a segment (docs/decisions/redo-files.md), which programs of before would pass over. */
export const journalFormat = 1;
export const redoFormat = 2;

const nameForm = /^(\d{20})\.ndjson(\.gz)?$/;

export function segmentFile(start: number): string {
  return `${String(start).padStart(20, '0')}.ndjson`;
}

/** The segments of a folder, in order; where both forms of one exist, the plain one. */
export function listSegments(disk: Disk, directory: string): SegmentName[] {
  const found = new Map<number, SegmentName>();
  for (const file of disk.list(directory)) {
    const match = nameForm.exec(file);
    if (!match) continue;
    const start = Number(match[1]);
    const compressed = match[2] !== undefined;
    if (!compressed || !found.has(start)) found.set(start, { start, file, compressed });
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}

/** The line with which a segment of a log begins. */
export function headerLine(position: number, previous: string, says: Omit<Header, 'format'>): Buffer {
  const header: Header = { format: journalFormat, ...says };
  return encodeLines(position, previous, [{ kind: 'header', text: JSON.stringify(header) }]).bytes;
}

/** @throws ProductionError `production_upgraded` when the segment was written with a later chart than this program's. */
export function refuseNewer({ machine, program }: Header, own: { version: number }): void {
  if (machine.version <= own.version) return;
  throw new ProductionError(
    'production_upgraded',
    `this production was written by ${program} with version ${machine.version} of the statechart, this program has ${own.version}; upgrade showrunner.`,
  );
}

interface Opened {
  start: number;
  file: string;
  fd?: number;
  unwritable?: unknown;
  readFd?: number;
  packed?: Buffer;
}

const forbidden = new Set(['EROFS', 'EACCES', 'EPERM']);

/** Whether a file system's error says that here nothing may be written, whatever the disk's state. */
export function isForbidden(error: unknown): boolean {
  return forbidden.has(errorCode(error) ?? '');
}

function openPlain(
  disk: Disk,
  path: string,
  writable: boolean,
): Pick<Opened, 'fd' | 'readFd' | 'unwritable'> {
  if (!writable) return { readFd: disk.open(path, 'read') };
  try {
    const fd = disk.open(path, 'append');
    return { fd, readFd: fd };
  } catch (unwritable) {
    if (!isForbidden(unwritable)) throw unwritable;
    return { readFd: disk.open(path, 'read'), unwritable };
  }
}

/** One segment, opened. Positions are global. */
export class Segment {
  readonly start: number;
  readonly file: string;
  /** Open for appending and reading; undefined when it is compressed or opened for reading only. */
  readonly fd: number | undefined;
  /** Why it could only be opened for reading although it was to be appended to; what there is can be read all the same. */
  readonly unwritable: unknown;
  readonly #packed: Buffer | undefined;
  #unpacked: Buffer | undefined;
  readonly #readFd: number | undefined;
  readonly #disk: Disk;
  readonly #path: string;
  /** By which the system knows the open file when its name led to it. */
  #nameInPlace: string | undefined;
  #identity: Pick<PathInfo, 'ino' | 'dev'> | undefined;
  #holds = 0;
  #isClosing = false;

  private constructor(disk: Disk, directory: string, { start, file, ...opened }: Opened) {
    this.#disk = disk;
    this.#path = join(directory, file);
    this.start = start;
    this.file = file;
    this.fd = opened.fd;
    this.unwritable = opened.unwritable;
    this.#readFd = opened.readFd;
    this.#packed = opened.packed;
  }

  get compressed(): boolean {
    return this.#packed !== undefined;
  }

  /** Whether its name still leads to the file that is open. Costs one `lstat`, or one `readlink` where the disk knows an open file's name. */
  isInPlace(): boolean {
    const name = this.#readFd === undefined ? undefined : this.#disk.redo?.nameOf(this.#readFd);
    if (name !== undefined && name === this.#nameInPlace) return true;
    const isInPlace = this.#leadsHere();
    this.#nameInPlace = isInPlace ? name : undefined;
    return isInPlace;
  }

  #leadsHere(): boolean {
    const found = this.#disk.stat(this.#path);
    if (!found || this.#readFd === undefined) return found !== undefined;
    this.#identity ??= this.#disk.statOpen(this.#readFd);
    return found.ino === this.#identity.ino && found.dev === this.#identity.dev;
  }

  /** Opens a segment; undefined when there is none that begins there. One that may not be appended to is opened for reading. */
  static open(disk: Disk, directory: string, start: number, writable: boolean): Segment | undefined {
    const file = segmentFile(start);
    try {
      const opened = openPlain(disk, join(directory, file), writable);
      return new Segment(disk, directory, { start, file, ...opened }).#ofBearableSize();
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    const packed = disk.readFile(join(directory, `${file}.gz`));
    return packed && new Segment(disk, directory, { start, file: `${file}.gz`, packed });
  }

  /** A hole of gigabytes, which costs nobody anything to make, is read for minutes. */
  #ofBearableSize(): this {
    if (this.end() - this.start <= largestSegment) return this;
    this.close();
    throw new ProductionError(
      'journal_damaged',
      `segment ${this.file} is larger than any that showrunner writes; restore it from a backup, or run showrunner doctor.`,
    );
  }

  /** The global position at which its bytes end now. */
  end(): number {
    return this.start + (this.#readFd === undefined ? this.#content().length : this.#disk.size(this.#readFd));
  }

  /** Whether there are bytes from a global position on. Looking at the file's size would have the system date each write more finely, which costs a redo file's writes dearly. */
  goesOn(position: number): boolean {
    if (this.#readFd === undefined || !this.#disk.redo) return this.end() > position;
    return this.#disk.read(this.#readFd, peeked, 0, 1, position - this.start) > 0;
  }

  /** The bytes from one global position to another; fewer where the file is shorter. */
  read(from: number, to: number): Buffer {
    const fd = this.#readFd;
    if (fd === undefined) return this.#content().subarray(from - this.start, to - this.start);
    const buffer = Buffer.allocUnsafe(to - from);
    let filled = 0;
    while (filled < buffer.length) {
      const count = this.#disk.read(fd, buffer, filled, buffer.length - filled, from - this.start + filled);
      if (count === 0) break;
      filled += count;
    }
    return buffer.subarray(0, filled);
  }

  /** @throws ProductionError `journal_damaged`, `production_upgraded`. */
  header(): Header {
    const line = this.#firstLine();
    if (line?.kind !== 'header')
      throw new ProductionError(
        'journal_damaged',
        `segment ${this.file} does not begin with a header; run showrunner doctor.`,
      );
    const header = JSON.parse(line.text) as Header;
    if (header.format > redoFormat) {
      throw new ProductionError(
        'production_upgraded',
        `this production was written by ${header.program}, whose journal format ${header.format} is newer than this program's ${redoFormat}; upgrade showrunner.`,
      );
    }
    return header;
  }

  #firstLine(): ValidLine | undefined {
    const bytes = this.#packed
      ? unpackBeginning(this.#packed)
      : this.read(this.start, this.start + longestHeader);
    const newline = bytes.indexOf(10);
    return newline === -1 ? undefined : decodeLine(bytes.subarray(0, newline), this.start);
  }

  /** Keeps its file open, also when it is closed, until the returned function is called: a sync is under way. */
  hold(): () => void {
    this.#holds += 1;
    return () => {
      this.#holds -= 1;
      if (this.#isClosing) this.close();
    };
  }

  close(): void {
    this.#isClosing = true;
    if (this.#readFd !== undefined && this.#holds === 0) this.#disk.close(this.#readFd);
  }

  #content(): Buffer {
    this.#unpacked ??= unpack(this.file, this.#packed ?? Buffer.alloc(0));
    return this.#unpacked;
  }
}

const peeked = Buffer.alloc(1);
const longestHeader = 16_384;
// Far above what a segment holds before the next one begins: gzip makes gigabytes out of megabytes.
const largestSegment = 512 * 1024 * 1024;

/** A header without the rest: most segments of a long history are opened for nothing else. */
function unpackBeginning(packed: Buffer): Buffer {
  try {
    return gunzipSync(packed.subarray(0, longestHeader), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 32 * 1024 * 1024,
    });
  } catch {
    return Buffer.alloc(0);
  }
}

function unpack(file: string, packed: Buffer): Buffer {
  try {
    return gunzipSync(packed, { maxOutputLength: largestSegment });
  } catch (cause) {
    throw new ProductionError(
      'journal_damaged',
      `segment ${file} cannot be decompressed; restore it from a backup, or run showrunner doctor.`,
      { cause },
    );
  }
}
