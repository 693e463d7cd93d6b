import { dirname } from 'node:path';
import type { Disk, OpenMode, PathInfo } from '../disk/index.js';

/** A file: what programs see, and what would be left after a power cut. */
interface File {
  kind: 'file';
  ino: number;
  seen: Buffer;
  durable: Buffer;
}

/** A folder's entries, as programs see them, and as they would be left after a power cut. */
interface Folder {
  kind: 'directory';
  ino: number;
  seen: Map<string, File | Folder>;
  durable: Map<string, File | Folder>;
}

interface Handle {
  file: File;
  mode: OpenMode;
}

/** What a power cut does to bytes and entries that were not synced. */
export type PowerCut = 'lose-unsynced' | 'keep-unsynced' | ((name: string) => boolean);

function fail(code: string, path: string): never {
  throw Object.assign(new Error(`${code}: ${path}`), { code });
}

/**
 * A file system in memory that knows what is durable: bytes after a sync of the file, entries after a sync of the folder.
 * Pass it as `disk` to `ProductionStateManager.open`; `powerCut()` gives the disk as it would be found after one.
 */
export class MemoryDisk implements Disk {
  #root: Folder = { kind: 'directory', ino: 1, seen: new Map(), durable: new Map() };
  readonly #handles = new Map<number, Handle>();
  #nextHandle = 3;
  #nextInode = 2;
  readonly #watchers = new Map<string, Set<() => void>>();

  /** The disk after a power cut: a new one. Handles of the old one are of no use any more. */
  powerCut(what: PowerCut = 'lose-unsynced'): MemoryDisk {
    const keeps = (name: string): boolean => (typeof what === 'function' ? what(name) : what === 'keep-unsynced');
    const copies = new Map<File | Folder, File | Folder>();
    const copy = (node: File | Folder, name: string): File | Folder => {
      const known = copies.get(node);
      if (known) return known;
      if (node.kind === 'file') {
        const left = Buffer.from(keeps(name) ? node.seen : node.durable);
        const file: File = { kind: 'file', ino: node.ino, seen: left, durable: left };
        copies.set(node, file);
        return file;
      }
      const entries = new Map([...(keeps(name) ? node.seen : node.durable)].map(([entry, child]) => [entry, copy(child, `${name}/${entry}`)]));
      const folder: Folder = { kind: 'directory', ino: node.ino, seen: entries, durable: new Map(entries) };
      copies.set(node, folder);
      return folder;
    };
    const after = new MemoryDisk();
    after.#root = copy(this.#root, '') as Folder;
    after.#nextInode = this.#nextInode;
    return after;
  }

  open(path: string, mode: OpenMode): number {
    const found = this.#find(path);
    if (found?.kind === 'directory') fail('EISDIR', path);
    if (mode === 'create' && found) fail('EEXIST', path);
    if (mode !== 'create' && !found) fail('ENOENT', path);
    const file = found ?? this.#create(path);
    this.#nextHandle += 1;
    this.#handles.set(this.#nextHandle, { file, mode });
    return this.#nextHandle;
  }

  #create(path: string): File {
    const file: File = { kind: 'file', ino: (this.#nextInode += 1), seen: Buffer.alloc(0), durable: Buffer.alloc(0) };
    this.#parent(path).seen.set(nameOf(path), file);
    this.#changed(path);
    return file;
  }

  close(fd: number): void {
    this.#handle(fd);
    this.#handles.delete(fd);
  }

  size(fd: number): number {
    return this.#handle(fd).file.seen.length;
  }

  read(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number {
    const bytes = this.#handle(fd).file.seen.subarray(position, position + length);
    buffer.set(bytes, offset);
    return bytes.length;
  }

  write(fd: number, bytes: Uint8Array): number {
    const { file, mode } = this.#handle(fd);
    if (mode === 'read') fail('EBADF', String(fd));
    file.seen = Buffer.concat([file.seen, bytes]);
    for (const listeners of this.#watchers.values()) for (const listener of listeners) queueMicrotask(listener);
    return bytes.length;
  }

  sync(fd: number): void {
    const { file } = this.#handle(fd);
    file.durable = file.seen;
  }

  async syncLater(fd: number): Promise<void> {
    await Promise.resolve();
    this.sync(fd);
  }

  syncDirectory(path: string): void {
    const folder = this.#folder(path);
    folder.durable = new Map(folder.seen);
  }

  link(from: string, to: string): void {
    const file = this.#find(from);
    if (file?.kind !== 'file') fail('ENOENT', from);
    if (this.#find(to)) fail('EEXIST', to);
    this.#parent(to).seen.set(nameOf(to), file);
    this.#changed(to);
  }

  rename(from: string, to: string): void {
    const node = this.#find(from) ?? fail('ENOENT', from);
    this.#parent(to).seen.set(nameOf(to), node);
    this.#parent(from).seen.delete(nameOf(from));
    this.#changed(to);
  }

  unlink(path: string): void {
    if (this.#find(path)?.kind !== 'file') fail('ENOENT', path);
    this.#parent(path).seen.delete(nameOf(path));
  }

  makeDirectory(path: string): void {
    if (this.#find(path)) fail('EEXIST', path);
    this.#parent(path).seen.set(nameOf(path), { kind: 'directory', ino: (this.#nextInode += 1), seen: new Map(), durable: new Map() });
  }

  list(path: string): string[] {
    return [...this.#folder(path).seen.keys()];
  }

  stat(path: string): PathInfo | undefined {
    const node = this.#find(path);
    return node && { kind: node.kind, size: node.kind === 'file' ? node.seen.length : 0, mtimeMs: 0, ino: node.ino };
  }

  readFile(path: string): Buffer | undefined {
    const node = this.#find(path);
    if (node?.kind === 'directory') fail('EISDIR', path);
    return node && Buffer.from(node.seen);
  }

  watch(path: string, onChange: () => void): () => void {
    const listeners = this.#watchers.get(path) ?? new Set();
    this.#watchers.set(path, listeners.add(onChange));
    return () => listeners.delete(onChange);
  }

  #changed(path: string): void {
    for (const listener of this.#watchers.get(dirname(path)) ?? []) queueMicrotask(listener);
  }

  #handle(fd: number): Handle {
    return this.#handles.get(fd) ?? fail('EBADF', String(fd));
  }

  #find(path: string): File | Folder | undefined {
    let node: File | Folder | undefined = this.#root;
    for (const part of partsOf(path)) {
      if (node?.kind !== 'directory') return undefined;
      node = node.seen.get(part);
    }
    return node;
  }

  #folder(path: string): Folder {
    const node = this.#find(path);
    return node?.kind === 'directory' ? node : fail('ENOENT', path);
  }

  #parent(path: string): Folder {
    return this.#folder(dirname(path));
  }
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function nameOf(path: string): string {
  return partsOf(path).at(-1) ?? '';
}
