import { withoutForeignMarks } from '../../../src/crew/offline/research/marks.js';
import type { SourceKind } from '../../../src/crew/offline/research/open-source.js';
import { readHtml } from '../../../src/crew/offline/research/read-html.js';
import { readMarkdown } from '../../../src/crew/offline/research/read-markdown.js';
import { readText } from '../../../src/crew/offline/research/read-text.js';
import { cutSentences, type Judged } from '../../../src/crew/offline/research/sentences.js';

/** Every sentence of a text, with the reason why it is left out. */
export async function judgedOf(kind: SourceKind, source: string): Promise<Judged[]> {
  if (kind === 'text') return cutSentences(readText(withoutForeignMarks(source)).blocks);
  const { blocks } = kind === 'html' ? await readHtml(source) : await readMarkdown(source, () => {});
  return cutSentences(blocks);
}
