import { dirname } from 'node:path';
import type { Disk, OpenMode, PathInfo, Redo } from '../disk/index.js';
import { MemoryFile } from './memory-file.js';
import { MemoryFolder, type MemoryNode } from './memory-folder.js';
import { memoryRedo, type RedoSettings } from './memory-redo.js';
import { afterPowerCut, type PowerCut } from './power-cut.js';

/** What befalls one call: the power goes and the call fails, it fails with an error, or (a write) it takes only a part. */
export type Fault = 'crash' | 'EIO' | 'ENOSPC' | 'EROFS' | 'short';

type CallName = Exclude<keyof Disk, 'redo'> | `redo.${'open' | 'write' | 'nameOf'}`;

export interface DiskCall {
  /** Counted from 1 on. */
  index: number;
  name: CallName;
  path: string;
}

export interface MemoryDiskOptions {
  /** The disk has files that are written over in place; default it has none, and every commit is made durable by a sync. */
  redo?: RedoSettings;
}

interface Handle {
  file: MemoryFile;
  path: string;
  mode: OpenMode;
  /** How many of the file's failed syncs it has been told of. */
  failuresSeen: number;
}

function fail(code: string, what: string): never {
  throw Object.assign(new Error(`${code}: ${what}`), { code });
}

/**
 * A file system in memory that knows what is durable: bytes after a sync of the file, entries after a sync of the folder. A sync that fails
 * loses what it should have written for good, although programs still see it and later syncs succeed, as on Linux. Pass it as `disk` to
 * `ProductionStateManager.open`; `powerCut()` gives the disk as it would be found after one.
 */
export class MemoryDisk implements Disk {
  /** Decides what befalls each call. */
  onCall: ((call: DiskCall) => Fault | undefined) | undefined;
  readonly redo?: Redo;
  readonly #options: MemoryDiskOptions;
  #root = new MemoryFolder(1);
  #calls = 0;
  #isOff = false;
  #lastHandle = 2;
  #lastInode = 1;
  readonly #handles = new Map<number, Handle>();
  readonly #watchers = new Map<string, Set<() => void>>();

  constructor(options: MemoryDiskOptions = {}) {
    this.#options = options;
    if (options.redo) this.redo = this.#redo(options.redo);
  }

  /** How many calls there have been. */
  get calls(): number {
    return this.#calls;
  }

  /** The disk after a power cut: a new one. The old one answers no call any more. */
  powerCut(cut: PowerCut = 'lose-unsynced'): MemoryDisk {
    this.#isOff = true;
    const after = new MemoryDisk(this.#options);
    after.#lastInode = this.#lastInode;
    after.#root = afterPowerCut(this.#root, cut);
    return after;
  }

  /** What is unsynced of a file cannot be written when the system tries to by itself: it is lost for good, and the next sync says so. */
  failWriteback(path: string): void {
    const file = this.#find(path);
    if (file?.kind !== 'file') return;
    file.failSync();
    file.isUnheard = true;
  }

  /** A file's content as the disk has it, from a byte on: what a failed sync lost is gone for programs, too, as when memory is short. */
  evict(path: string, from = 0): void {
    const file = this.#find(path);
    if (file?.kind === 'file') file.evict(from);
  }

  open(path: string, mode: OpenMode): number {
    this.#enter('open', path);
    return this.#open(path, mode);
  }

  #open(path: string, mode: OpenMode): number {
    const found = this.#find(path);
    if (found?.kind === 'directory') fail('EISDIR', path);
    if (mode === 'create' && found) fail('EEXIST', path);
    const file = found ?? (mode === 'create' ? this.#create(path) : fail('ENOENT', path));
    this.#lastHandle += 1;
    this.#handles.set(this.#lastHandle, {
      file,
      path,
      mode,
      failuresSeen: file.failures - (file.isUnheard ? 1 : 0),
    });
    return this.#lastHandle;
  }

  close(fd: number): void {
    if (!this.#handles.delete(fd)) fail('EBADF', String(fd));
  }

  size(fd: number): number {
    const { file, path } = this.#handle(fd);
    this.#enter('size', path);
    return file.size;
  }

  statOpen(fd: number): PathInfo {
    const { file, path } = this.#handle(fd);
    this.#enter('statOpen', path);
    return infoOf(file);
  }

  read(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number {
    const { file, path } = this.#handle(fd);
    this.#enter('read', path);
    const bytes = file.content.subarray(position, position + length);
    buffer.set(bytes, offset);
    return bytes.length;
  }

  write(fd: number, bytes: Uint8Array): number {
    const { file, path, mode } = this.#handle(fd);
    if (mode === 'read') fail('EBADF', path);
    const isShort = this.#enter('write', path) === 'short';
    const taken = isShort ? Math.floor(bytes.length / 2) : bytes.length;
    file.append(bytes.subarray(0, taken));
    this.#changed(path);
    return taken;
  }

  writeAt(path: string, bytes: Uint8Array, position: number): void {
    const fd = this.open(path, 'append');
    try {
      const { file } = this.#handle(fd);
      const isShort = this.#enter('write', path) === 'short';
      file.write(isShort ? bytes.subarray(0, bytes.length >> 1) : bytes, position);
      if (isShort) fail('ENOSPC', path);
      this.#changed(path);
    } finally {
      this.close(fd);
    }
  }

  sync(fd: number): void {
    this.#sync(fd, 'sync');
  }

  async syncLater(fd: number): Promise<void> {
    await Promise.resolve();
    this.#sync(fd, 'syncLater');
  }

  #sync(fd: number, name: 'sync' | 'syncLater'): void {
    const handle = this.#handle(fd);
    const { file, path } = handle;
    try {
      this.#enter(name, path);
    } catch (error) {
      if (!this.#isOff) file.failSync();
      handle.failuresSeen = file.failures;
      throw error;
    }
    this.#hear(handle);
    file.sync();
  }

  #hear(handle: Handle): void {
    if (handle.failuresSeen >= handle.file.failures) return;
    handle.failuresSeen = handle.file.failures;
    handle.file.isUnheard = false;
    fail('EIO', handle.path);
  }

  #redo(settings: RedoSettings): Redo {
    return memoryRedo(settings, {
      open: (path) => {
        this.#enter('redo.open', path);
        return this.#open(path, 'append');
      },
      enter: (name, fd) => (this.#enter(name, this.#handle(fd).path) === 'short' ? 'short' : undefined),
      isOff: () => this.#isOff,
      hear: (fd) => this.#hear(this.#handle(fd)),
      failed: (fd) => {
        const handle = this.#handle(fd);
        handle.file.failSync();
        handle.failuresSeen = handle.file.failures;
      },
      file: (fd) => this.#handle(fd).file,
      nameOf: (fd) => pathOf(this.#root, this.#handle(fd).file),
    });
  }

  syncDirectory(path: string): void {
    this.#enter('syncDirectory', path);
    this.#folder(path).sync();
  }

  link(from: string, to: string): void {
    this.#enter('link', to);
    const file = this.#find(from);
    if (file?.kind !== 'file') fail('ENOENT', from);
    if (this.#find(to)) fail('EEXIST', to);
    this.#folder(dirname(to)).set(nameOf(to), file);
    this.#changed(to);
  }

  rename(from: string, to: string): void {
    this.#enter('rename', to);
    const node = this.#find(from) ?? fail('ENOENT', from);
    if (dirname(from) === dirname(to)) this.#folder(dirname(to)).rename(nameOf(from), nameOf(to), node);
    else {
      this.#folder(dirname(to)).set(nameOf(to), node);
      this.#folder(dirname(from)).delete(nameOf(from));
    }
    this.#changed(to);
  }

  async renameLater(from: string, to: string): Promise<void> {
    await Promise.resolve();
    this.rename(from, to);
  }

  unlink(path: string): void {
    this.#enter('unlink', path);
    const node = this.#find(path) ?? fail('ENOENT', path);
    if (node.kind === 'directory') fail('EISDIR', path);
    this.#folder(dirname(path)).delete(nameOf(path));
    this.#changed(path);
  }

  makeDirectory(path: string): void {
    this.#enter('makeDirectory', path);
    if (this.#find(path)) fail('EEXIST', path);
    this.#lastInode += 1;
    this.#folder(dirname(path)).set(nameOf(path), new MemoryFolder(this.#lastInode));
  }

  list(path: string): string[] {
    this.#enter('list', path);
    return [...this.#folder(path).entries.keys()];
  }

  stat(path: string): PathInfo | undefined {
    this.#enter('stat', path);
    const node = this.#find(path);
    return node && infoOf(node);
  }

  readFile(path: string): Buffer | undefined {
    this.#enter('readFile', path);
    const node = this.#find(path);
    if (node?.kind === 'directory') fail('EISDIR', path);
    return node && Buffer.from(node.content);
  }

  watch(path: string, onChange: () => void): () => void {
    const listeners = this.#watchers.get(path) ?? new Set();
    this.#watchers.set(path, listeners.add(onChange));
    return () => listeners.delete(onChange);
  }

  #enter(name: CallName, path: string): Fault | undefined {
    if (this.#isOff) fail('EIO', 'the power is off');
    this.#calls += 1;
    const fault = this.onCall?.({ index: this.#calls, name, path });
    if (fault === 'crash') {
      this.#isOff = true;
      fail('EIO', 'the power is off');
    }
    if (fault !== undefined && fault !== 'short') fail(fault, path);
    return fault;
  }

  #create(path: string): MemoryFile {
    this.#lastInode += 1;
    const file = new MemoryFile(this.#lastInode);
    this.#folder(dirname(path)).set(nameOf(path), file);
    this.#changed(path);
    return file;
  }

  #changed(path: string): void {
    for (const listener of this.#watchers.get(dirname(path)) ?? []) queueMicrotask(listener);
  }

  #handle(fd: number): Handle {
    return this.#handles.get(fd) ?? fail('EBADF', String(fd));
  }

  #find(path: string): MemoryNode | undefined {
    let node: MemoryNode | undefined = this.#root;
    for (const part of partsOf(path)) {
      if (node?.kind !== 'directory') return undefined;
      node = node.entries.get(part);
    }
    return node;
  }

  #folder(path: string): MemoryFolder {
    const node = this.#find(path);
    if (node?.kind === 'file') fail('ENOTDIR', path);
    return node ?? fail('ENOENT', path);
  }
}

/** The first path that leads to a file. */
function pathOf(folder: MemoryFolder, file: MemoryFile, path = ''): string | undefined {
  for (const [name, node] of folder.entries) {
    const below = `${path}/${name}`;
    const found = node.kind === 'directory' ? pathOf(node, file, below) : node === file ? below : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function infoOf(node: MemoryNode): PathInfo {
  return {
    kind: node.kind,
    size: node.kind === 'file' ? node.size : 0,
    mtimeMs: 0,
    ino: node.ino,
    dev: 1,
  };
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function nameOf(path: string): string {
  return partsOf(path).at(-1) ?? '';
}
