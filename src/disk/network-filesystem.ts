import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { ProductionError } from '../../machines/index.js';
import { errorCode } from './disk.js';

// Linux's statfs(2) f_type of file systems on which O_APPEND of two machines is not atomic.
const networkTypes = new Map<number, string>([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x01021997, '9p'],
  [0x564c, 'NCP'],
  [0x73757245, 'Coda'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
]);

/** The name of a network file system, by its `f_type`; undefined for all others. */
export function networkFilesystem(type: number): string | undefined {
  // Some Node builds give a signed number.
  return networkTypes.get(type >>> 0);
}

/** @throws ProductionError `filesystem_unsupported` when `directory`, or the nearest parent that exists, is on a network file system. */
export function refuseNetworkFilesystem(directory: string, typeOf = typeFromStatfs): void {
  const name = networkFilesystem(nearestType(directory, typeOf));
  if (name === undefined) return;
  throw new ProductionError(
    'filesystem_unsupported',
    `${directory} is on ${name}, where appends of two machines can overwrite each other; keep the production on a local disk.`,
    { field: 'directory' },
  );
}

function typeFromStatfs(path: string): number {
  return statfsSync(path).type;
}

function nearestType(path: string, typeOf: typeof typeFromStatfs): number {
  try {
    return typeOf(path);
  } catch (error) {
    const isMissing = errorCode(error) === 'ENOENT' && dirname(path) !== path;
    return isMissing ? nearestType(dirname(path), typeOf) : 0;
  }
}
