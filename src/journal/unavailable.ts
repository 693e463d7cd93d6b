import { ProductionError } from '../../machines/index.js';
import { errorCode } from '../disk/index.js';

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

/** Whether a file system's error says that there is no room. */
export function isFull(error: unknown): boolean {
  return errorCode(error) === 'ENOSPC' || errorCode(error) === 'EDQUOT';
}

/** A file system's error as the one that callers see. */
export function unavailable(error: unknown): ProductionError {
  if (error instanceof ProductionError) return error;
  const code = errorCode(error) ?? 'error';
  return new ProductionError(
    'journal_unavailable',
    `the journal cannot be written or read (${code}): ${advice[code] ?? (error as Error).message}.`,
    { cause: error },
  );
}

/** A sync failed: what was written may be on disk or not, and may be found later or not. */
export function syncFailed(error: unknown): ProductionError {
  const code = errorCode(error) ?? 'error';
  return new ProductionError(
    'journal_unavailable',
    `the journal could not be synced (${code}): check the disk, and look at the episode again before trying once more, because the outcome of the last call is unknown.`,
    { cause: error },
  );
}
