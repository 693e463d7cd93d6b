import { isKnown } from './html-elements.js';

/** The little of mdast that is rendered (https://github.com/syntax-tree/mdast). */
export interface MarkdownNode {
  type: string;
  children?: MarkdownNode[];
  value?: string;
  depth?: number;
  url?: string;
  start?: number | null;
  checked?: boolean | null;
  identifier?: string;
  alt?: string | null;
  position?: { start: { offset?: number | undefined } } | undefined;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const elements: Readonly<Record<string, string>> = {
  paragraph: 'p',
  blockquote: 'blockquote',
  emphasis: 'em',
  strong: 'strong',
  delete: 'del',
  table: 'table',
  tableRow: 'tr',
  tableCell: 'td',
};

/** Renders a tree up to an offset: what stands behind it are definitions that the text leans on. */
export function htmlOf(node: MarkdownNode, upTo: number): string {
  if ((node.position?.start.offset ?? 0) >= upTo && node.type !== 'root') return '';
  const inside = (): string => (node.children ?? []).map((child) => htmlOf(child, upTo)).join('');
  const element = elements[node.type];
  if (element !== undefined) return `<${element}>${inside()}</${element}>`;
  switch (node.type) {
    case 'root':
      return (node.children ?? []).map((child) => htmlOf(child, upTo)).join('\n');
    case 'link':
      return `<a href="${escaped(node.url ?? '')}">${inside()}</a>`;
    case 'linkReference':
      return `<a href="elsewhere">${inside()}</a>`;
    case 'list':
      // "1986. A great year" is no list, whatever Markdown says.
      return (node.start ?? 0) > 99
        ? `<ul data-left-out="list_number">${inside()}</ul>`
        : `<ul>${inside()}</ul>`;
    case 'listItem':
      // What a list of tasks says may not be so yet.
      return typeof node.checked === 'boolean'
        ? `<li data-left-out="task">${inside()}</li>`
        : `<li>${inside()}</li>`;
    case 'text':
      return escaped(node.value ?? '');
    case 'heading':
      return `<h${String(node.depth)}>${inside()}</h${String(node.depth)}>`;
    case 'inlineCode':
      return `<code>${escaped(node.value ?? '')}</code>`;
    case 'code':
      return `<pre>${escaped(node.value ?? '')}</pre>`;
    case 'html':
      return (node.value ?? '').replaceAll(/<(\/?)([A-Z][\w.]*)/gu, (tag, slash: string, name: string) =>
        isKnown(name.toLowerCase()) ? tag : `<${slash}x-component`,
      );
    case 'image':
    case 'imageReference':
      return '<img alt="picture">';
    case 'break':
      return '<br>';
    case 'thematicBreak':
      return '<hr>';
    case 'footnoteReference':
      return `<sup>[${escaped((node.identifier ?? '').slice(0, 8).replaceAll(/[[\]]/gu, ''))}]</sup>`;
    case 'footnoteDefinition':
      return `<section data-left-out="footnote">${inside()}</section>`;
    default:
      return '';
  }
}
