import type { MarkdownNode } from './markdown-html.js';

/** Whatever may begin or end something in Markdown, the ends of lines too: parsing takes time in proportion to them. */
const marks = /[\n!#$%&()*+\-/:;<=>?@[\\\]^_`{|}~]|\.(?=[a-z])/giu;
/** What costs several times as much as its signs say: the end of a block, a footnote, an address that is no link. */
const dear = /\n\s*\n|\[\^|www\./giu;
const marksIn = (text: string): number =>
  (text.match(marks)?.length ?? 0) + 2 * (text.match(dear)?.length ?? 0);

/** Marks in a hundred signs, what is dear counted three times: ordinary Markdown has 10 to 20, the densest long one that was found 28, one that is made to be slow 40 to 100. */
const share = 0.29;
/** For a part that is denser than its file. */
const atOnce = 20_000;

/** What a file's markup may cost: a file of ordinary markup, however long, never comes to the end of it. */
export class MarkupBudget {
  #read = 0;
  #spent = 0;

  /** Whether a piece of this length may be parsed. One that may not is counted as read, so that what follows it may. */
  allows(length: number): boolean {
    this.#read += length;
    return this.#spent <= atOnce + share * this.#read;
  }

  /** Takes what has been parsed. Code is taken as its lines. */
  spend(text: string, tree: MarkdownNode): void {
    this.#spent += marksIn(text) - signsOfCode(tree);
  }
}

/** The marks in code that are no ends of lines. */
function signsOfCode({ type, value = '', children = [] }: MarkdownNode): number {
  if (type === 'code') return marksIn(value.replaceAll('\n', ' '));
  return children.reduce((sum, child) => sum + signsOfCode(child), 0);
}
