import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { readPlainFile, replacePrivateFile } from '../disk/index.js';

const form = /^[A-Za-z0-9_-]{43}$/;

/** Where the token lies, readable for the owner only: scripts of the same user may read it there. */
function tokenPath(directory: string): string {
  return join(directory, '.studio-token');
}

/** The same; null where no token could be kept. */
export function keptTokenPath(directory: string): string | null {
  const path = tokenPath(directory);
  return fs.existsSync(path) ? path : null;
}

/**
 * The production's token: the one of the studio before, so that an open page goes on after a restart, or a new one of 256 bits. A file
 * that others may read, that is a link, or that holds something else is replaced; where nothing can be written the token is new each time.
 */
export function studioToken(directory: string): string {
  const path = tokenPath(directory);
  const known = readOwn(path);
  if (known !== undefined) return known;
  const token = randomBytes(32).toString('base64url');
  try {
    replacePrivateFile(path, `${token}\n`);
  } catch {
    // A full disk, or one that may not be written, must not keep anybody from looking: the token is this studio's alone.
  }
  return token;
}

function readOwn(path: string): string | undefined {
  const read = readPlainFile(path, { largest: 1_000, isPrivate: true });
  const text = 'bytes' in read ? read.bytes.toString('utf8').trim() : '';
  return form.test(text) ? text : undefined;
}
