import * as fs from 'node:fs';
import { join } from 'node:path';
import { keptToken, readToken } from '../disk/index.js';

/** Where the token lies, readable for the owner only: scripts of the same user may read it there. */
function tokenPath(directory: string): string {
  return join(directory, '.studio-token');
}

/** The same; null where no token could be kept. */
export function keptTokenPath(directory: string): string | null {
  const path = tokenPath(directory);
  return fs.existsSync(path) ? path : null;
}

/** The production's token: the one of the studio before, so that an open page goes on after a restart, or a new one. */
export function studioToken(directory: string): string {
  return keptToken(tokenPath(directory));
}

/** The one that lies there already. */
export function readStudioToken(directory: string): string | undefined {
  return readToken(tokenPath(directory));
}
