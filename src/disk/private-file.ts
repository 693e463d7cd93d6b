import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { removeQuietly } from './remove-quietly.js';
import { nodeDisk } from './node-disk.js';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = fs.constants;

/** Replaces a file that holds a secret, at once and durably; nobody but its owner may read it, whatever the umask. */
export function replacePrivateFile(path: string, text: string): void {
  const temporary = join(dirname(path), `.tmp-${basename(path)}-${randomBytes(8).toString('hex')}`);
  const fd = fs.openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    try {
      fs.writeFileSync(fd, text);
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
