import { ProductionError } from '../../../../machines/errors.js';
import { sha256 } from '../made-once.js';
import type { SourceText } from './blocks.js';
import { decodeText } from './decode-text.js';
import { findSources } from './find-sources.js';
import { openSource, type SourceKind } from './open-source.js';
import { readHtml } from './read-html.js';
import { readMarkdown } from './read-markdown.js';
import { readPdf } from './read-pdf.js';
import { readText } from './read-text.js';
import type { SkippedFile } from './reports.js';
import { cutSentences, type Sentence } from './sentences.js';

/** One source that was read. */
export interface ReadSource {
  file: string;
  kind: SourceKind;
  title: string;
  bytes: number;
  sha256: string;
  /** Bytes that were not UTF-8. */
  repaired: number;
  sentences: Sentence[];
}

export interface Sources {
  read: ReadSource[];
  skipped: SkippedFile[];
}

/** More than this is not read in all, so that memory stays bounded. */
const mostBytes = 200 * 1024 * 1024;

async function extract(kind: SourceKind, bytes: Uint8Array): Promise<SourceText & { repaired: number }> {
  if (kind === 'pdf') return { ...(await readPdf(bytes)), repaired: 0 };
  const { text, repaired } = decodeText(bytes);
  if (kind === 'html') return { ...(await readHtml(text)), repaired };
  return { ...(kind === 'markdown' ? readMarkdown(text) : readText(text)), repaired };
}

/** `docs/getting-started.md` → `getting started`. */
function titleFromName(name: string): string {
  return name
    .replace(/^.*\//u, '')
    .replace(/\.\w+$/u, '')
    .replaceAll(/[-_.]+/gu, ' ')
    .trim();
}

/** Reads every source that can be read; throws `invalid_input` when nothing readable is left. */
export async function readSources(
  wanted: readonly string[],
  afterEach: (done: number, of: number) => void,
): Promise<Sources> {
  const { files, skipped } = await findSources(wanted);
  const read: ReadSource[] = [];
  const seen = new Map<string, string>();
  let bytesRead = 0;
  for (const [index, file] of files.entries()) {
    afterEach(index, files.length);
    const opened = bytesRead > mostBytes ? { refused: 'too_much_in_all' } : await openSource(file);
    if ('refused' in opened) {
      skipped.push({ file: file.name, reason: opened.refused });
      continue;
    }
    bytesRead += opened.bytes.length;
    const hash = sha256(opened.bytes);
    const twin = seen.get(hash);
    const text = twin === undefined ? await extract(opened.kind, opened.bytes).catch(rethrowOurs) : undefined;
    const sentences = text === undefined ? [] : cutSentences(text.blocks);
    if (text === undefined || sentences.length === 0) {
      skipped.push({
        file: file.name,
        reason: twin === undefined ? (text ? 'no_text' : 'damaged') : 'duplicate',
      });
      continue;
    }
    seen.set(hash, file.name);
    const title = text.title ?? titleFromName(file.name);
    read.push({
      file: file.name,
      kind: opened.kind,
      title,
      bytes: opened.bytes.length,
      sha256: hash,
      repaired: text.repaired,
      sentences,
    });
  }
  if (read.length > 0) return { read, skipped };
  const reasons = skipped
    .slice(0, 5)
    .map(({ file, reason }) => `${file}: ${reason}`)
    .join(', ');
  throw new ProductionError(
    'invalid_input',
    `Nothing readable in the sources ${wanted.join(', ')} (${reasons || 'no files'}). Give Markdown, text, HTML or PDF files with text.`,
    { field: 'sources' },
  );
}

/** A damaged file is skipped; a missing package is the caller's to mend. */
function rethrowOurs(error: unknown): undefined {
  if (error instanceof ProductionError) throw error;
  return undefined;
}
