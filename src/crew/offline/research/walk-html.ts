import { oneLine, type Block } from './blocks.js';
import { doubt, marks, withoutForeignMarks } from './marks.js';
import { raised } from './raised.js';

/** The little of the DOM that is walked; the project is compiled without the browser's types. */
export interface HtmlNode {
  nodeType: number;
  localName?: string | null;
  textContent: string | null;
  childNodes: Iterable<HtmlNode>;
  getAttribute?(name: string): string | null;
}

const setOf = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** Nobody sees these. */
const unseen = setOf(
  'script style noscript template head title iframe datalist link meta base area map param source track rp',
);
/** These stand on lines of their own; everything else, known or not, is part of a line. */
const ownLine = setOf(
  'address article aside blockquote body center dd details dialog dir div dl dt fieldset figure footer header hgroup hr html legend li main menu nav ol optgroup option p section summary table tbody td tfoot th thead tr ul caption figcaption form pre search h1 h2 h3 h4 h5 h6 frameset noframes listing plaintext xmp',
);
/** Blocks of which nothing is quoted, and why. */
const leftOut: Readonly<Record<string, string>> = {
  pre: 'code_block',
  listing: 'code_block',
  xmp: 'code_block',
  table: 'table',
  nav: 'navigation',
  menu: 'navigation',
  footer: 'page_frame',
  form: 'form',
  fieldset: 'form',
  figcaption: 'caption',
  dialog: 'form',
};
const code = setOf('code kbd samp tt var');
const struckOut = setOf('s del strike');
const fields = setOf('input button select textarea meter progress output');
const pictures = setOf('img picture video audio canvas object embed svg applet');
const isHeading = (name: string): boolean => /^h[1-6]$/u.test(name);

const attribute = (node: HtmlNode, name: string): string => node.getAttribute?.(name) ?? '';

function isHidden(node: HtmlNode): boolean {
  if (node.getAttribute?.('hidden') != null) return true;
  return /(?:display\s*:\s*none|visibility\s*:\s*hidden)/iu.test(attribute(node, 'style').slice(0, 1000));
}

/** A picture that says of itself that it is an ornament. */
const isOrnament = (node: HtmlNode): boolean =>
  node.getAttribute?.('alt') === '' ||
  attribute(node, 'aria-hidden') === 'true' ||
  attribute(node, 'role') === 'presentation';

/** Walks a page's body as a person reads it and gives its blocks, those of which nothing can be quoted included. */
export function blocksOf(root: HtmlNode): Block[] {
  const walk = new Walk();
  walk.children(root, {});
  walk.close({});
  return walk.blocks;
}

interface Around {
  leftOut?: string;
  isItem?: boolean;
}

class Walk {
  readonly blocks: Block[] = [];
  #heading = '';
  #text = '';

  close({ leftOut: reason, isItem }: Around): void {
    const text = oneLine(this.#text);
    if (text !== '')
      this.blocks.push({
        heading: this.#heading,
        text,
        ...(isItem ? { isItem } : {}),
        ...(reason === undefined ? {} : { leftOut: reason }),
      });
    this.#text = '';
  }

  children(node: HtmlNode, around: Around): void {
    for (const child of node.childNodes) this.#visit(child, around);
  }

  #visit(node: HtmlNode, around: Around): void {
    if (node.nodeType === 3) this.#text += withoutForeignMarks(node.textContent ?? '');
    if (node.nodeType !== 1) return;
    const name = (node.localName ?? '').toLowerCase();
    if (unseen.has(name) || isHidden(node)) return;
    if (ownLine.has(name)) this.#block(node, name, around);
    else this.#inline(node, name, around);
  }

  #block(node: HtmlNode, name: string, around: Around): void {
    this.close(around);
    const reason =
      around.leftOut ?? attributeReason(node) ?? leftOut[name] ?? (isHeading(name) ? 'heading' : undefined);
    const inside: Around = {
      ...(reason === undefined ? {} : { leftOut: reason }),
      isItem: name === 'li' || name === 'dt' || name === 'dd' || (around.isItem === true && name !== 'p'),
    };
    this.children(node, inside);
    this.close(inside);
    if (isHeading(name) && around.leftOut === undefined)
      this.#heading = plainHeading(this.blocks.at(-1)?.text ?? '');
  }

  #inline(node: HtmlNode, name: string, around: Around): void {
    if (name === 'br') this.#text += marks.lineEnd;
    else if (name === 'sup' || name === 'sub') this.#raise(node, name, around);
    else if (code.has(name)) this.#between(marks.codeStart, node, around, marks.codeEnd);
    else if (name === 'q') this.#between('“', node, around, '”');
    else if (struckOut.has(name)) this.#between(doubt('struck_out'), node, around);
    else if (name === 'rt') this.#between(doubt('reading_aid'), node, around);
    else if (name === 'math') this.#text += doubt('formula');
    else if (pictures.has(name)) this.#text += isOrnament(node) ? '' : doubt('picture');
    else if (fields.has(name)) {
      if (attribute(node, 'type') !== 'hidden') this.#between(doubt('form_field'), node, around);
    } else if (
      /\b(?:reference|footnote|noteref)\b/u.test(attribute(node, 'role') + attribute(node, 'class')) &&
      isMark(node)
    )
      this.#text += marks.note;
    else this.children(node, around);
  }

  #between(before: string, node: HtmlNode, around: Around, after = ''): void {
    this.#text += before;
    this.children(node, around);
    this.#text += after;
  }

  #raise(node: HtmlNode, name: 'sup' | 'sub', around: Around): void {
    const text = oneLine(node.textContent ?? '');
    const links = [...node.childNodes].some((child) => /#/u.test(attribute(child, 'href')));
    const said = raised(name, text, this.#text.slice(-24), links);
    if (said === undefined) this.#between(doubt('raised_or_lowered'), node, around);
    else this.#text += said;
  }
}

/** A mark such as [12], and no words. */
const isMark = (node: HtmlNode): boolean =>
  /^\W{0,2}[\w*†‡§]{1,4}\W{0,2}$/u.test(oneLine(node.textContent ?? ''));

function attributeReason(node: HtmlNode): string | undefined {
  const stated = attribute(node, 'data-left-out');
  if (/^[a-z_]{1,20}$/u.test(stated)) return stated;
  return attribute(node, 'role') === 'navigation' ? 'navigation' : undefined;
}

/** A heading without marks; code stays recognisable by its ticks. */
export function plainHeading(text: string): string {
  return oneLine(text.replaceAll(/[\uE000\uE001]/gu, '`').replaceAll(/[\uE002-\uE01A]/gu, ''));
}
