import { describe, expect, test } from 'vitest';
import { nodeDisk, type Disk, type OpenMode } from '../../src/disk/index.js';
import { Takeovers } from '../../src/journal/takeovers.js';
import { listSegments } from '../../src/journal/segment.js';
import { commit, open, severalSegments, texts } from './on-disk.js';

/** The real disk, noting how files are opened and which folders are synced. */
function watching(): { disk: Disk; modes: OpenMode[]; folders: string[]; isOpen: Set<number> } {
  const modes: OpenMode[] = [];
  const folders: string[] = [];
  const isOpen = new Set<number>();
  const disk: Disk = {
    ...nodeDisk,
    open(path, mode) {
      modes.push(mode);
      const fd = nodeDisk.open(path, mode);
      isOpen.add(fd);
      return fd;
    },
    close(fd) {
      isOpen.delete(fd);
      nodeDisk.close(fd);
    },
    syncDirectory(path) {
      folders.push(path);
      nodeDisk.syncDirectory(path);
    },
  };
  return { disk, modes, folders, isOpen };
}

describe('what the journal touches', () => {
  test('given it is only looked at, then no file is opened for writing, and all are closed again', async () => {
    const { directory, bodies } = await severalSegments();
    const { disk, modes, isOpen } = watching();
    const journal = open(directory, { disk });
    expect(texts(journal)).toEqual(bodies);
    journal.inspect();
    journal.end();
    const [, second] = listSegments(disk, directory);
    expect(texts(journal, { from: second?.start ?? 0 }).length).toBeGreaterThan(1);
    expect(new Set(modes)).toEqual(new Set(['read']));
    expect(isOpen.size).toBe(0);
  });

  test('given a handle that reads to write, then one segment is open at a time, and its folder is synced once, when it comes to the last', async () => {
    const { directory } = await severalSegments();
    const { disk, folders, isOpen } = watching();
    const journal = open(directory, { disk });
    const before = folders.length;
    journal.refresh(() => {});
    expect(folders.slice(before)).toEqual([directory]);
    expect(isOpen.size).toBe(1);
    journal.refresh(() => {});
    await commit(journal, '{"n":7}');
    expect(isOpen.size).toBe(1);
    journal.close();
    expect(isOpen.size).toBe(0);
  });

  test('given headers were read, when it is asked again what lies ahead, then they are not read again', async () => {
    const { directory } = await severalSegments();
    const { disk, modes, isOpen } = watching();
    const takeovers = new Takeovers(disk, directory);
    const ahead = takeovers.after(0);
    const opened = modes.length;
    expect(opened).toBeGreaterThan(1);
    expect(takeovers.after(0)).toEqual(ahead);
    expect([modes.length, isOpen.size]).toEqual([opened, 0]);
    expect(new Set(modes)).toEqual(new Set(['read']));
  });
});
