import { doubt, marks } from './marks.js';

/** What an item of a list begins with. */
export const listMark = /^(?:[-*+•‣–◦▪]|\(?\d{1,3}[.)]|\(?[a-z]\))\s+(?=\S)/u;

const endsSentence = /[.!?…]["'”’)\]»\uE001\uE003]*$/u;

/** Whether a line may be the last of its sentence. */
export const mayEnd = (line: string): boolean => endsSentence.test(line);

/**
 * The mark for a line's end where lines were broken by hand: nothing more than a space when the line was full or the next goes on with a
 * small letter or this one ends a sentence; otherwise (a title without a full stop, a verse) nobody can tell.
 */
export function lineEnd(line: string, next: string, width: number): string {
  if (/[\p{L}\d][-\u2010]$/u.test(line)) return doubt('broken_word');
  if (mayEnd(line) || /^[\p{Ll}(,;]/u.test(next) || /[,;]$/u.test(line)) return ' ';
  const firstWord = /^\S*/u.exec(next)?.[0].length ?? 0;
  return line.length + 1 + firstWord > width ? ' ' : ` ${doubt('unsure_line_end')}`;
}

/** The same for breaks that the source asks for (`<br>`): there is no width to go by. */
export function settleLineEnds(marked: string): string {
  if (!marked.includes(marks.lineEnd)) return marked;
  return marked
    .split(marks.lineEnd)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line, index, lines) => {
      const next = lines[index + 1];
      return next === undefined ? line : line + lineEnd(line, next, Infinity);
    })
    .join('');
}
