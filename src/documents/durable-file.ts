import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { ProductionError } from '../../machines/index.js';
import { adviceOn, removeQuietly, writeAll, type Disk } from '../disk/index.js';
import { seeThatItLiesHere } from './lies-here.js';

/** Whether a write has to survive a power cut, or may be lost and made again from the journal; `rebuildable-later` is for many of the latter at once. */
export type Durability = 'synced' | 'rebuildable' | 'rebuildable-later';

/**
 * Throws where the journal is another one by now. It is asked when the temporary file has its name, and not before: a removal of a text first
 * moves the journal away and then removes all temporary files, so that a process that was stopped at any moment finds the one or the other.
 */
export type SeeJournal = () => void;

// Temporary names are nobody else's: random for the process, counted within it (random bytes for each cost 5 µs, Node 20.20).
const ownName = randomBytes(8).toString('hex');
let ownCount = 0;

export function temporaryName(path: string): string {
  ownCount += 1;
  return join(dirname(path), `.tmp-${basename(path)}-${ownName}-${ownCount}`);
}

interface ReplaceOptions {
  durability?: 'synced' | 'rebuildable';
  seeJournal?: SeeJournal | undefined;
}

/**
 * Replaces a file at once: a temporary file with a name of its own, synced, renamed, and the folder synced. lowdb's own adapter does not
 * sync and shares one temporary name between processes (lowdb 7.0.1, steno 4.0.2). A link at the target is refused.
 * @throws ProductionError `path_refused`, `document_unavailable`.
 */
export function replaceFile(
  disk: Disk,
  path: string,
  parts: readonly Uint8Array[],
  { durability = 'synced', seeJournal }: ReplaceOptions = {},
): void {
  const temporary = temporaryName(path);
  try {
    writeNew(disk, { path, temporary, parts, isSynced: durability === 'synced', seeJournal });
    disk.rename(temporary, path);
    if (durability === 'synced') disk.syncDirectory(dirname(path));
  } catch (error) {
    removeQuietly(disk, temporary);
    throw unavailable(path, error);
  }
}

/**
 * The same without syncs, and with its last step waited for elsewhere: where a file takes another's place, ext4 has its data sent to the
 * disk at once, for which a rename waits (120 µs of a document's 200, Linux 6, Node 20.20).
 * @throws ProductionError `path_refused`, `document_unavailable`.
 */
export async function replaceFileLater(
  disk: Disk,
  path: string,
  parts: readonly Uint8Array[],
  seeJournal?: SeeJournal,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    writeNew(disk, { path, temporary, parts, isSynced: false, seeJournal });
    await disk.renameLater(temporary, path);
  } catch (error) {
    removeQuietly(disk, temporary);
    throw unavailable(path, error);
  }
}

/**
 * Gives a file that was just written a second name, in the place of what has that name; a copy where the file system has no hard links.
 * Neither name is written to again: a later document takes the place of one of them.
 * @throws ProductionError `path_refused`, `document_unavailable`.
 */
export function linkFile(disk: Disk, from: string, path: string, seeJournal?: SeeJournal): void {
  const temporary = temporaryName(path);
  try {
    refuseLink(disk, path);
    try {
      disk.link(from, temporary);
    } catch {
      const bytes = disk.readFile(from) ?? Buffer.alloc(0);
      return replaceFile(disk, path, [bytes], { durability: 'rebuildable', seeJournal });
    }
    seeThatItIsHere(disk, temporary);
    disk.rename(temporary, path);
  } catch (error) {
    removeQuietly(disk, temporary);
    throw unavailable(path, error);
  }
}

function seeThatItIsHere(disk: Disk, path: string): void {
  const fd = disk.open(path, 'read');
  try {
    seeThatItLiesHere(disk, fd, path);
  } finally {
    disk.close(fd);
  }
}

function writeNew(
  disk: Disk,
  {
    path,
    temporary,
    parts,
    isSynced,
    seeJournal,
  }: {
    path: string;
    temporary: string;
    parts: readonly Uint8Array[];
    isSynced: boolean;
    seeJournal: SeeJournal | undefined;
  },
): void {
  refuseLink(disk, path);
  const fd = disk.open(temporary, 'create');
  try {
    seeThatItLiesHere(disk, fd, temporary);
    seeJournal?.();
    for (const part of parts) writeAll(disk, fd, part);
    if (isSynced) disk.sync(fd);
  } finally {
    disk.close(fd);
  }
}

export function refuseLink(disk: Disk, path: string): void {
  const kind = disk.stat(path)?.kind;
  if (kind === undefined || kind === 'file') return;
  throw new ProductionError(
    'path_refused',
    `${path} is a ${kind} and not a file of this program; remove it.`,
    { field: 'path' },
  );
}

/** A file system's error at a document as the one that callers see. */
export function unavailable(path: string, error: unknown): ProductionError {
  if (error instanceof ProductionError) return error;
  const { code, advice } = adviceOn(error);
  return new ProductionError(
    'document_unavailable',
    `cannot write or read ${path} (${code}): ${advice}. The journal has everything; documents are written again.`,
    { cause: error },
  );
}
