import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isSessionId, phaseNames } from '../../machines/index.js';
import { readPlainFile } from '../disk/index.js';

/** Larger ones are not looked into, and named. Bytes. */
const largest = 1024 * 1024 * 1024;

/** Where a removal under way keeps what it has made, inside the production. */
export const stagingName = '.redaction';

export interface FoundFile {
  /** Path inside the production, with forward slashes. */
  path: string;
  bytes: Buffer;
  /** A document is made again from the journal; a payload is named for its hash. */
  kind: 'document' | 'payload' | 'other';
}

/** Every plain file of a production but the journal's, each read when its turn comes; no link is followed. `unread` hears of those that cannot be looked into. */
export function* filesIn(directory: string, unread: (path: string) => void): Generator<FoundFile> {
  for (const path of pathsIn(directory, '')) {
    const read = readPlainFile(join(directory, path), { largest });
    if ('bytes' in read) yield { path, bytes: read.bytes, kind: kindOf(path, read.bytes) };
    else if (read.refused !== 'missing') unread(path);
  }
}

function pathsIn(directory: string, folder: string): string[] {
  return readdirSync(join(directory, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (path === 'journal' || path.startsWith(stagingName)) return [];
    if (entry.isDirectory()) return pathsIn(directory, path);
    return entry.isFile() ? [path] : [];
  });
}

function kindOf(path: string, bytes: Buffer): FoundFile['kind'] {
  const [first = '', second = '', third = '', ...more] = path.split('/');
  if (path === 'state.json' || basename(path).startsWith('.tmp-')) return 'document';
  if (first === 'archive') return second.endsWith('.json') && third === '' ? 'document' : 'other';
  if (!isSessionId(first) || more.length > 0) return 'other';
  if (second === 'checkpoints' && third.endsWith('.json'))
    return isPayload(third, bytes) ? 'payload' : 'document';
  const isOurs =
    (second === 'session.json' && third === '') ||
    (third === 'checkpoint.json' && phaseNames.some((name) => name === second));
  return isOurs ? 'document' : 'other';
}

/** A payload's name ends in the beginning of its hash. */
function isPayload(name: string, bytes: Buffer): boolean {
  return name.endsWith(`-${sha256Of(bytes).slice(0, 12)}.json`);
}

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
