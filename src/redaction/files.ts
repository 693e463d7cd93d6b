import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { isSessionId, phaseNames } from '../../machines/index.js';
import { readPlainFile } from '../disk/index.js';

/** Larger ones are not looked into, and named. Bytes. */
const largest = 1024 * 1024 * 1024;

/** Where a removal under way keeps what it has made, inside the production. */
export const stagingName = '.redaction';

export interface FoundFile {
  /** Path from the production's folder, with forward slashes. */
  path: string;
  bytes: Buffer;
  /** A document is made again from the journal; a payload is named for its hash. */
  kind: 'document' | 'payload' | 'other';
}

/**
 * Every plain file of a production and of what deleted episodes have left beside it, but the journal's, each read when its turn comes; no link is
 * followed. `unread` hears of those that cannot be looked into. Those that `known` has as they are now are passed over, and the others noted in it.
 */
export function* filesIn(
  directory: string,
  unread: (path: string) => void,
  known?: KnownFiles,
): Generator<FoundFile> {
  const paths = [directory, ...filesMovedFrom(directory)].flatMap((folder) =>
    pathsIn(folder, '').map((path) => join(relative(directory, folder), path)),
  );
  for (const path of paths) {
    if (known?.has(path, join(directory, path))) continue;
    const read = readPlainFile(join(directory, path), { largest });
    if ('bytes' in read) yield { path, bytes: read.bytes, kind: kindOf(path, read.bytes) };
    else if (read.refused !== 'missing') unread(path);
  }
}

/** The clock that marks changes is a coarse one: what changed within this time may have changed twice. Milliseconds. */
const coarseMs = 1000;

/** Which files have been looked into, and as what. */
export class KnownFiles {
  readonly #marks = new Map<string, string>();
  readonly #since = Date.now() - coarseMs;

  /** Whether this file has been noted as it is now; it is from here on. One that has changed since the first look began is not known: it may be written to meanwhile. */
  has(name: string, path: string): boolean {
    const info = lstatSync(path, { throwIfNoEntry: false, bigint: true });
    if (!info) return false;
    const mark = `${info.dev} ${info.ino} ${info.size} ${info.mtimeNs} ${info.ctimeNs}`;
    const isKnown = this.#marks.get(name) === mark && info.ctimeMs < this.#since;
    this.#marks.set(name, mark);
    return isKnown;
  }
}

/** The back-ups that were made beside a production. */
export function backupsOf(directory: string): string[] {
  const mark = `${basename(directory)}.backup-`;
  return readdirSync(dirname(directory), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(mark))
    .map((entry) => join(dirname(directory), entry.name));
}

/** Those that hold the files of deleted episodes, of which the production's own journal says the hashes; one with a journal is a production of its own. */
function filesMovedFrom(directory: string): string[] {
  return backupsOf(directory).filter((backup) => !existsSync(join(backup, 'journal')));
}

/** What is only shown, and what writes under way are about to put in its place: paths as {@link filesIn} gives them. */
export function shownIn(directory: string): { temporary: string[]; documents: string[] } {
  const [temporary, documents]: [string[], string[]] = [[], []];
  for (const path of pathsIn(directory, '')) {
    if (isTemporary(path)) temporary.push(path);
    else if (path.endsWith('.json')) {
      const read = readPlainFile(join(directory, path), { largest });
      if ('bytes' in read && kindOf(path, read.bytes) === 'document') documents.push(path);
    }
  }
  return { temporary, documents };
}

function isTemporary(path: string): boolean {
  return basename(path).startsWith('.tmp-');
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
  const [first = '', second = '', third = '', ...more] = path
    .split('/')
    .slice(path.startsWith('../') ? 2 : 0);
  if (path === 'state.json' || isTemporary(path)) return 'document';
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
