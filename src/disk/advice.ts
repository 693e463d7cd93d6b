import { errorCode } from './disk.js';

const advice: Record<string, string> = {
  ENOSPC: 'the disk is full; free space and try again',
  EDQUOT: 'the disk quota is used up; free space and try again',
  EACCES: 'permission denied; check who owns the folder',
  EPERM: 'permission denied; check who owns the folder',
  EROFS: 'the file system is read-only; remount it for writing',
  EIO: 'the disk reported an error; check it, and look at the episode again before trying once more, because the outcome of the last call is unknown',
  ENOENT: 'the folder is gone; was it moved or removed?',
  EMFILE: 'too many files are open; raise the limit',
};

/** What a file system's error is called, and what a person can do about it. */
export function adviceOn(error: unknown): { code: string; advice: string } {
  const code = errorCode(error) ?? 'error';
  return { code, advice: advice[code] ?? (error as Error).message };
}

/** One sentence on a file system's error that is nobody's mistake here, and what to do; undefined for any other error. */
export function troubleWithFile(error: unknown): string | undefined {
  const { path } = error as { path?: unknown };
  const code = errorCode(error) ?? '';
  if (typeof path !== 'string' || code === 'ENOENT' || !Object.hasOwn(advice, code)) return undefined;
  return `cannot write or read ${path} (${code}): ${adviceOn(error).advice}.`;
}

/** Whether a file system's error says that there is no room. */
export function isFull(error: unknown): boolean {
  return errorCode(error) === 'ENOSPC' || errorCode(error) === 'EDQUOT';
}
