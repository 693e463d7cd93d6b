import { ProductionError } from '../../machines/errors.js';
import { plainRefusalTexts, readPlainFile } from '../disk/plain-file.js';

const largestFile = 100 * 1024 * 1024;

/**
 * The JSON in a file.
 * @throws ProductionError `invalid_input`, naming `data`.
 */
export function readJson(path: string): unknown {
  const read = readPlainFile(path, { largest: largestFile, followsLink: true });
  if ('refused' in read)
    throw new ProductionError(
      'invalid_input',
      `data: cannot read JSON from ${path}: ${plainRefusalTexts[read.refused]}.`,
      { field: 'data' },
    );
  try {
    return JSON.parse(read.bytes.toString('utf8')) as unknown;
  } catch (error) {
    throw new ProductionError(
      'invalid_input',
      `data: cannot read JSON from ${path}: ${(error as Error).message}.`,
      { field: 'data', cause: error },
    );
  }
}
