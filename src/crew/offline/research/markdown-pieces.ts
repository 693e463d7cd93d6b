import { isKnown } from './html-elements.js';

/** A part of a Markdown file that can be parsed by itself, with the definitions that it refers to. */
export interface MarkdownPiece {
  text: string;
  definitions: string;
  /** One paragraph so long that parsing it would take time with its square. */
  tooLong: boolean;
}

/** micromark 4 takes time with the square of a paragraph, and memory of a hundred times its text: large files are parsed in pieces. */
const wanted = 16 * 1024;
const longestParagraph = 64 * 1024;
/** It goes into each piece that refers to it. */
const longestDefinition = 1024;

const fence = /^[ \t>]*(?:[-*+]\s+|\d+[.)]\s+)*(`{3,}|~{3,})/u;
const definition = /^ {0,3}\[(\^?[^[\]]{1,200})\]:/u;
const voidTags = /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)$/iu;

/** Counts what is open at the end of a line, to cut only where nothing is. */
class Openness {
  #fence = '';
  #tags = 0;
  #comment = false;

  add(line: string): void {
    const mark = fence.exec(line)?.[1] ?? '';
    if (this.#fence !== '') {
      if (mark.startsWith(this.#fence) && /^[`~\s]*$/u.test(line.slice(line.indexOf(mark)))) this.#fence = '';
      return;
    }
    if (mark !== '') {
      this.#fence = mark;
      return;
    }
    if (!line.includes('<') && !this.#comment) return;
    const outsideCode = line.replaceAll(/(?<!`)(`+)(?!`).{0,2000}?(?<!`)\1(?!`)/gu, '');
    for (const [sign, slash, name] of outsideCode.matchAll(/<!--|-->|<(\/?)([a-z][\w-]{0,40})/giu)) {
      if (sign === '<!--') this.#comment = true;
      else if (sign === '-->') this.#comment = false;
      else if (!this.#comment && name !== undefined && !voidTags.test(name) && isKnown(name.toLowerCase()))
        this.#tags = Math.max(0, this.#tags + (slash === '/' ? -1 : 1));
    }
  }

  get isClosed(): boolean {
    return this.#fence === '' && this.#tags === 0 && !this.#comment;
  }
}

/** Cuts a Markdown text at blank lines between blocks that have nothing to do with each other. */
export function* markdownPieces(source: string): Generator<MarkdownPiece> {
  if (source.length <= 2 * wanted) {
    yield { text: source, definitions: '', tooLong: false };
    return;
  }
  const lines = source.split('\n');
  const known = new Map<string, string>();
  for (const line of lines) {
    const label = definition.exec(line)?.[1];
    // Markdown takes the first of several.
    if (label !== undefined && line.length <= longestDefinition && !known.has(normal(label)))
      known.set(normal(label), line);
  }
  let open = new Openness();
  let piece: string[] = [];
  let size = 0;
  for (const [index, line] of lines.entries()) {
    piece.push(line);
    size += line.length + 1;
    open.add(line);
    const next = lines[index + 1] ?? '';
    const atBlank = line.trim() === '' && /^[^\s>\-*+\d]/u.test(next);
    if (!(size >= wanted && atBlank && open.isClosed)) continue;
    yield* cut(piece.join('\n'), known);
    piece = [];
    size = 0;
    open = new Openness();
  }
  if (size > 0) yield* cut(piece.join('\n'), known);
}

const normal = (label: string): string => label.replaceAll(/\s+/gu, ' ').trim().toLowerCase();

function* cut(text: string, known: ReadonlyMap<string, string>): Generator<MarkdownPiece> {
  for (const part of text.length <= longestParagraph ? [text] : longParagraphs(text)) {
    yield { text: part, definitions: definitionsFor(part, known), tooLong: part.length > longestParagraph };
  }
}

/** Those that a piece refers to and does not have itself. */
function definitionsFor(text: string, known: ReadonlyMap<string, string>): string {
  const own = new Set(text.split('\n').map((line) => normal(definition.exec(line)?.[1] ?? '')));
  const used = new Set<string>();
  for (const [, label] of text.matchAll(/\[(\^?[^[\]]{1,200})\]/gu)) {
    const line = known.get(normal(label ?? ''));
    if (line !== undefined && !own.has(normal(label ?? ''))) used.add(line);
  }
  return [...used].join('\n\n');
}

/** Cuts a very long paragraph after sentences where every sign that opens something has been closed. */
function* longParagraphs(text: string): Generator<string> {
  let from = 0;
  while (text.length - from > longestParagraph) {
    const stop = safeStop(text, from);
    if (stop === undefined) break;
    yield text.slice(from, stop);
    from = stop;
  }
  yield text.slice(from);
}

const pairs: Readonly<Record<string, string>> = { '[': ']', '(': ')', '<': '>' };

function safeStop(text: string, from: number): number | undefined {
  const counts = new Map<string, number>();
  let uneven = 0;
  let last: number | undefined;
  const add = (sign: string, change: number): void => {
    const before = counts.get(sign) ?? 0;
    const now = change === 0 ? 1 - before : before + change;
    counts.set(sign, now);
    uneven += Number(now !== 0) - Number(before !== 0);
  };
  for (let at = from; at < Math.min(text.length, from + longestParagraph); at += 1) {
    const sign = text[at] ?? '';
    if (pairs[sign] !== undefined) add(sign, 1);
    else if (sign === ']' || sign === ')' || sign === '>')
      add(sign === ']' ? '[' : sign === ')' ? '(' : '<', -1);
    else if (sign === '`' || sign === '*' || sign === '_' || sign === '~') add(sign, 0);
    else if (
      uneven === 0 &&
      sign === ' ' &&
      /[.!?]/u.test(text[at - 1] ?? '') &&
      /\p{Lu}/u.test(text[at + 1] ?? '')
    ) {
      last = at;
      if (at - from > wanted) return last;
    }
  }
  return last;
}
