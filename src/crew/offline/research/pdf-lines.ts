import { doubt, withoutForeignMarks } from './marks.js';
import { raised } from './raised.js';

/** A run of text as pdf.js gives it; widths and heights in points. */
export interface TextRun {
  str: string;
  width: number;
  height: number;
  transform: readonly number[];
  hasEOL: boolean;
}

/** A line of a page as a person sees it. */
export interface PdfLine {
  text: string;
  x: number;
  y: number;
  right: number;
  height: number;
  page: number;
  isTurned: boolean;
}

const at = (run: TextRun, index: number): number => run.transform[index] ?? 0;

/** Puts a page's runs together to lines; raised and lowered signs become what they are, or a doubt. */
export function linesOf(runs: readonly TextRun[], page: number): PdfLine[] {
  const lines: PdfLine[] = [];
  let open: TextRun[] = [];
  const close = (): void => {
    const seen = open.filter(({ str }) => str.trim() !== '');
    if (seen.length > 0) lines.push(lineOf(open, seen, page));
    open = [];
  };
  for (const run of runs) {
    const before = open.findLast(({ str }) => str.trim() !== '');
    const away = before === undefined ? 0 : Math.abs(at(run, 5) - at(before, 5));
    if (before !== undefined && run.str.trim() !== '' && away > 0.7 * Math.max(before.height, run.height))
      close();
    open.push(run);
    if (run.hasEOL) close();
  }
  close();
  return lines;
}

function lineOf(runs: readonly TextRun[], seen: readonly TextRun[], page: number): PdfLine {
  const main = seen.reduce((most, run) =>
    run.str.length * run.height > most.str.length * most.height ? run : most,
  );
  let text = '';
  let end: number | undefined;
  for (const run of runs) {
    if (run.str === '') continue;
    const gap = end === undefined ? 0 : at(run, 4) - end;
    if (run.str.trim() === '') {
      if (run.width > 2.5 * main.height) text += ` ${doubt('columns')}`;
      text += ' ';
      end = at(run, 4) + run.width;
      continue;
    }
    if (gap > 2.5 * main.height) text += ` ${doubt('columns')}`;
    else if (gap > 0.15 * main.height && !text.endsWith(' ')) text += ' ';
    text += signs(run, main, text);
    end = at(run, 4) + run.width;
  }
  return {
    text: text.replaceAll(/\s+/gu, ' ').trim(),
    x: at(seen[0] ?? main, 4),
    y: at(main, 5),
    right: end ?? 0,
    height: main.height,
    page,
    isTurned: Math.abs(at(main, 1)) > 0.01 * Math.abs(at(main, 0)),
  };
}

/** A run's words; one that stands higher or lower than its line is no part of the word before it. */
function signs(run: TextRun, main: TextRun, before: string): string {
  const words = withoutForeignMarks(run.str);
  const shift = (at(run, 5) - at(main, 5)) / main.height;
  if (Math.abs(shift) < 0.12) return words;
  const said = raised(shift > 0 ? 'sup' : 'sub', words.trim(), before.slice(-24), false);
  return said ?? doubt('raised_or_lowered') + words;
}
