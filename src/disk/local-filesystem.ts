// Linux's statfs(2) f_type. Of these it is certain: on FUSE (virtiofs, sshfs) and in a cluster another machine may rename files, which a name that is in memory here does not tell.
const localTypes = new Set([
  0xef53, // ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0x794c7630, // overlayfs
  0x01021994, // tmpfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
  0xca451a4e, // bcachefs
]);

/** Whether a file system, by its `f_type`, is known to be this machine's alone. */
export function isLocalFilesystem(type: number): boolean {
  // Some Node builds give a signed number.
  return localTypes.has(type >>> 0);
}
