import { realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { decodeJson, plainRefusalTexts, readPlainFile } from '../disk/index.js';
import type { Report } from './report.js';

/** In bytes. */
export const largestFile = 100 * 1024 * 1024;

/** A JSON file inside the folder; undefined when it is not there. Links that lead out, what is no plain file, and giants are refused and reported. */
export function readJson(folder: string, path: string, report: Report, largest = largestFile): unknown {
  const place = realPathOf(join(folder, path));
  if (place === undefined) return undefined;
  if (!place.startsWith(`${folder}${sep}`)) {
    report.note('warning', path, 'it is a link that leads out of the folder', 'not read');
    return undefined;
  }
  const read = readPlainFile(place, { largest, within: folder });
  if ('refused' in read) {
    if (read.refused === 'too_large')
      report.note(
        'warning',
        path,
        'it is too large',
        `not read: above ${Math.floor(largest / 1024 / 1024)} MB`,
      );
    else if (read.refused !== 'missing')
      report.note('warning', path, plainRefusalTexts[read.refused], 'not read');
    return undefined;
  }
  try {
    return jsonIn(read.bytes, path, report);
  } catch (error) {
    report.note('warning', path, (error as Error).message, 'left out');
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

/** What Python's `json` writes for what is no number, outside of texts. */
const noNumbers = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;

/** JSON as Python writes it too, where `NaN` is read as a text, which is no amount and no score. @throws Error. */
export function jsonIn(bytes: Uint8Array, where: string, report: Report): unknown {
  try {
    return decodeJson(bytes);
  } catch (error) {
    const text = Buffer.from(bytes).toString('utf8');
    if (/NaN|Infinity/.test(text)) {
      const mended = text.replaceAll(noNumbers, (found) => (found.startsWith('"') ? found : `"${found}"`));
      try {
        const value = decodeJson(Buffer.from(mended));
        report.note('warning', where, 'it has NaN or Infinity, which is no JSON', 'read as texts');
        return value;
      } catch {
        // What is wrong with the file is told by its own words.
      }
    }
    throw new Error(`it is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
