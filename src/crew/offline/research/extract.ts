import type { SourceText } from './blocks.js';
import { decodeText } from './decode-text.js';
import { withoutForeignMarks } from './marks.js';
import type { SourceKind } from './open-source.js';
import { readHtml } from './read-html.js';
import { readMarkdown } from './read-markdown.js';
import { readPdf } from './read-pdf.js';
import { readText } from './read-text.js';
import { cutSentences, type Sentence } from './sentences.js';

/** What one source gives: the sentences that can be quoted, and how many cannot, by reason. */
export interface Extract {
  title: string | undefined;
  /** Bytes that were not UTF-8. */
  repaired: number;
  /** All sentences and headings, those left out included. */
  total: number;
  leftOut: Record<string, number>;
  sentences: Sentence[];
}

/** Reads one source; `progress` hears now and then which share has been read. */
export async function extract(
  kind: SourceKind,
  bytes: Uint8Array,
  progress: (share: number) => void,
): Promise<Extract> {
  const { title, blocks, repaired } = await sourceText(kind, bytes, progress);
  progress(1);
  const sentences: Sentence[] = [];
  const counts = new Map<string, number>();
  let total = 0;
  for (const { unfit, ...sentence } of cutSentences(blocks)) {
    total += 1;
    if (unfit === undefined) sentences.push(sentence);
    else counts.set(unfit, (counts.get(unfit) ?? 0) + 1);
  }
  return { title, repaired, total, leftOut: Object.fromEntries(counts), sentences };
}

async function sourceText(
  kind: SourceKind,
  bytes: Uint8Array,
  progress: (share: number) => void,
): Promise<SourceText & { repaired: number }> {
  if (kind === 'pdf') return { ...(await readPdf(bytes, progress)), repaired: 0 };
  const { text, repaired } = decodeText(bytes);
  if (kind === 'html') return { ...(await readHtml(text)), repaired };
  if (kind === 'markdown') return { ...(await readMarkdown(text, progress)), repaired };
  return { ...readText(withoutForeignMarks(text)), repaired };
}
