/** What a path is, without following links. */
export interface PathInfo {
  kind: 'file' | 'directory' | 'link' | 'other';
  size: number;
  mtimeMs: number;
  /** Together they tell whether two names, or a name and an open file, are the same file. */
  ino: number;
  dev: number;
}

/** `create` refuses an existing file; `append` refuses a missing one. None of them follows a link at the path's end. */
export type OpenMode = 'read' | 'append' | 'create';

/**
 * What it takes to have a file that is written over in place: it never grows, so that a write to it is durable sooner than one to a file that
 * does (docs/decisions/redo-files.md).
 */
export interface Redo {
  /** How large such a file is, in bytes. */
  bytes: number;
  /** How many appends, each synced by itself, a handle makes before it makes such a file. */
  after: number;
  /** How long nobody may have written to one until another handle gives it up, in milliseconds: soundness does not rest on it. */
  idleMs: number;
  /** Whether nobody but this machine renames files in a folder, so that {@link nameOf} sees it: else no such file is made there. A disk that does not say so knows none but its own. */
  isLocal?(directory: string): boolean;
  /** Opens a file that is there, not following a link. */
  open(path: string): number;
  /** Writes all of `bytes` at a place; they are durable when it returns. Keeps nothing of `bytes`. */
  write(fd: number, bytes: Uint8Array, position: number): void;
  /** The path by which the system knows an open file: another one once it was renamed or removed. Unlike `statOpen` it leaves the file's times alone. */
  nameOf(fd: number): string | undefined;
}

/**
 * Everything of the file system that the engine touches. Synchronous on purpose, so that it can be simulated call by call;
 * `syncLater` and `renameLater` are the exceptions, for what a disk may take too long over. Errors are Node's, with `code`.
 */
export interface Disk {
  open(path: string, mode: OpenMode): number;
  close(fd: number): void;
  size(fd: number): number;
  /** What an open file is, wherever its name is now: it may have been removed or given to another file. */
  statOpen(fd: number): PathInfo;
  /** Reads at a place; gives the number of bytes, 0 at the end. */
  read(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
  /** Writes at the file's end (append) or where the last write ended (create); may be short. Keeps nothing of `bytes`: they are used again. */
  write(fd: number, bytes: Uint8Array): number;
  /**
   * Writes all of `bytes` at a place in a file that is there, whatever is there; a link at the path's end is not followed. A disk may be without:
   * then it has no room for the copy of a production that a remote log carries.
   */
  writeAt?(path: string, bytes: Uint8Array, position: number): void;
  /** A disk may be without: then every commit is made durable by a sync. */
  redo?: Redo;
  /** Makes the file's content durable (`fdatasync`). */
  sync(fd: number): void;
  syncLater(fd: number): Promise<void>;
  /** Makes a folder's entries durable. */
  syncDirectory(path: string): void;
  /** A second name for a file; fails with EEXIST when the name is taken. */
  link(from: string, to: string): void;
  rename(from: string, to: string): void;
  /** The same, some time before it resolves; for who replaces many files. */
  renameLater(from: string, to: string): Promise<void>;
  unlink(path: string): void;
  /** Makes one folder; its parent must exist. EEXIST is an error like any other. */
  makeDirectory(path: string): void;
  list(path: string): string[];
  /** Undefined when there is nothing. */
  stat(path: string): PathInfo | undefined;
  /** Undefined when there is nothing. Refuses a link at the path's end. `onOpen` looks at the file that is open before it is read. */
  readFile(path: string, onOpen?: (fd: number) => void): Buffer | undefined;
  /**
   * What time it is by the file system's own clock, which may be another machine's; milliseconds since 1970, undefined where the folder cannot tell.
   * A disk may be without: then nobody's clock is compared with it.
   */
  time?(directory: string): number | undefined;
  /** Calls back when something in the folder may have changed; a hint, not a promise. Returns how to stop. */
  watch(path: string, onChange: () => void): () => void;
}

/** The code of a file system's error: `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Writes everything, in as many writes as it takes. A disk that takes nothing at all is full. */
export function writeAll(disk: Disk, fd: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) {
    const count = disk.write(fd, bytes.subarray(written));
    if (count === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' });
    written += count;
  }
}
