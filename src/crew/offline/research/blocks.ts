/** A paragraph or list item of a source as plain text, with the heading it stands under. */
export interface Block {
  heading: string;
  text: string;
}

/** The blocks of a source and its title, where it has one. */
export interface SourceText {
  title: string | undefined;
  blocks: Block[];
}

/** Marks around code inside a block's text, so that sentences made of code can be told from prose; removed when sentences are cut. */
export const codeMarks = { start: '\uE000', end: '\uE001' } as const;

/** Collapses white space. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}
