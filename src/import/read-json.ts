import { lstat, readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Report } from './report.js';

const largestFile = 100 * 1024 * 1024;

/** A JSON file inside the folder; undefined when it is not there. Links that lead out, and giants, are refused and reported. */
export async function readJson(folder: string, path: string, report: Report): Promise<unknown> {
  const place = join(folder, path);
  try {
    const info = await lstat(place);
    const real = await realpath(place);
    if (!real.startsWith(`${folder}${sep}`)) {
      report.note('warning', path, 'it is a link that leads out of the folder', 'not read');
      return undefined;
    }
    if (info.size > largestFile) {
      report.note('warning', path, `it has ${info.size} bytes`, 'not read: above 100 MB');
      return undefined;
    }
    return JSON.parse(await readFile(real, 'utf8')) as unknown;
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT' && (error as { code?: string }).code !== 'ENOTDIR')
      report.note('warning', path, `it cannot be read: ${(error as Error).message}`, 'left out');
    return undefined;
  }
}
