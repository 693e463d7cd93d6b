import { codeMarks, oneLine, type Block } from './blocks.js';

/** One sentence of a source, word for word. */
export interface Sentence {
  text: string;
  /** Counts the file's sentences from 1, dropped ones included. */
  sentence: number;
  /** Counts the file's paragraphs and list items from 1. */
  paragraph: number;
  heading: string;
  /** Share of its characters that the source marks as code, 0–1. */
  codeShare: number;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** Intl.Segmenter (Node 20 to 24) ends a sentence after "Dr.", "e.g." and initials; such a piece is joined to what follows. */
const endsInAbbreviation =
  /(?:^|[\s("'])(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|No|Fig|Sec|Ch|p|pp|ca|cf|al|approx|e\.g|i\.e|[A-Z])\.\s*$/u;

function codeShareOf(marked: string): number {
  let code = 0;
  for (const match of marked.matchAll(/\uE000([^\uE001]*)(\uE001|$)/gu)) code += (match[1] ?? '').length;
  return code / Math.max(1, marked.length);
}

/** Cuts blocks into numbered sentences. */
export function cutSentences(blocks: readonly Block[]): Sentence[] {
  const sentences: Sentence[] = [];
  blocks.forEach((block, index) => {
    let pending = '';
    let inCode = false;
    // The segmenter does not end a sentence before a small letter, as in "… is done. `retry` starts …".
    const pieces = block.text
      .split(/(?<=[.!?] )(?=\uE000)/u)
      .flatMap((part) => Array.from(segmenter.segment(part)));
    for (const { segment } of pieces) {
      pending += segment;
      inCode = pending.lastIndexOf(codeMarks.start) > pending.lastIndexOf(codeMarks.end);
      if (inCode || endsInAbbreviation.test(pending)) continue;
      push(pending);
      pending = '';
    }
    push(pending);

    function push(marked: string): void {
      const text = oneLine(marked.replaceAll(/[\uE000\uE001]/gu, ''));
      if (text === '') return;
      sentences.push({
        text,
        sentence: sentences.length + 1,
        paragraph: index + 1,
        heading: block.heading,
        codeShare: codeShareOf(marked),
      });
    }
  });
  return sentences;
}
