import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { median } from './measure.js';

const tmpfs = 0x01021994;
const ramfs = 0x858458f6;

/** A folder for the run on a disk: where memory poses as a disk, a sync costs nothing and every share would be wrong. */
export function folderOnDisk(): string {
  const candidates = [tmpdir(), dirname(process.cwd()), process.cwd()];
  const found = candidates.find((path) => isOnDisk(path));
  if (!found)
    throw new Error(
      `none of ${candidates.join(', ')} is on a disk that can be written; set TMPDIR to a folder that is.`,
    );
  const folder = mkdtempSync(join(found, 'showrunner-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  return folder;
}

function isOnDisk(path: string): boolean {
  const { type } = statfsSync(path);
  if (type === tmpfs || type === ramfs) return false;
  try {
    rmSync(mkdtempSync(join(path, 'showrunner-bench-')), { recursive: true });
    return true;
  } catch {
    return false;
  }
}

const usualFolderUs = 40;

/** Microseconds that making a folder takes at this moment, where the run's own are made. */
export function folderUs(folder: string): number {
  const within = mkdtempSync(join(folder, 'folders-'));
  const times = Array.from({ length: 400 }, (_, number) => {
    const began = performance.now();
    mkdirSync(join(within, String(number)));
    return (performance.now() - began) * 1000;
  });
  return median(times);
}

/** What is to be known before numbers of a place are believed; undefined where it is as it should be. */
export function warningOf(us: number): string | undefined {
  if (us <= usualFolderUs) return undefined;
  return `Making a folder takes ${Math.round(us)} µs here now, and about 15 on a quiet ext4. It passes over the numbers of files that were deleted in the last minutes, and whoever makes files is slower for it: wait six minutes, deleting nothing, and measure again.`;
}
