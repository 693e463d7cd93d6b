import { optionalPackage } from '../../optional-package.js';
import { oneLine, type SourceText } from './blocks.js';
import { isTooDeep } from './deep-tags.js';
import { styledNames } from './hidden-words.js';
import { blocksOf, type HtmlNode } from './walk-html.js';

/** Larger pages are read whole: telling the article from the rest takes time with the square of the page. */
const largestArticlePage = 512 * 1024;
/** Deeper nesting is nobody's prose. */
const deepest = 400;

/** What a program would have put in its place nobody knows here. */
const unknownPart = '<x-component></x-component>';

/** Words of a block, to find it again in another reading. */
const wordsOf = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim();

/** Extracts a page's paragraphs; what is not the article (Readability) is left out, and so counted. Scripts are neither run nor read. */
export async function readHtml(source: string): Promise<SourceText> {
  const { parseHTML } = await optionalPackage('linkedom', () => import('linkedom'));
  const page = withoutInstructions(source).replaceAll(/<!\[CDATA\[/giu, unknownPart);
  const whole = /<html[\s>]|<body[\s>]/iu.test(page.slice(0, 100_000))
    ? page
    : `<html><body>${page}</body></html>`;
  if (isTooDeep(whole)) throw new RangeError('too_deep');
  const { document } = parseHTML(whole);
  refuseDeep(document.documentElement);
  const title = oneLine(document.title) || undefined;
  const sheets = [...document.querySelectorAll('style')].map(({ textContent }) => textContent ?? '');
  const blocks = blocksOf(document.body, styledNames(sheets.join('\n').slice(0, 500_000)));
  const article = source.length > largestArticlePage ? undefined : await articleOf(whole);
  if (article === undefined) return { title, blocks };
  const isArticle = blocks.map(({ text }) => article.has(wordsOf(text)));
  // Where the two readings hardly meet, the page is no article with a frame around it.
  if (isArticle.filter(Boolean).length * 4 < blocks.length) return { title, blocks };
  return {
    title,
    blocks: blocks.map((block, index) =>
      isArticle[index] === true || block.leftOut !== undefined
        ? block
        : { ...block, leftOut: 'outside_article' },
    ),
  };
}

const longestInstruction = 10_000;

/** A program in the page, such as `<?php … ?>`. */
function withoutInstructions(source: string): string {
  const parts: string[] = [];
  let kept = 0;
  let end = 0;
  for (let start = source.indexOf('<?'); start >= 0; start = source.indexOf('<?', start + 2)) {
    if (start < kept || /^xml\b/iu.test(source.slice(start + 2, start + 6))) continue;
    // Looked for once, however many begin before it.
    if (end < start + 2) end = source.indexOf('?>', start + 2);
    if (end < 0) break;
    if (end - start - 2 > longestInstruction) continue;
    parts.push(source.slice(kept, start), unknownPart);
    kept = end + 2;
  }
  return parts.join('') + source.slice(kept);
}

/** The blocks that Readability takes for the article, as words. It removes nodes from what it reads: it gets a document of its own. */
async function articleOf(source: string): Promise<Set<string> | undefined> {
  const { parseHTML } = await optionalPackage('linkedom', () => import('linkedom'));
  const { Readability } = await optionalPackage('@mozilla/readability', () => import('@mozilla/readability'));
  const article = new Readability(parseHTML(source).document as never, { maxElemsToParse: 20_000 }).parse();
  if (!article?.content) return undefined;
  const { body } = parseHTML(`<html><body>${article.content}</body></html>`).document;
  return new Set(blocksOf(body).map(({ text }) => wordsOf(text)));
}

function refuseDeep(root: HtmlNode): void {
  let level: HtmlNode[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) throw new RangeError('too_deep');
    level = level.flatMap((node) => [...node.childNodes].filter(({ nodeType }) => nodeType === 1));
  }
}
