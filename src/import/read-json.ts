import { realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { decodeJson, plainRefusalTexts, readPlainFile } from '../disk/index.js';
import type { Report } from './report.js';

/** In bytes. */
export const largestFile = 100 * 1024 * 1024;

/** A JSON file inside the folder; undefined when it is not there. Links that lead out, what is no plain file, and giants are refused and reported. */
export function readJson(folder: string, path: string, report: Report): unknown {
  const place = realPathOf(join(folder, path));
  if (place === undefined) return undefined;
  if (!place.startsWith(`${folder}${sep}`)) {
    report.note('warning', path, 'it is a link that leads out of the folder', 'not read');
    return undefined;
  }
  const read = readPlainFile(place, { largest: largestFile, within: folder });
  if ('refused' in read) {
    if (read.refused === 'too_large')
      report.note('warning', path, 'it is too large', 'not read: above 100 MB');
    else if (read.refused !== 'missing')
      report.note('warning', path, plainRefusalTexts[read.refused], 'not read');
    return undefined;
  }
  try {
    return decodeJson(read.bytes);
  } catch (error) {
    report.note('warning', path, `it is not JSON: ${(error as Error).message}`, 'left out');
    return undefined;
  }
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
