import { readFileSync } from 'node:fs';
import { ProductionError } from '../../machines/errors.js';
import { decodeJson } from '../disk/decode-json.js';

/**
 * The JSON in a file.
 * @throws ProductionError `invalid_input`, naming `data`.
 */
export function readJson(path: string): unknown {
  try {
    return decodeJson(readFileSync(path));
  } catch (error) {
    throw new ProductionError(
      'invalid_input',
      `data: cannot read JSON from ${path}: ${(error as Error).message}.`,
      { field: 'data', cause: error },
    );
  }
}
