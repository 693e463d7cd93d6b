import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { errorCode, type Disk, type OpenMode, type PathInfo, type Redo } from './disk.js';
import { isLocalFilesystem } from './local-filesystem.js';

const { O_APPEND, O_CREAT, O_DSYNC, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = fs.constants;

const flags: Record<OpenMode, number> = {
  // A named pipe in a document's place must not keep its reader waiting for ever.
  read: O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
  append: O_RDWR | O_APPEND | O_NOFOLLOW,
  create: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
};

const largestRead = 400 * 1024 * 1024;

/** Linux has it, unless it is kept from the process. */
const openFiles = '/proc/self/fd';

const redoOnLinux: Redo = {
  bytes: 256 * 1024,
  after: 32,
  idleMs: 60_000,
  isLocal: (directory) => isLocalFilesystem(fs.statfsSync(directory).type),
  open: (path) => fs.openSync(path, O_RDWR | O_DSYNC | O_NOFOLLOW),
  write: (fd, bytes, position) => writeWholeAt(fd, bytes, position),
  nameOf(fd) {
    try {
      return fs.readlinkSync(`${openFiles}/${fd}`);
    } catch {
      return undefined;
    }
  },
};

function writeWholeAt(fd: number, bytes: Uint8Array, position: number): void {
  for (let written = 0; written < bytes.length;)
    written += fs.writeSync(fd, bytes, written, bytes.length - written, position + written);
}

/** The real file system. Folders and files honour the umask: a group or a web server may have to read them. */
export const nodeDisk: Disk = {
  open: (path, mode) => fs.openSync(path, flags[mode], 0o666),
  close: (fd) => fs.closeSync(fd),
  size: (fd) => fs.fstatSync(fd).size,
  statOpen: (fd) => infoOf(fs.fstatSync(fd)),
  read: (fd, buffer, offset, length, position) => fs.readSync(fd, buffer, offset, length, position),
  write: (fd, bytes) => fs.writeSync(fd, bytes),
  writeAt(path, bytes, position) {
    const fd = fs.openSync(path, O_RDWR | O_NOFOLLOW);
    try {
      writeWholeAt(fd, bytes, position);
    } finally {
      fs.closeSync(fd);
    }
  },
  ...(fs.existsSync(openFiles) ? { redo: redoOnLinux } : {}),
  sync: (fd) => fs.fdatasyncSync(fd),
  syncLater: (fd) => settled((done) => fs.fdatasync(fd, done)),
  syncDirectory(path) {
    const fd = fs.openSync(path, O_RDONLY);
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  },
  link: (from, to) => fs.linkSync(from, to),
  rename: (from, to) => fs.renameSync(from, to),
  renameLater: (from, to) => settled((done) => fs.rename(from, to, done)),
  unlink: (path) => fs.unlinkSync(path),
  makeDirectory: (path) => fs.mkdirSync(path),
  list: (path) => fs.readdirSync(path),
  stat: (path) => orMissing(() => info(path)),
  readFile: (path, onOpen) =>
    orMissing(() => {
      // Node makes an error with a stack for a file that cannot be opened: 15 µs where a look costs 2 (Node 20.20).
      if (!info(path)) return undefined;
      const fd = fs.openSync(path, flags.read);
      try {
        // A document is never that large: a sparse file in its place is damage, and read as one.
        // So is a pipe, which nobody may write to, and a device, which may have no end.
        const opened = fs.fstatSync(fd);
        onOpen?.(fd);
        if (opened.size > largestRead || (!opened.isFile() && !opened.isDirectory())) return Buffer.alloc(0);
        return fs.readFileSync(fd);
      } finally {
        fs.closeSync(fd);
      }
    }),
  time(directory) {
    // What the file system calls now is only told by what is new.
    const path = join(directory, `.tmp-clock-${randomBytes(8).toString('hex')}`);
    try {
      const fd = fs.openSync(path, flags.create, 0o600);
      try {
        return fs.fstatSync(fd).mtimeMs;
      } finally {
        fs.closeSync(fd);
        fs.unlinkSync(path);
      }
    } catch {
      // Whoever commits hears by his own writes that nothing can be written.
      return undefined;
    }
  },
  watch(path, onChange) {
    try {
      const watcher = fs.watch(path, { persistent: false }, onChange);
      // Watching is a hint: where it fails, polling goes on.
      watcher.on('error', () => watcher.close());
      return () => watcher.close();
    } catch {
      return () => {};
    }
  },
};

/** Half the price of `fs/promises` (Node 20.20). */
function settled(start: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}

function orMissing<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function info(path: string): PathInfo | undefined {
  const stats = fs.lstatSync(path, { throwIfNoEntry: false });
  return stats && infoOf(stats);
}

function infoOf(stats: fs.Stats): PathInfo {
  const kind = stats.isFile()
    ? 'file'
    : stats.isDirectory()
      ? 'directory'
      : stats.isSymbolicLink()
        ? 'link'
        : 'other';
  return { kind, size: stats.size, mtimeMs: stats.mtimeMs, ino: stats.ino, dev: stats.dev };
}
