/** A paragraph or list item of a source as marked text (see marks.ts), with the heading it stands under. */
export interface Block {
  heading: string;
  text: string;
  /** A list item seldom stands alone as prose does. */
  isItem?: boolean;
  /** Why nothing of it can be quoted: a table, code, the page's furniture. Its sentences are counted under that reason. */
  leftOut?: string;
}

/** The blocks of a source and its title, where it has one. */
export interface SourceText {
  title: string | undefined;
  blocks: Block[];
}

/** Collapses white space. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}
