import { optionalPackage } from '../optional-package.js';
import { oneLine, type Block, type SourceText } from './blocks.js';

/** Extracts a PDF's text page by page; a scanned page has none. Words broken at a line's end are joined again. */
export async function readPdf(bytes: Uint8Array): Promise<SourceText> {
  const { extractText, getDocumentProxy } = await optionalPackage('unpdf', () => import('unpdf'));
  const document = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  try {
    const { text } = await extractText(document, { mergePages: false });
    const blocks: Block[] = text.flatMap((page, index) =>
      page
        .replaceAll(/(\p{Ll})-\n(\p{Ll})/gu, '$1$2')
        .split(/\n\s*\n/u)
        .map((paragraph) => ({ heading: `page ${String(index + 1)}`, text: oneLine(paragraph) }))
        .filter((block) => block.text !== ''),
    );
    return { title: undefined, blocks };
  } finally {
    await document.destroy();
  }
}
