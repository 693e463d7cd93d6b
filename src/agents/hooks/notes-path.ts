import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { hooksFolder } from '../../reports/hooks-folder.js';

/** Where the hooks of a host's session keep their notes: its id names no file of anybody's. */
export function notesPath(directory: string, session: string): string {
  return join(
    directory,
    hooksFolder,
    `${createHash('sha256').update(session).digest('hex').slice(0, 24)}.json`,
  );
}
