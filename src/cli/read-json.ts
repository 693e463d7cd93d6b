import { ProductionError } from '../../machines/errors.js';
import { readNamedFile } from './read-named-file.js';
import { decodeJson } from '../disk/decode-json.js';

/**
 * The JSON in a file.
 * @throws ProductionError `invalid_input`, naming `data`.
 */
export function readJson(path: string): unknown {
  try {
    return decodeJson(readNamedFile(path));
  } catch (error) {
    throw new ProductionError(
      'invalid_input',
      `data: cannot read JSON from ${path}: ${(error as Error).message}.`,
      { field: 'data', cause: error },
    );
  }
}
