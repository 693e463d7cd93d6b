import { ProductionError } from '../../../../machines/errors.js';
import { sha256 } from '../../made-once.js';
import type { Extract } from './extract.js';
import { findSources, type SourceFile } from './find-sources.js';
import { kindOf, openSource, type SourceKind } from './open-source.js';
import { Reader, limitsFor } from './reader.js';
import type { SkippedFile } from './reports.js';

/** One source that was read. */
export interface ReadSource extends Extract {
  file: string;
  kind: SourceKind;
  title: string;
  bytes: number;
  sha256: string;
}

export interface Sources {
  read: ReadSource[];
  skipped: SkippedFile[];
}

/** More than this is not read in all, so that memory stays bounded. */
const mostBytes = 200 * 1024 * 1024;

/** Which files had to be given up for the time that they take, and how they get more; undefined where there are none. */
export function leftOutFor(skipped: readonly SkippedFile[]): string | undefined {
  const slow = skipped.filter(({ reason }) => reason === 'took_too_long').map(({ file }) => file);
  if (slow.length === 0) return undefined;
  const named = slow.slice(0, 3).join(', ') + (slow.length > 3 ? ` and ${String(slow.length - 3)} more` : '');
  return ` Left out, since reading takes longer than a file of its size may: ${named}. With --source-seconds 60 (crew option source_seconds) each gets a minute.`;
}

/** `docs/getting-started.md` → `getting started`. */
function titleFromName(name: string): string {
  return name
    .replace(/^.*\//u, '')
    .replace(/\.\w+$/u, '')
    .replaceAll(/[-_.]+/gu, ' ')
    .trim();
}

/** A file that takes long: which of how many, and the seconds that it has had. */
export interface Taking {
  file: string;
  bytes: number;
  number: number;
  of: number;
  seconds: number;
}

export function takingText({ file, bytes, number, of, seconds }: Taking): string {
  const size = bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  return `Reading source ${String(number)} of ${String(of)}: ${file}, ${size}, for ${String(seconds)} s`;
}

const stillEveryMs = 1000;
type Answer = Awaited<ReturnType<Reader['read']>>;

/** How reading is watched and bounded. */
export interface Reading {
  signal: AbortSignal;
  /** The compiled reader, for those who bundle this folder. */
  worker?: URL | undefined;
  /** What each source may take, whatever its size. Seconds. */
  secondsEach?: number | undefined;
  afterEach?(done: number, of: number): void;
  /** Every second while one file takes long: reading it is bounded, and nobody has to think that nothing happens. */
  still?(file: Taking): void;
  /** Asked after each file: true where what was read is enough. */
  enough?(read: readonly ReadSource[]): boolean;
}

/** Reads every source that can be read; throws `invalid_input` when nothing readable is left. */
export async function readSources(wanted: readonly string[], reading: Reading): Promise<Sources> {
  const { files, skipped } = await findSources(wanted);
  const reader = new Reader(reading.worker, (bytes) => limitsFor(bytes, reading.secondsEach));
  const read: ReadSource[] = [];
  const seen = new Set<string>();
  let bytesRead = 0;
  const watched = async (file: string, bytes: number, number: number, reads: Promise<Answer>) => {
    const startedAt = performance.now();
    const timer = setInterval(() => {
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      reading.still?.({ file, bytes, number, of: files.length, seconds });
    }, stillEveryMs);
    return reads.finally(() => clearInterval(timer));
  };
  const readOne = async (file: SourceFile, number: number): Promise<ReadSource | { refused: string }> => {
    const opened = bytesRead > mostBytes ? { refused: 'too_much_in_all' } : await openSource(file);
    if ('refused' in opened) return opened;
    bytesRead += opened.bytes.length;
    const hash = sha256(opened.bytes);
    if (seen.has(hash)) return { refused: 'duplicate' };
    const reads = reader.read(opened.kind, opened.bytes, reading.signal);
    const text = await watched(file.name, opened.bytes.length, number, reads);
    if ('refused' in text) return text;
    if (text.total === 0) return { refused: 'no_text' };
    seen.add(hash);
    return {
      ...text,
      file: file.name,
      kind: opened.kind,
      title: text.title ?? titleFromName(file.name),
      bytes: opened.bytes.length,
      sha256: hash,
    };
  };
  try {
    for (const [index, file] of files.entries()) {
      reading.afterEach?.(index, files.length);
      const source = await readOne(file, index + 1);
      if ('refused' in source) skipped.push({ file: file.name, reason: source.refused });
      else {
        read.push(source);
        if (reading.enough?.(read) === true) {
          // What is after it is not opened, but names are known.
          for (const { name } of files.slice(index + 1))
            if (kindOf(name) === undefined) skipped.push({ file: name, reason: 'unsupported_type' });
          break;
        }
      }
    }
  } finally {
    await reader.close();
  }
  if (read.length > 0) return { read, skipped };
  const reasons = skipped
    .slice(0, 5)
    .map(({ file, reason }) => `${file}: ${reason}`)
    .join(', ');
  throw new ProductionError(
    'invalid_input',
    `Nothing readable in the sources ${wanted.join(', ')} (${reasons || 'no files'}).${leftOutFor(skipped) ?? ''} Give Markdown, text, HTML or PDF files with text.`,
    { field: 'sources' },
  );
}
