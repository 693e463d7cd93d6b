import { lstatSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { crc32 } from 'node:zlib';
import envPaths from 'env-paths';
import { readPlainFile } from '../disk/plain-file.js';
import { replacePrivateFile } from '../disk/private-file.js';

/** What V8 made of the program at an earlier start. It is run as it is, so only what nobody else could have written counts. */
export interface CodeCache {
  read(): KeptCode | undefined;
  /** Nothing depends on it: what cannot be written is made again at the next start. */
  write(code: KeptCode): void;
}

/** By the name of the program's part. */
export type KeptCode = ReadonlyMap<string, Buffer>;

const largestCode = 16 * 1024 * 1024;
/** Commands have a file each, and so has each version of Node and of the program. */
const mostFiles = 40;

/** The code kept for one command of one build of the program, in the user's own cache folder; undefined where there is none to be had. */
export function codeCache(program: string, command: string): CodeCache | undefined {
  // Node's own word for it, by which whoever measures or debugs does without.
  if (process.env['NODE_DISABLE_COMPILE_CACHE']) return undefined;
  const folder = envPaths('showrunner', { suffix: '' }).cache;
  if (!isAbsolute(folder)) return undefined;
  const { size, mtimeMs } = statSync(program);
  // V8 refuses what was made with other flags.
  const flags = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''];
  const made = [program, size, mtimeMs, process.version, process.arch, ...flags, command].join('\n');
  const file = join(folder, `${basename(program, '.js')}-${crc32(made).toString(16).padStart(8, '0')}.code`);
  return {
    read() {
      try {
        if (!isOurs(folder)) return undefined;
        const found = readPlainFile(file, { largest: largestCode, isPrivate: true });
        if ('refused' in found) return undefined;
        return unpacked(found.bytes);
      } catch {
        return undefined;
      }
    },
    write(kept) {
      try {
        if (!makeOurs(folder)) return;
        replacePrivateFile(file, packed(kept));
        removeOldest(folder);
      } catch {
        // A full or read-only disk: the next start compiles as this one has.
      }
    },
  };
}

/** A line of JSON that says what follows and its checksum, and that. Neither Node's hashes nor its serializer are loaded for it: both together take as long as reading it. */
function packed(kept: KeptCode): Buffer {
  const code = Buffer.concat([...kept.values()]);
  const sizes = [...kept].map(([name, { length }]) => [name, length]);
  return Buffer.concat([Buffer.from(`${JSON.stringify({ sizes, crc32: crc32(code) })}\n`), code]);
}

/** V8 would run it, whatever a failing disk has made of it. */
function unpacked(bytes: Buffer): KeptCode | undefined {
  const end = bytes.indexOf('\n');
  const head = JSON.parse(bytes.toString('utf8', 0, end)) as { sizes: [string, number][]; crc32: number };
  const code = bytes.subarray(end + 1);
  if (crc32(code) !== head.crc32) return undefined;
  let at = 0;
  return new Map(head.sizes.map(([name, size]) => [name, code.subarray(at, (at += size))]));
}

/** A folder of this user that nobody else may write. */
function isOurs(folder: string): boolean {
  const info = lstatSync(folder, { throwIfNoEntry: false });
  if (!info?.isDirectory()) return false;
  const user = process.geteuid?.();
  return user === undefined || (info.uid === user && (info.mode & 0o022) === 0);
}

/** Root under another's HOME leaves nothing there. */
function makeOurs(folder: string): boolean {
  let above = dirname(folder);
  while (!lstatSync(above, { throwIfNoEntry: false })) above = dirname(above);
  const user = process.geteuid?.();
  if (user !== undefined && statSync(above).uid !== user) return false;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return isOurs(folder);
}

function removeOldest(folder: string): void {
  const files = readdirSync(folder).filter((name) => name.endsWith('.code') || name.startsWith('.tmp-'));
  if (files.length <= mostFiles) return;
  const dated = files.map((name) => ({
    name,
    at: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  }));
  for (const { name } of dated.toSorted((a, b) => a.at - b.at).slice(0, files.length - mostFiles))
    rmSync(join(folder, name), { force: true });
}
