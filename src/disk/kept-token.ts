import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { makeDirectory } from './durable-directory.js';
import { nodeDisk } from './node-disk.js';
import { readPlainFile } from './plain-file.js';
import { replacePrivateFile } from './private-file.js';

const form = /^[A-Za-z0-9_-]{43}$/;

/**
 * The token that lies there, so that who knows it goes on after a restart, or a new one of 256 bits. A file that others may read, that is a link,
 * or that holds something else is replaced; where nothing can be written the token is new each time.
 */
export function keptToken(path: string): string {
  const known = readToken(path);
  if (known !== undefined) return known;
  const token = randomBytes(32).toString('base64url');
  try {
    // A server may be started before there is a production: who is told where the token lies has to find it there.
    makeDirectory(nodeDisk, dirname(path));
    replacePrivateFile(path, `${token}\n`);
  } catch {
    // A full disk, or one that may not be written, must not keep anybody from looking: the token is this server's alone.
  }
  return token;
}

/** The token that lies there, in a file that is its owner's alone. */
export function readToken(path: string): string | undefined {
  const read = readPlainFile(path, { largest: 1_000, isPrivate: true });
  const text = 'bytes' in read ? read.bytes.toString('utf8').trim() : '';
  return form.test(text) ? text : undefined;
}
