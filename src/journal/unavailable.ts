import { ProductionError } from '../../machines/index.js';
import { adviceOn, errorCode } from '../disk/index.js';

/** A file system's error as the one that callers see. */
export function unavailable(error: unknown): ProductionError {
  if (error instanceof ProductionError) return error;
  const { code, advice } = adviceOn(error);
  return new ProductionError(
    'journal_unavailable',
    `the journal cannot be written or read (${code}): ${advice}.`,
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
