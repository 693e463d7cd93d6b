import { ProductionError } from '../../machines/errors.js';

/** Whether a journal cannot be reached: what time mends where a log carries it, and who has a disk where files do. */
export function isUnavailable(error: unknown): error is ProductionError {
  return error instanceof ProductionError && error.code === 'journal_unavailable';
}
