import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { removeQuietly, errorCode, writeAll, type Disk } from '../disk/index.js';
import { encodeLines, noCrc } from './line.js';
import type { Rescued } from './rescued.js';
import { segmentFile, type Header } from './segment.js';

interface NewSegment {
  disk: Disk;
  directory: string;
  start: number;
  /** Checksum of the valid line before it. */
  previous: string;
  header: Header;
  /** Lines of an earlier segment to copy, in order. */
  rescued?: readonly Rescued[];
  /** Throws where the journal is another one by now; asked when the temporary file is there, which goes away with the folder. */
  seeJournal?: (() => void) | undefined;
}

/** Makes a segment, whole and durable, under its name at once. Somebody else having made it meanwhile is fine. */
export function makeSegment({
  disk,
  directory,
  start,
  previous,
  header,
  rescued = [],
  seeJournal,
}: NewSegment): void {
  const bytes = firstBytes({ start, previous, header, rescued });
  placeSegment({ disk, directory, start, bytes, seeJournal });
}

/** A segment's header and copies. */
export function firstBytes({
  start,
  previous,
  header,
  rescued,
}: Required<Pick<NewSegment, 'start' | 'previous' | 'header' | 'rescued'>>): Buffer {
  return encodeLines(start, header.rescue ? noCrc : previous, [
    { kind: 'header', text: JSON.stringify(header) },
    ...rescued.map((each) => ({ kind: 'rescued' as const, text: JSON.stringify(each) })),
  ]).bytes;
}

/** Gives a segment's first bytes its name, whole and durable; false when somebody else has made it meanwhile. */
export function placeSegment({
  disk,
  directory,
  start,
  bytes,
  seeJournal,
}: Pick<NewSegment, 'disk' | 'directory' | 'start' | 'seeJournal'> & { bytes: Buffer }): boolean {
  const temporary = join(directory, `.tmp-${randomBytes(8).toString('hex')}`);
  let isOurs = true;
  const fd = disk.open(temporary, 'create');
  try {
    seeJournal?.();
    writeAll(disk, fd, bytes);
    disk.sync(fd);
    // A segment without its header would close the journal to everyone; this is the last moment at which it is nobody's.
    if (!readsBack(disk, fd, bytes))
      throw Object.assign(new Error('what was written does not read back'), { code: 'EIO' });
    disk.link(temporary, join(directory, segmentFile(start)));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    isOurs = false;
  } finally {
    disk.close(fd);
    removeQuietly(disk, temporary);
  }
  disk.syncDirectory(directory);
  return isOurs;
}

function readsBack(disk: Disk, fd: number, bytes: Buffer): boolean {
  const found = Buffer.alloc(bytes.length);
  return (
    disk.size(fd) === bytes.length &&
    disk.read(fd, found, 0, bytes.length, 0) === bytes.length &&
    found.equals(bytes)
  );
}
