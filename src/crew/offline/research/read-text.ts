import { oneLine, type Block, type SourceText } from './blocks.js';
import { lineEnd, listMark, mayEnd } from './join-lines.js';
import { doubt } from './marks.js';

/** A line without its indentation, which is counted in columns. */
interface Line {
  indent: number;
  text: string;
}

const rule = /^([-=~^"'`#*+._:])\1{2,}$/u;
/** Hand-broken lines are seldom longer; longer ones are whole paragraphs. */
const longestBrokenLine = 120;

function lineOf(raw: string): Line {
  const text = raw.trim();
  const space = raw.slice(0, raw.length - raw.trimStart().length);
  return { indent: space.replaceAll('\t', '        ').length, text };
}

/** Text in columns cannot be told from a sentence with wide gaps. */
const withColumns = (text: string): string =>
  text.replaceAll(/(?<=\S)(?: {3,}|[^\S\t]*\t\s*)(?=\S)/gu, ` ${doubt('columns')}`);

/** Puts the lines of one paragraph together. */
function joined(lines: readonly Line[]): string {
  const width = lines.reduce((most, { text }) => Math.max(most, text.length), 0);
  return oneLine(
    lines
      .map(({ text }, index) => {
        const next = lines[index + 1];
        return withColumns(text) + (next === undefined ? '' : lineEnd(text, next.text, width));
      })
      .join(''),
  );
}

/**
 * Extracts paragraphs from plain text. Blank lines separate them, as do bullets, rules, and where a sentence has ended a deeper first line or
 * a line of a whole paragraph's length. What stands deeper after a `::` is code.
 */
export function readText(source: string): SourceText {
  const blocks: Block[] = [];
  let open: Line[] = [];
  let heading = '';
  let isItem = false;
  let codeAfter: number | undefined;
  const close = (): void => {
    const [first] = open;
    if (first !== undefined) {
      const text = joined(open);
      if (codeAfter !== undefined && first.indent <= codeAfter) codeAfter = undefined;
      const isCode = codeAfter !== undefined;
      blocks.push({
        heading,
        text,
        ...(isItem ? { isItem } : {}),
        ...(isCode ? { leftOut: 'code_block' } : {}),
      });
      if (!isCode && text.endsWith('::')) codeAfter = first.indent;
    }
    open = [];
    isItem = false;
  };
  for (const raw of source.split(/\r\n?|\n|\f/u)) {
    const line = lineOf(raw);
    const before = open.at(-1);
    if (line.text === '') close();
    else if (rule.test(line.text)) {
      const isTitle = open.length === 1 && before !== undefined && !mayEnd(before.text);
      close();
      if (isTitle) heading = blocks.at(-1)?.text ?? heading;
    } else {
      const item = listMark.exec(line.text);
      const ended = before !== undefined && mayEnd(before.text);
      const startsNew =
        item !== null || (ended && (line.indent > before.indent || before.text.length > longestBrokenLine));
      const wasItem = isItem;
      if (startsNew) close();
      if (item !== null && open.length === 0) isItem = true;
      if (item === null) open.push(line);
      else {
        // A dash or a number may as well be the sentence's own, at the beginning of a line by chance.
        const unsure = before !== undefined && !wasItem && !ended && !before.text.endsWith(':');
        const text = line.text.slice(item[0].length);
        open.push({ ...line, text: unsure ? doubt('unsure_line_end') + text : text });
      }
    }
  }
  close();
  return { title: undefined, blocks };
}
