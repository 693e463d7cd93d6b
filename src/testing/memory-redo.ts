import type { Redo } from '../disk/index.js';
import type { MemoryFile } from './memory-file.js';

/** When a simulated disk's files that are written over in place are made, and how large. */
export type RedoSettings = Pick<Redo, 'bytes' | 'after'>;

interface RedoDisk {
  open(path: string): number;
  /** Something may befall the call: a thrown error is what befell it. */
  enter(name: 'redo.write' | 'redo.nameOf', fd: number): 'short' | undefined;
  isOff(): boolean;
  /** Throws what the handle has not been told yet: that a sync of its file failed. */
  hear(fd: number): void;
  failed(fd: number): void;
  file(fd: number): MemoryFile;
  nameOf(fd: number): string | undefined;
}

/** Writes in place, durable when they return. One amid which the power goes is unsynced; one that fails is lost for good although programs see it. */
export function memoryRedo({ bytes, after }: RedoSettings, disk: RedoDisk): Redo {
  return {
    bytes,
    after,
    idleMs: 0,
    open: (path) => disk.open(path),
    write(fd, what, position) {
      const file = disk.file(fd);
      const wasOff = disk.isOff();
      try {
        if (disk.enter('redo.write', fd) === 'short')
          throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      } catch (error) {
        const isFull = (error as { code?: unknown }).code !== 'EIO';
        if (!wasOff) file.write(isFull ? what.subarray(0, what.length >> 1) : what, position);
        if (!disk.isOff()) disk.failed(fd);
        throw error;
      }
      file.writeDurably(what, position);
      disk.hear(fd);
    },
    nameOf(fd) {
      try {
        disk.enter('redo.nameOf', fd);
      } catch (error) {
        if (disk.isOff()) throw error;
        return undefined;
      }
      return disk.nameOf(fd);
    },
  };
}
