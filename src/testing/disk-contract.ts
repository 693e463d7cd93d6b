import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual, throws } from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Disk } from '../disk/index.js';

/** One demand on a disk. */
export interface DiskDemand {
  name: string;
  /** @param folder an empty folder of the disk's, for this demand alone. */
  check: (disk: Disk, folder: string) => void | Promise<void>;
}

const bytes = (text: string): Buffer => Buffer.from(text);
const failsWith =
  (code: string) =>
  (error: unknown): boolean =>
    (error as { code?: string }).code === code;

function write(disk: Disk, path: string, text: string): void {
  const fd = disk.open(path, 'create');
  strictEqual(disk.write(fd, bytes(text)), text.length);
  disk.sync(fd);
  disk.close(fd);
}

/** What the engine relies on. Run each against a `Disk` of your own before you pass it to `ProductionStateManager.open`. */
export const diskContract: readonly DiskDemand[] = [
  {
    name: 'a new file is refused where one is',
    check(disk, folder) {
      write(disk, join(folder, 'a'), 'one');
      throws(() => disk.open(join(folder, 'a'), 'create'), failsWith('EEXIST'));
    },
  },
  {
    name: 'a missing file cannot be appended to or read',
    check(disk, folder) {
      throws(() => disk.open(join(folder, 'a'), 'append'), failsWith('ENOENT'));
      throws(() => disk.open(join(folder, 'a'), 'read'), failsWith('ENOENT'));
      strictEqual(disk.readFile(join(folder, 'a')), undefined);
      strictEqual(disk.stat(join(folder, 'a')), undefined);
    },
  },
  {
    name: 'what is written at a place takes the place of what was there, and leaves the rest, where a disk can do that',
    check(disk, folder) {
      const path = join(folder, 'a');
      write(disk, path, 'one two');
      if (!disk.writeAt) return;
      disk.writeAt(path, bytes('six'), 4);
      disk.writeAt(path, bytes('ten'), 0);
      disk.writeAt(path, bytes(' more'), 7);
      deepStrictEqual(disk.readFile(path), bytes('ten six more'));
      const fd = disk.open(path, 'append');
      disk.write(fd, bytes('!'));
      disk.close(fd);
      deepStrictEqual(disk.readFile(path), bytes('ten six more!'));
    },
  },
  {
    name: 'a file that is written over in place keeps its size and the rest, where a disk has such files',
    check(disk, folder) {
      const path = join(folder, 'a');
      write(disk, path, 'one two');
      if (!disk.redo) return;
      throws(() => disk.redo?.open(join(folder, 'b')), failsWith('ENOENT'));
      ok(disk.redo.bytes > 0 && disk.redo.after >= 0);
      const fd = disk.redo.open(path);
      const buffer = bytes('six');
      disk.redo.write(fd, buffer, 4);
      buffer.fill('x');
      disk.redo.write(fd, bytes('ten'), 0);
      disk.redo.write(fd, bytes('e'), 1);
      strictEqual(disk.size(fd), 7);
      const found = Buffer.alloc(8);
      strictEqual(disk.read(fd, found, 0, 8, 0), 7);
      deepStrictEqual(found.subarray(0, 7), bytes('ten six'));
      disk.close(fd);
      deepStrictEqual(disk.readFile(path), bytes('ten six'));
      throws(() => disk.redo?.write(fd, bytes('one'), 0), failsWith('EBADF'));
    },
  },
  {
    name: 'an open file tells whether its name is still the same, where a disk has files that are written over in place',
    check(disk, folder) {
      const path = join(folder, 'a');
      write(disk, path, 'one');
      if (!disk.redo) return;
      const fd = disk.redo.open(path);
      const name = disk.redo.nameOf(fd);
      ok(name !== undefined);
      strictEqual(disk.redo.nameOf(fd), name);
      disk.rename(path, join(folder, 'b'));
      write(disk, path, 'two');
      notStrictEqual(disk.redo.nameOf(fd), name);
      disk.rename(join(folder, 'b'), path);
      strictEqual(disk.redo.nameOf(fd), name);
      disk.unlink(path);
      notStrictEqual(disk.redo.nameOf(fd), name);
      write(disk, path, 'three');
      notStrictEqual(disk.redo.nameOf(fd), name);
      disk.redo.write(fd, bytes('six'), 0);
      deepStrictEqual(disk.readFile(path), bytes('three'));
      disk.close(fd);
    },
  },
  {
    name: 'two handles append one after the other, wherever each believes the end to be',
    check(disk, folder) {
      write(disk, join(folder, 'a'), '');
      const [first, second] = [
        disk.open(join(folder, 'a'), 'append'),
        disk.open(join(folder, 'a'), 'append'),
      ];
      disk.write(first, bytes('one'));
      disk.write(second, bytes('two'));
      disk.write(first, bytes('three'));
      strictEqual(disk.size(second), 11);
      deepStrictEqual(disk.readFile(join(folder, 'a')), bytes('onetwothree'));
      disk.close(first);
      disk.close(second);
    },
  },
  {
    name: 'a created file can be read back before it is closed',
    check(disk, folder) {
      const fd = disk.open(join(folder, 'a'), 'create');
      disk.write(fd, bytes('one'));
      disk.write(fd, bytes('two'));
      const found = Buffer.alloc(8);
      strictEqual(disk.read(fd, found, 1, 7, 2), 4);
      deepStrictEqual(found.subarray(1, 5), bytes('etwo'));
      strictEqual(disk.read(fd, found, 0, 8, 6), 0);
      disk.close(fd);
    },
  },
  {
    name: 'what was written stays when its buffer is used again',
    check(disk, folder) {
      write(disk, join(folder, 'a'), '');
      const fd = disk.open(join(folder, 'a'), 'append');
      const buffer = bytes('one');
      disk.write(fd, buffer);
      buffer.fill('x');
      disk.sync(fd);
      disk.close(fd);
      deepStrictEqual(disk.readFile(join(folder, 'a')), bytes('one'));
    },
  },
  {
    name: 'a handle for reading cannot write',
    check(disk, folder) {
      write(disk, join(folder, 'a'), 'one');
      const fd = disk.open(join(folder, 'a'), 'read');
      throws(() => disk.write(fd, bytes('two')), failsWith('EBADF'));
      disk.close(fd);
    },
  },
  {
    name: 'a link is a second name of the same file, and a taken name is refused',
    check(disk, folder) {
      write(disk, join(folder, 'a'), 'one');
      disk.link(join(folder, 'a'), join(folder, 'b'));
      strictEqual(disk.stat(join(folder, 'a'))?.ino, disk.stat(join(folder, 'b'))?.ino);
      throws(() => disk.link(join(folder, 'a'), join(folder, 'b')), failsWith('EEXIST'));
      disk.unlink(join(folder, 'a'));
      deepStrictEqual(disk.readFile(join(folder, 'b')), bytes('one'));
    },
  },
  {
    name: 'a rename replaces what is there, and an open handle keeps its file',
    check(disk, folder) {
      write(disk, join(folder, 'a'), 'new');
      write(disk, join(folder, 'b'), 'old');
      const fd = disk.open(join(folder, 'b'), 'read');
      disk.rename(join(folder, 'a'), join(folder, 'b'));
      const found = Buffer.alloc(3);
      disk.read(fd, found, 0, 3, 0);
      deepStrictEqual(found, bytes('old'));
      disk.close(fd);
      deepStrictEqual(disk.readFile(join(folder, 'b')), bytes('new'));
      deepStrictEqual(disk.list(folder), ['b']);
    },
  },
  {
    name: 'a name and an open file tell whether they are the same file',
    check(disk, folder) {
      const same = (path: string, fd: number): boolean => {
        const named = disk.stat(path);
        const { ino, dev } = disk.statOpen(fd);
        return named?.ino === ino && named.dev === dev;
      };
      write(disk, join(folder, 'a'), 'one');
      const fd = disk.open(join(folder, 'a'), 'append');
      ok(same(join(folder, 'a'), fd));
      strictEqual(disk.statOpen(fd).size, 3);
      write(disk, join(folder, 'b'), 'one');
      disk.rename(join(folder, 'b'), join(folder, 'a'));
      ok(!same(join(folder, 'a'), fd));
      disk.rename(join(folder, 'a'), join(folder, 'c'));
      ok(!same(join(folder, 'a'), fd));
      disk.close(fd);
    },
  },
  {
    name: 'a rename can be waited for elsewhere',
    async check(disk, folder) {
      write(disk, join(folder, 'a'), 'new');
      write(disk, join(folder, 'b'), 'old');
      await disk.renameLater(join(folder, 'a'), join(folder, 'b'));
      deepStrictEqual(disk.readFile(join(folder, 'b')), bytes('new'));
      deepStrictEqual(disk.list(folder), ['b']);
      await rejects(disk.renameLater(join(folder, 'a'), join(folder, 'b')), failsWith('ENOENT'));
    },
  },
  {
    name: 'a folder is made once, below a folder that is there',
    check(disk, folder) {
      disk.makeDirectory(join(folder, 'a'));
      strictEqual(disk.stat(join(folder, 'a'))?.kind, 'directory');
      throws(() => disk.makeDirectory(join(folder, 'a')), failsWith('EEXIST'));
      throws(() => disk.makeDirectory(join(folder, 'b', 'c')), failsWith('ENOENT'));
      throws(() => disk.list(join(folder, 'b')), failsWith('ENOENT'));
      disk.syncDirectory(folder);
    },
  },
  {
    name: 'a closed handle is of no use',
    check(disk, folder) {
      const fd = disk.open(join(folder, 'a'), 'create');
      disk.close(fd);
      throws(() => disk.size(fd), failsWith('EBADF'));
      throws(() => disk.close(fd), failsWith('EBADF'));
    },
  },
  {
    name: 'a sync can be waited for elsewhere',
    async check(disk, folder) {
      const fd = disk.open(join(folder, 'a'), 'create');
      disk.write(fd, bytes('one'));
      await disk.syncLater(fd);
      disk.close(fd);
      deepStrictEqual(disk.readFile(join(folder, 'a')), bytes('one'));
    },
  },
  {
    name: 'who watches a folder hears of a file that grows, until he stops',
    async check(disk, folder) {
      write(disk, join(folder, 'a'), '');
      const heard: true[] = [];
      const stop = disk.watch(folder, () => heard.push(true));
      const fd = disk.open(join(folder, 'a'), 'append');
      // A hint may come late: it is asked for again, for some seconds.
      for (let tries = 0; tries < 100 && heard.length === 0; tries += 1) {
        disk.write(fd, bytes('x'));
        await sleep(20);
      }
      ok(heard.length > 0, 'no change was heard of');
      stop();
      await sleep(50);
      const before = heard.length;
      disk.write(fd, bytes('y'));
      await sleep(50);
      strictEqual(heard.length, before);
      disk.close(fd);
    },
  },
];
