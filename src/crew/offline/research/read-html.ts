import { optionalPackage } from '../optional-package.js';
import { codeMarks, oneLine, type Block, type SourceText } from './blocks.js';

/** The little of the DOM that is walked; the project is compiled without the browser's types. */
interface HtmlNode {
  nodeType: number;
  localName?: string | null;
  textContent: string | null;
  childNodes: Iterable<HtmlNode>;
}

const skippedElements = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'pre',
  'table',
  'nav',
  'svg',
  'button',
  'form',
  'iframe',
  'figcaption',
]);
const inlineElements = new Set([
  'a',
  'abbr',
  'b',
  'cite',
  'dfn',
  'em',
  'i',
  'mark',
  'q',
  's',
  'small',
  'span',
  'strong',
  'sub',
  'sup',
  'time',
  'u',
  'wbr',
]);
const codeElements = new Set(['code', 'kbd', 'samp', 'var']);

/** Extracts an article's paragraphs with Readability; scripts are neither run nor read. */
export async function readHtml(source: string): Promise<SourceText> {
  const { parseHTML } = await optionalPackage('linkedom', () => import('linkedom'));
  const { Readability } = await optionalPackage('@mozilla/readability', () => import('@mozilla/readability'));
  const page = parseHTML(source);
  const title = oneLine(page.document.title) || undefined;
  // Readability removes nodes from what it reads: it gets a document of its own.
  const article = new Readability(parseHTML(source).document as never).parse();
  const body: unknown = article?.content
    ? parseHTML(`<html><body>${article.content}</body></html>`).document.body
    : page.document.body;
  return { title, blocks: blocksOf(body as HtmlNode) };
}

function blocksOf(root: HtmlNode): Block[] {
  const blocks: Block[] = [];
  let heading = '';
  let text = '';
  const close = (): void => {
    const line = oneLine(text);
    if (line !== '') blocks.push({ heading, text: line });
    text = '';
  };
  const visit = (node: HtmlNode): void => {
    if (node.nodeType === 3) text += node.textContent ?? '';
    if (node.nodeType !== 1) return;
    const name = node.localName ?? '';
    if (skippedElements.has(name)) return;
    if (/^h[1-6]$/u.test(name)) {
      close();
      heading = oneLine(node.textContent ?? '');
    } else if (codeElements.has(name)) {
      text += `${codeMarks.start}${oneLine(node.textContent ?? '')}${codeMarks.end}`;
    } else if (inlineElements.has(name)) {
      for (const child of node.childNodes) visit(child);
    } else {
      close();
      for (const child of node.childNodes) visit(child);
      close();
    }
  };
  for (const child of root.childNodes) visit(child);
  close();
  return blocks;
}
