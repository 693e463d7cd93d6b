import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import path from 'node:path';
import { utf16Of } from './decode-text.js';
import type { SourceFile } from './find-sources.js';

/** Larger files are refused by their size, without being read. */
const largestSourceBytes = 20 * 1024 * 1024;

export type SourceKind = 'markdown' | 'text' | 'html' | 'pdf';

const kinds: Readonly<Record<string, SourceKind>> = {
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.mdx': 'markdown',
  '.txt': 'text',
  '.text': 'text',
  '.rst': 'text',
  '': 'text',
  '.html': 'html',
  '.htm': 'html',
  '.xhtml': 'html',
  '.pdf': 'pdf',
};

/** What a file is by its name; undefined where nobody reads it here. */
export function kindOf(name: string): SourceKind | undefined {
  const extension = path.extname(name).toLowerCase();
  return Object.hasOwn(kinds, extension) ? kinds[extension] : undefined;
}

/** Reads one file, or says why not. */
export async function openSource(
  file: SourceFile,
): Promise<{ kind: SourceKind; bytes: Uint8Array } | { refused: string }> {
  const kind = kindOf(file.name);
  if (kind === undefined) return { refused: 'unsupported_type' };
  // The folder may have changed since it was listed: a path that now leads through a link is not read.
  if ((await realpath(file.location).catch(() => undefined)) !== file.location)
    return { refused: 'link_leaves_folder' };
  const handle = await open(
    file.location,
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  ).catch(() => undefined);
  if (handle === undefined) return { refused: 'unreadable' };
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return { refused: 'not_a_file' };
    if (stats.size === 0) return { refused: 'empty' };
    if (stats.size > largestSourceBytes) return { refused: 'too_large' };
    const bytes = new Uint8Array(await handle.readFile());
    return isBinary(kind, bytes) ? { refused: 'binary' } : { kind, bytes };
  } finally {
    await handle.close();
  }
}

function isBinary(kind: SourceKind, bytes: Uint8Array): boolean {
  if (kind === 'pdf') return !Buffer.from(bytes.subarray(0, 1024)).toString('latin1').includes('%PDF-');
  return utf16Of(bytes) === undefined && bytes.subarray(0, 8192).includes(0);
}
