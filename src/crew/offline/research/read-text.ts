import { oneLine, type Block, type SourceText } from './blocks.js';

/** Extracts paragraphs from plain text: blank lines separate them, indented lines are taken for code or tables. */
export function readText(source: string): SourceText {
  const blocks: Block[] = source
    .replaceAll('\r\n', '\n')
    .split(/\n\s*\n/u)
    .filter((paragraph) => !/^( {4}|\t)/u.test(paragraph))
    .map((paragraph) => ({ heading: '', text: oneLine(paragraph) }))
    .filter((block) => block.text !== '');
  return { title: undefined, blocks };
}
