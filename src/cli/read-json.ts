import { ProductionError } from '../../machines/errors.js';
import { readNamedFile } from './read-named-file.js';
import { decodeJson } from '../disk/decode-json.js';

/**
 * The JSON in a file.
 * @throws ProductionError `invalid_input`, naming `field`.
 */
export function readJson(path: string, field = 'data'): unknown {
  try {
    return decodeJson(readNamedFile(path));
  } catch (error) {
    throw new ProductionError(
      'invalid_input',
      `${field}: cannot read JSON from ${path}: ${(error as Error).message}.`,
      { field, cause: error },
    );
  }
}
