import { marked, type Token, type Tokens } from 'marked';

/**
 * Signs of a block times its length: marked 18.2.1 takes time with their product, and more where signs are nested. The page stands still meanwhile.
 */
const mostWork = 8_000_000;
/** Of all blocks together. */
const mostWorkOfAll = 60_000_000;
/** Quotes and lists that begin on one line; each is a call within the one before. */
const mostMarks = 30;
/** What is nested deeper is shown as it is written. */
const deepest = 40;

/** The blocks of a Markdown text; undefined where it is made so that reading it would hold up the page. */
export function blocksOf(text: string): Token[] | undefined {
  if (isCostly(text)) return undefined;
  try {
    return flattened(marked.lexer(text), deepest);
  } catch {
    return undefined;
  }
}

function flattened(tokens: readonly Token[], left: number): Token[] {
  return tokens.map((token): Token => {
    const { raw } = token;
    if (left === 0) return { type: 'text', raw, text: raw };
    if (token.type === 'list')
      return {
        ...token,
        items: (token as Tokens.List).items.map((item) => ({
          ...item,
          tokens: flattened(item.tokens, left - 1),
        })),
      };
    return 'tokens' in token && token.tokens
      ? { ...token, tokens: flattened(token.tokens, left - 1) }
      : token;
  });
}

function isCostly(text: string): boolean {
  let work = 0;
  let length = 0;
  let signs = 0;
  for (const line of text.split('\n')) {
    const marks = marksOf(line);
    const isBlank = line.trim() === '';
    if (isBlank) work += length * signs;
    length = isBlank ? 0 : length + line.length + 1;
    signs = isBlank ? 0 : signs + marks + signsOf(line);
    if (marks > mostMarks || length * signs > mostWork || work > mostWorkOfAll) return true;
  }
  return false;
}

function marksOf(line: string): number {
  // A line across the page.
  if (/^ {0,3}(?:[*-][ \t]*)+$/.test(line) && line.length < 200) return 1;
  let marks = 0;
  for (const sign of line) {
    if ('>-*+'.includes(sign)) marks += 1;
    else if (!' \t.)0123456789'.includes(sign)) break;
  }
  return marks;
}

function signsOf(line: string): number {
  let signs = 0;
  for (const sign of line) if ('*_~[]`<'.includes(sign)) signs += 1;
  return signs;
}
