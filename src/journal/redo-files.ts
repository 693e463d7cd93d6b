import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { removeQuietly, writeAll, type Disk, type Redo } from '../disk/index.js';
import { hasAll } from './lacking.js';
import { listRedoFiles, mayBeRedoFile, redoLinesUnlessUnread } from './redo-lines.js';
import { listSegments, type Segment } from './segment.js';

/** A longer write is no dearer to sync than to write twice. Bytes. */
export const longestRedone = 16 * 1024;

interface Own {
  fd: number;
  path: string;
  /** By which the system knows it, as long as nobody has given it up. */
  name: string;
  /** Where the next write goes. */
  at: number;
}

interface Leaving {
  path: string;
  /** Everything in it that is not in an earlier segment is in the present one. */
  isOurs: boolean;
}

/**
 * A handle's redo file (docs/decisions/redo-files.md): what was appended to the segment is written there, too, durable sooner than a sync of the
 * segment would be. Made when the handle has appended alone for a while; what is in it stays until the segment has been synced.
 */
export class RedoFiles {
  readonly #disk: Disk;
  readonly #directory: string;
  #own: Own | undefined;
  /** Whether such a file can be had here; looked at when one is due. */
  #isLocal: boolean | undefined;
  /** Appends, each synced by itself, since there was a file. */
  #alone = 0;
  /** It could not be made, or not be written to: this handle does without. */
  #isBroken = false;
  /** Given up: with the next sync of the segment everything in them that counts is durable there. */
  #leaving: Leaving[] = [];

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  /** Whether a file is due: the segment has to be one that says so. */
  get isDue(): boolean {
    const { redo } = this.#disk;
    if (!redo || this.#isBroken || this.#own || this.#alone < redo.after) return false;
    return (this.#isLocal ??= isLocal(redo, this.#directory));
  }

  /** Makes what was appended durable, unless there is no file, or no room; everything before it has to be durable. */
  keep(bytes: Uint8Array): boolean {
    const { redo } = this.#disk;
    const own = this.#own;
    if (!redo || !own || bytes.length > longestRedone || own.at + bytes.length > redo.bytes) return false;
    try {
      redo.write(own.fd, bytes, own.at);
    } catch {
      // The sync that follows tells whether the disk is at fault.
      this.#leave(own, true);
      return false;
    }
    own.at += bytes.length;
    // Who gave it up may have read it before this write, and removed it since.
    if (redo.nameOf(own.fd) === own.name) return true;
    this.#leave(own, false);
    return false;
  }

  /** One more append of so few bytes waits for a sync of its own. */
  countAlone({ length }: Uint8Array): void {
    if (length <= longestRedone) this.#alone += 1;
  }

  /** Makes the file, and gives up those that nobody has written to for a while; a sync of `segment` has to follow. */
  make(segment: Segment): void {
    const { redo } = this.#disk;
    if (!redo) return;
    try {
      this.#own = this.#made(redo);
      this.#giveUpOthers(redo, this.#own, segment);
    } catch {
      this.#isBroken = true;
    }
  }

  /** The present segment has been synced: what is in the file is in there for good. */
  synced(): void {
    if (this.#own) this.#own.at = 0;
    const leaving = this.#leaving;
    if (leaving.length === 0) return;
    this.#leaving = [];
    for (const each of leaving) this.#letGo(each);
  }

  /** Whether a sync of the segment is needed before the file may go. */
  get isNeeded(): boolean {
    return this.#own !== undefined && this.#own.at > 0;
  }

  /** The handle is closed. A file that is still needed stays for whoever opens the journal next. */
  close(): void {
    const own = this.#own;
    if (!own) return;
    this.#own = undefined;
    this.#disk.close(own.fd);
    if (own.at === 0) removeQuietly(this.#disk, own.path);
  }

  #leave(own: Own, isBroken: boolean): void {
    this.#own = undefined;
    this.#alone = 0;
    this.#isBroken = isBroken;
    this.#disk.close(own.fd);
    // What was renamed is its new owner's.
    if (isBroken) this.#leaving.push({ path: own.path, isOurs: true });
  }

  #made(redo: Redo): Own | undefined {
    const disk = this.#disk;
    const id = randomBytes(8).toString('hex');
    const temporary = join(this.#directory, `.tmp-${id}`);
    const path = join(this.#directory, `redo-${id}.ndjson`);
    const created = disk.open(temporary, 'create');
    try {
      writeAll(disk, created, Buffer.alloc(redo.bytes));
      disk.sync(created);
      disk.rename(temporary, path);
    } catch (error) {
      removeQuietly(disk, temporary);
      throw error;
    } finally {
      disk.close(created);
    }
    disk.syncDirectory(this.#directory);
    const fd = redo.open(path);
    const name = redo.nameOf(fd);
    if (name !== undefined) return { fd, path, name, at: 0 };
    disk.close(fd);
    removeQuietly(disk, path);
    this.#isBroken = true;
    return undefined;
  }

  /** Their owners look at the name after each write: what they were told is durable was there before it changed. */
  #giveUpOthers(redo: Redo, own: Own | undefined, segment: Segment): void {
    const disk = this.#disk;
    const now = own && disk.stat(own.path)?.mtimeMs;
    if (now === undefined) return;
    const leaving: Leaving[] = [];
    for (const file of listRedoFiles(disk, this.#directory)) {
      const path = join(this.#directory, file);
      const info = path === own?.path ? undefined : disk.stat(path);
      if (!mayBeRedoFile(info) || now - info.mtimeMs < redo.idleMs) continue;
      const givenUp = givenUpName(path);
      if (givenUp !== path) disk.rename(path, givenUp);
      const lines = redoLinesUnlessUnread(disk, this.#directory, givenUpName(file), () => {});
      // It stays: whoever opens the journal hears of it.
      if (!lines) continue;
      const inSegment = lines.filter(({ line }) => line.position >= segment.start);
      leaving.push({ path: givenUp, isOurs: hasAll(disk, this.#directory, segment, inSegment) });
    }
    // Lines of a later segment than the present one look like somebody else's. Whoever writes there is seen only after his file has been given up.
    if (listSegments(disk, this.#directory).at(-1)?.start === segment.start) this.#leaving.push(...leaving);
  }

  /** One whose lines are not the journal's (it was copied here, or the journal was restored from an older copy) is kept for people, and read no more. */
  #letGo({ path, isOurs }: Leaving): void {
    if (isOurs) return removeQuietly(this.#disk, path);
    try {
      this.#disk.rename(path, join(dirname(path), `aside-${basename(path)}`));
    } catch {
      // It is looked at again by the next that is made.
    }
  }
}

function isLocal(redo: Redo, directory: string): boolean {
  try {
    return redo.isLocal?.(directory) ?? true;
  } catch {
    return false;
  }
}

function givenUpName(name: string): string {
  return name.includes('.given-up.') ? name : name.replace(/\.ndjson$/, '.given-up.ndjson');
}
