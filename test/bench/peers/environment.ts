import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

/** What the numbers were measured on, in one sentence. */
export function environmentOf(folder: string, usForFolder: number): string {
  const [cpu] = cpus();
  return `Node ${process.versions.node}, ${cpus().length} CPUs (${cpu?.model.trim() || process.arch}), ${process.platform}, ${fileSystemOf(folder)}, where making a folder took ${Math.round(usForFolder)} µs`;
}

function fileSystemOf(folder: string): string {
  try {
    return (
      execFileSync('df', ['--output=fstype', folder], { encoding: 'utf8' }).trim().split('\n').at(-1) ??
      'unknown file system'
    );
  } catch {
    return 'unknown file system';
  }
}
