import { createHash } from 'node:crypto';
import type { Disk } from '../disk/index.js';
import { FolderBytes } from './folder-bytes.js';
import { differs } from './log-copy.js';
import type { RemoteLog } from './remote-log.js';

/** What a folder and a log have in common: all of it, when nothing was thrown. */
export interface Compared {
  bytes: number;
  lines: number;
  /** Of the bytes. Lower-case hexadecimal. */
  sha256: string;
}

/** How much of how much has been gone through. */
export type OnBytes = (done: number, all: number) => void;

const pageBytes = 1 << 20;

/**
 * Reads the whole log, up to a position or to where the folder ends, and compares it with the folder's files.
 * @throws ProductionError `journal_replaced` that names where they differ.
 */
export async function compareWithLog({
  disk,
  directory,
  log,
  to: upTo,
  onBytes,
}: {
  disk: Disk;
  directory: string;
  log: RemoteLog;
  to?: number | undefined;
  /** Told how far it is, in bytes. */
  onBytes?: OnBytes | undefined;
}): Promise<Compared> {
  const here = new FolderBytes(disk, directory);
  const to = upTo ?? here.end;
  const hash = createHash('sha256');
  let [at, lines] = [0, 0];
  try {
    while (at < to) {
      const theirs = Buffer.from(await log.read(at, Math.min(pageBytes, to - at))).subarray(0, to - at);
      if (theirs.length === 0) throw differs(directory, at);
      for (let done = 0; done < theirs.length;) {
        const own = here.read(at, at + theirs.length - done);
        const same = own.length > 0 && own.equals(theirs.subarray(done, done + own.length));
        if (!same) throw differs(directory, at + firstDifference(own, theirs.subarray(done)));
        at += own.length;
        done += own.length;
      }
      hash.update(theirs);
      for (const byte of theirs) if (byte === 10) lines += 1;
      onBytes?.(at, to);
    }
  } finally {
    here.close();
  }
  return { bytes: at, lines, sha256: hash.digest('hex') };
}

function firstDifference(own: Buffer, theirs: Buffer): number {
  const first = own.findIndex((byte, index) => byte !== theirs[index]);
  return first === -1 ? own.length : first;
}
