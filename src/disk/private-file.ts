import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { removeQuietly } from './remove-quietly.js';
import { nodeDisk } from './node-disk.js';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = fs.constants;

/** Replaces a file that is its owner's alone, at once and durably: nobody else may read it, whatever the umask. */
export function replacePrivateFile(path: string, content: string | Uint8Array): void {
  const temporary = join(dirname(path), `.tmp-${basename(path)}-${randomBytes(8).toString('hex')}`);
  const fd = fs.openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    try {
      fs.writeFileSync(fd, content);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temporary, path);
    nodeDisk.syncDirectory(dirname(path));
  } catch (error) {
    removeQuietly(nodeDisk, temporary);
    throw error;
  }
}
