import { readFileSync } from 'node:fs';
import { ProductionError } from '../../machines/errors.js';

/**
 * The JSON in a file.
 * @throws ProductionError `invalid_input`, naming `data`.
 */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch (error) {
    throw new ProductionError(
      'invalid_input',
      `data: cannot read JSON from ${path}: ${(error as Error).message}.`,
      { field: 'data', cause: error },
    );
  }
}
