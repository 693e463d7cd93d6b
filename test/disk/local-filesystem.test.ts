import { expect, test } from 'vitest';
import { nodeDisk } from '../../src/disk/index.js';
import { isLocalFilesystem } from '../../src/disk/local-filesystem.js';

test.each([
  ['ext4', 0xef53, true],
  ['XFS', 0x58465342, true],
  ['Btrfs, as a signed number', 0x9123683e | 0, true],
  ['overlayfs', 0x794c7630, true],
  ['tmpfs', 0x01021994, true],
  ['NFS', 0x6969, false],
  ['FUSE, which may be another machine’s', 0x65735546, false],
  ['GFS2, which several machines write', 0x01161970, false],
  ['one that is not known', 1, false],
])(
  'given %s, then whether only this machine renames files there is known, or is not',
  (_name, type, isLocal) => {
    expect(isLocalFilesystem(type)).toBe(isLocal);
  },
);

test('given a folder of a file system that is not known, then a redo file is not made there', () => {
  const { redo } = nodeDisk;
  expect(redo ? redo.isLocal?.('/proc') : false).toBe(false);
});
