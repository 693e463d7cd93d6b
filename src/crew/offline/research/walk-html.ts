import { oneLine, type Block } from './blocks.js';
import { doubtfulLook, isHidden, raisedByStyle, type StyledNames } from './hidden-words.js';
import {
  code,
  fields,
  isHeading,
  isKnown,
  leftOutBlocks,
  ownLine,
  pictures,
  struckOut,
  unseen,
} from './html-elements.js';
import { doubt, marks, withoutForeignMarks, withoutSeams, type Doubt } from './marks.js';
import { linkDoubt, raised } from './raised.js';

/** The little of the DOM that is walked; the project is compiled without the browser's types. */
export interface HtmlNode {
  nodeType: number;
  localName?: string | null;
  textContent: string | null;
  childNodes: Iterable<HtmlNode>;
  getAttribute?(name: string): string | null;
}

const attribute = (node: HtmlNode, name: string): string => node.getAttribute?.(name) ?? '';

/** A picture that says of itself that it is an ornament. */
const isOrnament = (node: HtmlNode): boolean =>
  node.getAttribute?.('alt') === '' ||
  attribute(node, 'aria-hidden') === 'true' ||
  attribute(node, 'role') === 'presentation';

/** Walks a page's body as a person reads it and gives its blocks, those of which nothing can be quoted included. */
export function blocksOf(root: HtmlNode, styled: StyledNames = new Map()): Block[] {
  const walk = new Walk(styled);
  walk.children(root, {});
  walk.close({});
  return walk.blocks;
}

interface Around {
  leftOut?: string;
  isItem?: boolean;
  /** What makes each word in it doubtful. */
  doubt?: Doubt;
}

class Walk {
  readonly blocks: Block[] = [];
  readonly #styled: StyledNames;
  #heading = '';
  #text = '';

  constructor(styled: StyledNames) {
    this.#styled = styled;
  }

  close({ leftOut: reason, isItem }: Around): void {
    const text = oneLine(withoutSeams(this.#text));
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
    if (node.nodeType === 3) this.#words(withoutForeignMarks(node.textContent ?? ''), around);
    if (node.nodeType !== 1) return;
    const name = (node.localName ?? '').toLowerCase();
    if (unseen.has(name) || isHidden(node)) return;
    const look = doubtfulLook(node, ownLine.has(name), this.#styled);
    const inside = look === undefined ? around : { ...around, doubt: look };
    if (ownLine.has(name)) return this.#block(node, name, inside);
    this.#text += marks.seam;
    if (look === 'picture') this.#doubtful(look, node, around);
    else this.#inline(node, name, inside);
    if (name !== 'br') this.#text += marks.seam;
  }

  #words(text: string, around: Around): void {
    this.#text += around.doubt === undefined || text.trim() === '' ? text : doubt(around.doubt) + text;
  }

  #block(node: HtmlNode, name: string, around: Around): void {
    this.close(around);
    const reason =
      around.leftOut ??
      attributeReason(node) ??
      leftOutBlocks[name] ??
      (isHeading(name) ? 'heading' : undefined);
    const inside: Around = {
      ...(reason === undefined ? {} : { leftOut: reason }),
      isItem: name === 'li' || name === 'dt' || name === 'dd' || (around.isItem === true && name !== 'p'),
      ...(around.doubt === undefined ? {} : { doubt: around.doubt }),
    };
    this.children(node, inside);
    this.close(inside);
    if (isHeading(name) && around.leftOut === undefined)
      this.#heading = plainHeading(this.blocks.at(-1)?.text ?? '');
  }

  #inline(node: HtmlNode, name: string, around: Around): void {
    const lifted = name === 'sup' || name === 'sub' ? name : raisedByStyle(node);
    if (name === 'br') this.#text += marks.lineEnd;
    else if (lifted !== undefined) this.#raise(node, lifted, around);
    else if (code.has(name)) this.#between(marks.codeStart, node, around, marks.codeEnd);
    else if (name === 'q') this.#between('“', node, around, '”');
    else if (struckOut.has(name)) this.#doubtful('struck_out', node, around);
    else if (name === 'rt') this.#doubtful('reading_aid', node, around);
    else if (name === 'bdo') this.#doubtful('turned_signs', node, around);
    else if (name === 'math') this.#text += doubt('formula');
    else if (pictures.has(name)) this.#text += isOrnament(node) ? '' : doubt('picture');
    else if (fields.has(name)) {
      if (attribute(node, 'type') !== 'hidden') this.#doubtful('form_field', node, around);
    } else if (name === 'a') this.#link(node, around);
    else if (name === 'x-component' || (!isKnown(name) && isEmpty(node)))
      this.#doubtful('unknown_element', node, around);
    else if (isReference(node) && isMark(node)) this.#text += marks.note;
    else this.children(node, around);
  }

  #link(node: HtmlNode, around: Around): void {
    const text = oneLine(node.textContent ?? '');
    const href = attribute(node, 'href');
    const found = isReference(node) && isMark(node) ? 'note' : linkDoubt(text, href, this.#before());
    if (found === 'note') this.#text += marks.note;
    else if (found !== undefined) this.#doubtful(found, node, around);
    else if (href !== '' && isEmpty(node)) this.#doubtful('unknown_element', node, around);
    else this.children(node, around);
  }

  #between(before: string, node: HtmlNode, around: Around, after: string): void {
    this.#text += before;
    this.children(node, around);
    this.#text += after;
  }

  /** All that is in it is in doubt, blocks too; what has no words of its own leaves its doubt where it stands. */
  #doubtful(reason: Doubt, node: HtmlNode, around: Around): void {
    if (oneLine(node.textContent ?? '') === '') this.#text += doubt(reason);
    else this.children(node, { ...around, doubt: reason });
  }

  /** What stands before on the line, as far as it matters. */
  #before(): string {
    return this.#text.slice(-32).replaceAll(marks.seam, '').slice(-24);
  }

  #raise(node: HtmlNode, name: 'sup' | 'sub', around: Around): void {
    const text = oneLine(node.textContent ?? '');
    const links = [...node.childNodes].some((child) => /#/u.test(attribute(child, 'href')));
    const said = raised(name, text, this.#before(), links);
    if (said === undefined) this.#doubtful('raised_or_lowered', node, around);
    else this.#text += said;
  }
}

/** Without words and without anything else that is shown. */
const isEmpty = (node: HtmlNode): boolean =>
  oneLine(node.textContent ?? '') === '' &&
  ![...node.childNodes].some((child) => child.nodeType === 1 && !isOrnament(child));

const isReference = (node: HtmlNode): boolean =>
  /\b(?:reference|footnote|noteref)\b/u.test(attribute(node, 'role') + attribute(node, 'class'));

/** A mark such as [12], and no words. */
const isMark = (node: HtmlNode): boolean =>
  /^\W{0,2}[\w*†‡§]{1,4}\W{0,2}$/u.test(oneLine(node.textContent ?? ''));

function attributeReason(node: HtmlNode): string | undefined {
  const stated = attribute(node, 'data-left-out');
  if (/^[a-z_]{1,20}$/u.test(stated)) return stated;
  return attribute(node, 'role') === 'navigation' ? 'navigation' : undefined;
}

/** A heading without marks and without its name for links; code stays recognisable by its ticks. */
export function plainHeading(text: string): string {
  const marked = text.replaceAll(/[\uE000\uE001]/gu, '`').replaceAll(/[\uE002-\uE01F]/gu, '');
  // What Pandoc, kramdown and Docusaurus call a heading by: `## Bees {#bees}`.
  return oneLine(marked.replace(/\{[#.:][^{}]{0,80}\}\s{0,8}$/u, ''));
}
