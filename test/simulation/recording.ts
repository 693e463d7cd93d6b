import { nodeDisk, type Disk, type Redo } from '../../src/disk/index.js';
import type { MemoryDisk, MemoryDiskOptions } from '../../src/testing/index.js';

/** A call that changed something, or made it durable; `told` is what callers had been told when it began. Paths are below the recorded folder. */
export interface RecordedCall {
  call:
    | 'open'
    | 'openInPlace'
    | 'close'
    | 'write'
    | 'writeInPlace'
    | 'sync'
    | 'syncDirectory'
    | 'link'
    | 'rename'
    | 'unlink'
    | 'makeDirectory';
  fd?: number;
  path?: string;
  to?: string;
  mode?: 'append' | 'create' | 'read';
  position?: number;
  /** Base64. */
  bytes?: string;
  told: string;
}

/** Files that are written over in place are made at once and are small, so that a short life uses them, and more than once. */
export const replayed: MemoryDiskOptions = { redo: { bytes: 2000, after: 0 } };

/** The real disk, writing down every call below a folder that succeeded. */
export function recordingDisk(folder: string, calls: RecordedCall[], told: () => unknown): Disk {
  const note = (call: Omit<RecordedCall, 'told'>, before: string): void =>
    void calls.push({ ...call, told: before });
  const now = (): string => JSON.stringify(told());
  const below = (path: string): string => path.slice(folder.length);
  const { redo } = nodeDisk;
  return {
    ...nodeDisk,
    ...(redo && {
      redo: {
        ...redo,
        ...replayed.redo,
        open(path) {
          const before = now();
          const fd = redo.open(path);
          note({ call: 'openInPlace', fd, path: below(path) }, before);
          return fd;
        },
        write(fd, bytes, position) {
          const before = now();
          redo.write(fd, bytes, position);
          note({ call: 'writeInPlace', fd, bytes: Buffer.from(bytes).toString('base64'), position }, before);
        },
      } satisfies Redo,
    }),
    open(path, mode) {
      const before = now();
      const fd = nodeDisk.open(path, mode);
      note({ call: 'open', fd, path: below(path), mode }, before);
      return fd;
    },
    close(fd) {
      const before = now();
      nodeDisk.close(fd);
      note({ call: 'close', fd }, before);
    },
    write(fd, bytes) {
      const before = now();
      const taken = nodeDisk.write(fd, bytes);
      note({ call: 'write', fd, bytes: Buffer.from(bytes.subarray(0, taken)).toString('base64') }, before);
      return taken;
    },
    sync(fd) {
      const before = now();
      nodeDisk.sync(fd);
      note({ call: 'sync', fd }, before);
    },
    async syncLater(fd) {
      await nodeDisk.syncLater(fd);
      note({ call: 'sync', fd }, now());
    },
    syncDirectory(path) {
      const before = now();
      nodeDisk.syncDirectory(path);
      note({ call: 'syncDirectory', path: below(path) }, before);
    },
    link(from, to) {
      const before = now();
      nodeDisk.link(from, to);
      note({ call: 'link', path: below(from), to: below(to) }, before);
    },
    rename(from, to) {
      const before = now();
      nodeDisk.rename(from, to);
      note({ call: 'rename', path: below(from), to: below(to) }, before);
    },
    async renameLater(from, to) {
      await nodeDisk.renameLater(from, to);
      note({ call: 'rename', path: below(from), to: below(to) }, now());
    },
    unlink(path) {
      const before = now();
      nodeDisk.unlink(path);
      note({ call: 'unlink', path: below(path) }, before);
    },
    makeDirectory(path) {
      const before = now();
      nodeDisk.makeDirectory(path);
      note({ call: 'makeDirectory', path: below(path) }, before);
    },
  };
}

/** Does recorded calls again, on a disk that knows what a power cut leaves of them. */
export function replay(disk: MemoryDisk, calls: readonly RecordedCall[]): void {
  const handles = new Map<number, number>();
  for (const { call, fd = -1, path = '', to = '', mode = 'read', bytes = '', position = 0 } of calls) {
    const handle = handles.get(fd) ?? -1;
    if (call === 'open') handles.set(fd, disk.open(path, mode));
    else if (call === 'openInPlace') handles.set(fd, disk.redo?.open(path) ?? -1);
    else if (call === 'writeInPlace') disk.redo?.write(handle, Buffer.from(bytes, 'base64'), position);
    else if (call === 'write') disk.write(handle, Buffer.from(bytes, 'base64'));
    else if (call === 'link' || call === 'rename') disk[call](path, to);
    else if (call === 'close' || call === 'sync') disk[call](handle);
    else disk[call](path);
  }
}
