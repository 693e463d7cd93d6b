import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

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
