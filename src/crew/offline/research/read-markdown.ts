import { optionalPackage } from '../../optional-package.js';
import { oneLine, type SourceText } from './blocks.js';
import { markdownPieces } from './markdown-pieces.js';
import { withoutFrontMatter } from './front-matter.js';
import { withoutForeignMarks } from './marks.js';
import { htmlOf, type MarkdownNode } from './markdown-html.js';
import { MarkupBudget } from './markup-budget.js';
import { blocksOf, plainHeading } from './walk-html.js';

/** A hundred quotations and lists inside of each other, opened on one line. */
const nestedDeep = /^[ \t]*(?:(?:>|(?:[-*+]|\d{1,9}[.)])[ \t])[ \t]*){100}/mu;

/**
 * Extracts prose from Markdown (CommonMark, GFM, front matter): it is rendered to HTML and read as a page is, so that HTML inside it counts
 * for what it is.
 */
export async function readMarkdown(source: string, progress: (share: number) => void): Promise<SourceText> {
  // Parsing takes time with the square of it, and memory (micromark 4).
  if (nestedDeep.test(source)) throw new RangeError('too_deep');
  const parse = await markdownParser();
  const { parseHTML } = await optionalPackage('linkedom', () => import('linkedom'));
  const { matter, body, title: ownTitle } = await withoutFrontMatter(source);
  let title = ownTitle;
  let heading = '';
  const blocks: SourceText['blocks'] =
    matter === ''
      ? []
      : [{ heading: '', text: oneLine(withoutForeignMarks(matter)), leftOut: 'front_matter' }];
  const budget = new MarkupBudget();
  let done = 0;
  for (const { text, definitions, tooLong } of markdownPieces(body)) {
    progress(done / body.length);
    done += text.length;
    const isAllowed = budget.allows(text.length);
    if (tooLong || !isAllowed) {
      blocks.push({ heading, text, leftOut: tooLong ? 'paragraph_too_long' : 'too_much_markup' });
      continue;
    }
    const whole = definitions === '' ? text : `${text}\n\n${definitions}`;
    const tree = parse(whole);
    budget.spend(whole, tree);
    const html = htmlOf(tree, text.length);
    const { document } = parseHTML(`<html><body>${html}</body></html>`);
    // Read as everything else is: the number of a note is no word of it.
    const headingOf = (node: { outerHTML: string } | null | undefined): string => {
      if (!node) return '';
      const { body: alone } = parseHTML(`<html><body>${node.outerHTML}</body></html>`).document;
      return plainHeading(blocksOf(alone)[0]?.text ?? '');
    };
    if (title === undefined) title = headingOf(document.querySelector('h1')) || undefined;
    const read = blocksOf(document.body);
    for (const block of read) {
      // A piece that goes on under the last one's heading.
      blocks.push(block.heading === '' ? { ...block, heading } : block);
    }
    const headings = [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')];
    heading = headingOf(headings.at(-1)) || heading;
  }
  return { title, blocks };
}

async function markdownParser(): Promise<(text: string) => MarkdownNode> {
  const { fromMarkdown } = await optionalPackage(
    'mdast-util-from-markdown',
    () => import('mdast-util-from-markdown'),
  );
  const { gfm } = await optionalPackage('micromark-extension-gfm', () => import('micromark-extension-gfm'));
  const { gfmFromMarkdown } = await optionalPackage('mdast-util-gfm', () => import('mdast-util-gfm'));
  const options = { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] };
  return (text) => fromMarkdown(text, options) as MarkdownNode;
}
