import { convert } from 'html-to-text';
import { marked } from 'marked';
import type { SourceKind } from '../../../src/crew/offline/research/open-source.js';

const block = { format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } };

/** Everything that a person sees, one line for each block, and nothing added. */
const options = {
  wordwrap: false,
  selectors: [
    { selector: '*', format: 'inline' },
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'img', format: 'skip' },
    ...[
      'svg',
      'math',
      'form',
      'head',
      'title',
      'button',
      'select',
      'input',
      'textarea',
      'iframe',
      'noscript',
      'template',
      'object',
    ].map((selector) => ({ selector, format: 'skip' })),
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
      selector,
      ...block,
      options: { ...block.options, uppercase: false },
    })),
    ...[
      'p',
      'div',
      'ul',
      'ol',
      'li',
      'dl',
      'dt',
      'dd',
      'table',
      'tr',
      'td',
      'th',
      'pre',
      'blockquote',
      'section',
      'article',
      'header',
      'footer',
      'nav',
      'main',
      'aside',
      'figure',
      'figcaption',
      'details',
      'summary',
      'hr',
      'caption',
      'center',
      'address',
      'fieldset',
      'legend',
      'thead',
      'tbody',
    ].map((selector) => ({ selector, ...block })),
    { selector: 'hr', format: 'skip' },
  ],
  limits: { maxInputLength: undefined },
};

/** The blocks of a document as packages of others show them: marked and html-to-text; a plain text shows itself. */
export function seenByAnother(kind: SourceKind, source: string): string[] {
  if (kind === 'text') return source.split(/[\r\n\f]+/u);
  const html = kind === 'markdown' ? marked.parse(source, { async: false, gfm: true }) : source;
  return convert(html, options).split(/\n+/u);
}

const raised = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const lowered = '₀₁₂₃₄₅₆₇₈₉';

/** A text's words and signs in order; without white space's kind, marks of notes, quotation marks, and where digits stand. */
export function wordsInOrder(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[⁰-₉¹²³]/gu, (sign) => String(Math.max(raised.indexOf(sign), lowered.indexOf(sign))))
    .replaceAll(/\[[\d, –-]{1,12}\]|\[\^[^\]\s]+\]/gu, '')
    .replaceAll(/["“”\u00AD\u200B\u2060\uFEFF\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '')
    .replaceAll(/\s+/gu, ' ');
}

/** A text's letters alone. */
export function lettersOf(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\[\^[^\]\s]+\]:?/gu, '')
    .replaceAll(/^\s*(?:[-*+•]\s+)*\(?[a-z][.)]\s/gu, '')
    .replaceAll(/[^\p{L}]+/gu, '');
}
