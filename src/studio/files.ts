import { createReadStream, closeSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import {
  ProductionError,
  isPhaseName,
  phaseNames,
  type PhaseName,
  type SessionId,
} from '../../machines/index.js';
import { nodeDisk, openPlainFile } from '../disk/index.js';
import { existingPath } from '../documents/index.js';
import type { FileView } from './api.js';

const sound: Record<string, string> = {
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
  '.flac': 'audio/flac',
  '.m4a': 'audio/mp4',
  '.ogg': 'audio/ogg',
  '.opus': 'audio/ogg',
};
const texts = new Set([
  '.md',
  '.txt',
  '.json',
  '.vtt',
  '.srt',
  '.xml',
  '.html',
  '.htm',
  '.csv',
  '.log',
  '.ndjson',
  '.rss',
]);

/** The files of an episode's phases, without hidden ones, links, and documents of the engine's own. */
export function filesOf(directory: string, sessionId: SessionId): FileView[] {
  return phaseNames.flatMap((phase) =>
    namesIn(join(directory, sessionId, phase)).flatMap(
      (name) => fileView(directory, sessionId, phase, name) ?? [],
    ),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .flatMap((entry) => (entry.isFile() && entry.name !== 'checkpoint.json' ? [entry.name] : []))
      .sort();
  } catch {
    return [];
  }
}

function fileView(
  directory: string,
  sessionId: SessionId,
  phase: PhaseName,
  name: string,
): FileView | undefined {
  try {
    const bytes = nodeDisk.stat(existingPath(nodeDisk, directory, sessionId, `${phase}/${name}`))?.size;
    if (bytes === undefined) return undefined;
    return {
      phase,
      name,
      bytes,
      kind: kindOf(name),
      url: `/api/episodes/${sessionId}/files/${phase}/${encodeURIComponent(name)}`,
    };
  } catch (error) {
    if (error instanceof ProductionError) return undefined;
    throw error;
  }
}

function kindOf(name: string): FileView['kind'] {
  const extension = extname(name).toLowerCase();
  if (Object.hasOwn(sound, extension)) return 'audio';
  return texts.has(extension) ? 'text' : 'other';
}

/**
 * An artifact's bytes, or a range of them. Text is plain text, whatever it says it is: what sources or models wrote never becomes a page.
 * @throws ProductionError `path_refused` for anything but a plain name in a phase's folder.
 */
export function serveFile(
  directory: string,
  sessionId: SessionId,
  phase: string,
  name: string,
  range: string | undefined,
): Response {
  if (!isPhaseName(phase) || name === 'checkpoint.json') throw missing(sessionId);
  const path = existingPath(nodeDisk, directory, sessionId, `${phase}/${name}`);
  const { fd, size } = openPlain(directory, path, sessionId);
  const headers = new Headers({
    'content-type': typeOf(name),
    'accept-ranges': 'bytes',
    'cache-control': 'no-store',
    'content-disposition': kindOf(name) === 'other' ? 'attachment' : 'inline',
  });
  const wanted = range === undefined ? { start: 0, end: size - 1 } : parseRange(range, size);
  if (!wanted) {
    closeSync(fd);
    headers.set('content-range', `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = wanted;
  headers.set('content-length', String(end - start + 1));
  if (range !== undefined) headers.set('content-range', `bytes ${start}-${end}/${size}`);
  const status = range === undefined ? 200 : 206;
  if (size === 0) {
    closeSync(fd);
    return new Response(null, { status, headers });
  }
  const stream = createReadStream('', { fd, start, end });
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, { status, headers });
}

function openPlain(directory: string, path: string, sessionId: SessionId): { fd: number; size: number } {
  const opened = openPlainFile(path, { within: directory });
  // A link, a folder, or nothing: all the same to who asks.
  if ('refused' in opened) throw missing(sessionId);
  return opened;
}

function missing(sessionId: SessionId): ProductionError {
  return new ProductionError('path_refused', 'there is no such file in this episode.', {
    sessionId,
    field: 'path',
  });
}

function typeOf(name: string): string {
  const extension = extname(name).toLowerCase();
  const known = Object.hasOwn(sound, extension) ? sound[extension] : undefined;
  return known ?? (texts.has(extension) ? 'text/plain; charset=utf-8' : 'application/octet-stream');
}

/** One range, as players ask for it; undefined when it cannot be satisfied. */
function parseRange(header: string, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '')
    return size === 0 || Number(match[2]) === 0
      ? undefined
      : { start: Math.max(0, size - Number(match[2])), end: size - 1 };
  const start = Number(match[1]);
  const end = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start <= end && start < size ? { start, end } : undefined;
}
