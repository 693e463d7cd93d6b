import { describe, expect, test } from 'vitest';
import { nodeDisk, type Disk, type Redo } from '../../src/disk/index.js';
import { MemoryDisk, diskContract } from '../../src/testing/index.js';
import { temporaryDirectory } from '../support/temporary.js';

const disks: [string, () => { disk: Disk; folder: string }][] = [
  ['the real disk', () => ({ disk: nodeDisk, folder: temporaryDirectory() })],
  ['the simulated disk', () => simulated(new MemoryDisk())],
  [
    'the simulated disk with files that are written over in place',
    () => simulated(new MemoryDisk({ redo: { bytes: 2000, after: 0 } })),
  ],
];

function simulated(disk: MemoryDisk): { disk: Disk; folder: string } {
  disk.makeDirectory('/empty');
  return { disk, folder: '/empty' };
}

function withRedo(wrong: Partial<Redo>): Partial<Disk> {
  return nodeDisk.redo ? { redo: { ...nodeDisk.redo, ...wrong } } : { link: () => {} };
}

describe.each(disks)('%s', (_name, make) => {
  test.each(diskContract.map((demand) => ({ ...demand })))('given $name', async ({ check }) => {
    const { disk, folder } = make();
    await expect((async () => check(disk, folder))()).resolves.toBeUndefined();
  });
});

function later(): Partial<Disk> {
  const waiting = new Map<number, Uint8Array[]>();
  return {
    write(fd, bytes) {
      waiting.set(fd, [...(waiting.get(fd) ?? []), bytes]);
      return bytes.length;
    },
    sync(fd) {
      for (const bytes of waiting.get(fd) ?? []) nodeDisk.write(fd, bytes);
      waiting.delete(fd);
      nodeDisk.sync(fd);
    },
  };
}

function makes(path: string): number {
  return nodeDisk.open(path, nodeDisk.stat(path) ? 'append' : 'create');
}

describe('the contract', () => {
  test.each<[string, Partial<Disk>]>([
    ['overwrites on append', { write: (fd, bytes) => nodeDisk.write(fd, bytes.subarray(1)) }],
    ['keeps what it is given and writes it later', later()],
    ['follows no rename', { rename: () => {} }],
    ['forgets a rename that is not waited for', { renameLater: () => Promise.resolve() }],
    ['hears of nothing', { watch: () => () => {} }],
    [
      'writes in place where the last write ended',
      withRedo({ write: (fd, bytes) => void nodeDisk.write(fd, bytes) }),
    ],
    ['makes the file that it is to write over', withRedo({ open: makes })],
    ['knows an open file by its first name', withRedo({ nameOf: (fd) => String(fd) })],
    ['makes a second file for a link', { link: (_from, to) => nodeDisk.close(nodeDisk.open(to, 'create')) }],
  ])('given a disk that %s, then a demand fails', async (_what, wrong) => {
    const disk = { ...nodeDisk, ...wrong };
    const failed = [];
    for (const { name, check } of diskContract) {
      try {
        await check(disk, temporaryDirectory());
      } catch {
        failed.push(name);
      }
    }
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(diskContract.length);
  });
});
