import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Temporary files of interrupted writes in a phase's folder and below it; links are not followed, and a folder that is not there has none. */
export function leftoversIn(folder: string): string[] {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return leftoversIn(path);
    return entry.isFile() && entry.name.startsWith('.tmp-') ? [path] : [];
  });
}
