import { ProductionError } from '../../machines/index.js';

/** The error that `run` throws; fails when it throws none, or another kind. */
export function thrown(run: () => unknown): ProductionError {
  try {
    run();
  } catch (error) {
    if (error instanceof ProductionError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
