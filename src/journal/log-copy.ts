import { join } from 'node:path';
import { ProductionError } from '../../machines/index.js';
import type { Disk } from '../disk/index.js';
import { decodeLine, lineKind, noCrc, type ValidLine } from './line.js';
import { placeSegment } from './make-segment.js';
import { Segment, listSegments, segmentFile } from './segment.js';

/** The last line that is whole, with its bytes. */
export interface LastLine {
  position: number;
  end: number;
  crc: string;
  bytes: Buffer;
}

/**
 * A log's bytes in a folder of segments, each at its own place: processes of one machine may share it, since all of them write the same there.
 * What a power cut left of the last segment is written again; a sealed one is on disk before the next one begins.
 */
export class LogCopy {
  /** The log's bytes up to here are in the files. */
  end: number;
  /** The last whole line that was here when the folder was opened. */
  readonly last: LastLine | undefined;
  readonly #disk: Disk;
  readonly #directory: string;
  /** Where the segment begins that `end` is in; undefined where the next byte begins one. */
  #segment: number | undefined;

  /** Looks how far the folder's last segment is whole. */
  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
    const start = listSegments(disk, directory).at(-1)?.start;
    const last = start === undefined ? undefined : lastWhole(disk, directory, start);
    this.last = last?.line;
    this.end = last?.line.end ?? start ?? 0;
    this.#segment = last?.isSealed ? undefined : start;
  }

  /** Where the folder's bytes end, whole or not. */
  size(): number {
    const start = listSegments(this.#disk, this.#directory).at(-1)?.start;
    const segment = start === undefined ? undefined : Segment.open(this.#disk, this.#directory, start, false);
    const end = segment?.end() ?? 0;
    segment?.close();
    return end;
  }

  /** Goes on behind what another process has written here, which this one has read. */
  skipTo(position: number, segment: number): void {
    if (position <= this.end) return;
    this.end = position;
    this.#segment = segment;
  }

  /**
   * Writes what the log has from `position` on, which is not behind {@link end}: whole lines.
   * @throws ProductionError `journal_replaced` when a line that is here already is another.
   */
  put(position: number, bytes: Uint8Array): void {
    let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).subarray(
      Math.max(0, this.end - position),
    );
    while (rest.length > 0) {
      const sealed = endOfSeal(rest, this.end);
      const part = rest.subarray(0, sealed ?? rest.length);
      this.#write(part);
      this.end += part.length;
      if (sealed !== undefined) this.#close();
      rest = rest.subarray(part.length);
    }
  }

  #write(bytes: Buffer): void {
    const { end: position } = this;
    const [disk, directory] = [this.#disk, this.#directory];
    if (this.#segment === undefined) {
      const isNew = placeSegment({ disk, directory, start: position, bytes });
      this.#segment = position;
      if (isNew) return;
    }
    const start = this.#segment;
    const path = join(directory, segmentFile(start));
    if ((disk.stat(path)?.size ?? 0) > position - start) this.#refuseOther(start, bytes);
    if (!disk.writeAt)
      throw new ProductionError(
        'filesystem_unsupported',
        'this disk cannot write at a place, which a copy of a log needs; give it a writeAt.',
      );
    disk.writeAt(path, bytes, position - start);
  }

  /** A line that is whole, and is not the log's, is never written over. */
  #refuseOther(start: number, bytes: Buffer): void {
    const { end: position } = this;
    const segment = Segment.open(this.#disk, this.#directory, start, false);
    const here = segment?.read(position, Math.min(segment.end(), position + bytes.length));
    segment?.close();
    if (!here || here.equals(bytes.subarray(0, here.length))) return;
    for (let from = 0; from < here.length;) {
      const newline = here.indexOf(10, from);
      if (newline === -1) return;
      const line = decodeLine(here.subarray(from, newline), position + from);
      if (!line) return;
      if (!here.subarray(from, newline).equals(bytes.subarray(from, newline)))
        throw differs(this.#directory, position + from);
      from = newline + 1;
    }
  }

  /** What has been sealed is durable before anything follows it: only the last segment can be torn. */
  #close(): void {
    if (this.#segment === undefined) return;
    const fd = this.#disk.open(join(this.#directory, segmentFile(this.#segment)), 'append');
    try {
      this.#disk.sync(fd);
    } finally {
      this.#disk.close(fd);
    }
    this.#segment = undefined;
  }
}

/** The folder has something that the log does not have. */
export function differs(directory: string, position: number): ProductionError {
  return new ProductionError(
    'journal_replaced',
    `the journal in ${directory} is not that of the log: they differ from position ${position} on. Nothing was written. Give the production a directory of its own on this machine, or, if this one is but an old copy, move its journal folder away: it comes back from the log.`,
  );
}

/** Where the first seal among the lines ends; undefined where there is none. */
function endOfSeal(bytes: Buffer, position: number): number | undefined {
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(10, start);
    if (newline === -1) return undefined;
    const line = bytes.subarray(start, newline);
    // A void one, which came second, ends nothing.
    if (lineKind(line) === 'seal' && decodeLine(line, position + start)) return newline + 1;
    start = newline + 1;
  }
  return undefined;
}

/** The last line of a segment up to which everything is whole and follows from what is before it. */
function lastWhole(
  disk: Disk,
  directory: string,
  start: number,
): { line: LastLine; isSealed: boolean } | undefined {
  const segment = Segment.open(disk, directory, start, false);
  if (!segment) return undefined;
  const bytes = segment.read(start, segment.end());
  segment.close();
  let last: { line: ValidLine; bytes: Buffer } | undefined;
  for (let from = 0; ;) {
    const newline = bytes.indexOf(10, from);
    const line = newline === -1 ? undefined : decodeLine(bytes.subarray(from, newline), start + from);
    if (!line || line.previous !== (last?.line.crc ?? (start === 0 ? noCrc : line.previous))) break;
    last = { line, bytes: bytes.subarray(from, newline + 1) };
    from = newline + 1;
  }
  if (!last) return undefined;
  const { position, end, crc, kind } = last.line;
  return { line: { position, end, crc, bytes: last.bytes }, isSealed: kind === 'seal' };
}
