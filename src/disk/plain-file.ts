import * as fs from 'node:fs';
import { join, relative } from 'node:path';
import { errorCode } from './disk.js';

/** Why a file that may be another's is not read. */
export type PlainRefusal =
  'missing' | 'link' | 'not_a_file' | 'too_large' | 'owned_by_another' | 'moved' | 'unreadable';

export interface PlainRules {
  /** In bytes. */
  largest?: number;
  /** A link at the path's end is followed: for files that a person named. Its target has to be a plain file all the same. */
  followsLink?: boolean;
  /** Readable by its owner only, who is the user that this process runs as, also for root. */
  isPrivate?: boolean;
  /** No folder between this one and the file may be a link, also where one is swapped for a link between a look and the opening. */
  within?: string;
}

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants;

/**
 * The one way to open a file that may be another's: without waiting for the other end of a pipe, and looked at after it is open, so that what
 * was looked at is what is read.
 */
export function openPlainFile(
  path: string,
  rules: PlainRules = {},
): { fd: number; size: number } | { refused: PlainRefusal } {
  let fd: number;
  try {
    fd = fs.openSync(path, O_RDONLY | O_NONBLOCK | (rules.followsLink ? 0 : O_NOFOLLOW));
  } catch (error) {
    return { refused: refusals[errorCode(error) ?? ''] ?? 'unreadable' };
  }
  try {
    const info = fs.fstatSync(fd);
    const refused = refusalOf(info, path, rules);
    if (refused === undefined) return { fd, size: info.size };
    fs.closeSync(fd);
    return { refused };
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/** The same, read. Never more than `largest` bytes, also when the file grows meanwhile. */
export function readPlainFile(
  path: string,
  rules: PlainRules & { largest: number },
): { bytes: Buffer<ArrayBuffer> } | { refused: PlainRefusal } {
  const opened = openPlainFile(path, rules);
  if ('refused' in opened) return opened;
  const { fd, size } = opened;
  try {
    const bytes = Buffer.alloc(size);
    let filled = 0;
    while (filled < size) {
      const count = fs.readSync(fd, bytes, filled, size - filled, filled);
      if (count === 0) break;
      filled += count;
    }
    return { bytes: bytes.subarray(0, filled) };
  } catch {
    return { refused: 'unreadable' };
  } finally {
    fs.closeSync(fd);
  }
}

/** What {@link readPlainFile} reads, or what comes out of a pipe to its end: for files that a person has named, as `<(…)` names one. Waits for whoever writes. */
export function readFileOrPipe(
  path: string,
  { largest }: { largest: number },
): ReturnType<typeof readPlainFile> {
  if (!fs.statSync(path, { throwIfNoEntry: false })?.isFIFO())
    return readPlainFile(path, { largest, followsLink: true });
  const fd = fs.openSync(path, 'r');
  try {
    const parts: Buffer[] = [];
    for (let size = 0; size <= largest;) {
      const part = Buffer.alloc(pipeBytes);
      const count = fs.readSync(fd, part);
      if (count === 0) return { bytes: Buffer.concat(parts) };
      parts.push(part.subarray(0, count));
      size += count;
    }
    return { refused: 'too_large' };
  } catch {
    return { refused: 'unreadable' };
  } finally {
    fs.closeSync(fd);
  }
}

const pipeBytes = 64 * 1024;

const refusals: Record<string, PlainRefusal> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  ELOOP: 'link',
  ENXIO: 'not_a_file',
};

/** What is wrong, in words that follow "it is" or "it has". */
export const plainRefusalTexts: Record<PlainRefusal, string> = {
  missing: 'there is no such file',
  link: 'it is a link',
  not_a_file: 'it is not a plain file',
  too_large: 'it is too large',
  owned_by_another: 'others may read it, or it belongs to another user',
  moved: 'it lies behind a link, or was moved while it was opened',
  unreadable: 'it cannot be read',
};

function refusalOf(info: fs.Stats, path: string, rules: PlainRules): PlainRefusal | undefined {
  if (!info.isFile()) return 'not_a_file';
  if (info.size > (rules.largest ?? Infinity)) return 'too_large';
  if (rules.isPrivate && ((info.mode & 0o077) !== 0 || info.uid !== (process.getuid?.() ?? info.uid)))
    return 'owned_by_another';
  return rules.within === undefined || isStillAt(info, path, rules.within) ? undefined : 'moved';
}

/** Whether the file that is open is the one at this path, with no link below the folder: a swap before or after the opening gives another file. */
export function isStillAt({ ino, dev }: fs.Stats, path: string, folder: string): boolean {
  try {
    const place = join(fs.realpathSync(folder), relative(folder, path));
    if (fs.realpathSync(path) !== place) return false;
    const now = fs.lstatSync(place);
    return now.ino === ino && now.dev === dev;
  } catch {
    return false;
  }
}
