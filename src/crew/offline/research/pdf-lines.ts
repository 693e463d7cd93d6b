import { doubt, withoutForeignMarks } from './marks.js';
import type { Box } from './pdf-drawing.js';
import type { DoubtfulStretch, PageLooks } from './pdf-looks.js';
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
  /** Whether something small is drawn before it, as before an item of a list. */
  hasBullet: boolean;
}

/** A wider gap than this, in heights of the text, is one between columns. */
const widestSpace = 1.2;
/** Numbers of lines, and of rows, stand nearer than that. */
const nextToNumber = 0.8;

const at = (run: TextRun, index: number): number => run.transform[index] ?? 0;

/** Puts a page's runs together to lines; raised and lowered signs become what they are, or a doubt, and so do words that are not seen as they stand. */
export function linesOf(runs: readonly TextRun[], page: number, looks: PageLooks): PdfLine[] {
  const lines: PdfLine[] = [];
  let open: TextRun[] = [];
  const close = (): void => {
    const seen = open.filter(({ str }) => str.trim() !== '');
    if (seen.length > 0) lines.push(lineOf(open, seen, page, looks));
    open = [];
  };
  for (const run of printedOnce(runs)) {
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

/** Text is printed twice to look bold. */
function printedOnce(runs: readonly TextRun[]): TextRun[] {
  const places = new Map<string, TextRun[]>();
  return runs.filter((run) => {
    if (run.str.trim() === '') return true;
    const others = places.get(run.str) ?? [];
    const again = others.some(
      (other) => Math.abs(at(other, 4) - at(run, 4)) < 1.5 && Math.abs(at(other, 5) - at(run, 5)) < 1.5,
    );
    if (!again) places.set(run.str, [...others, run]);
    return !again;
  });
}

function lineOf(
  runs: readonly TextRun[],
  seen: readonly TextRun[],
  page: number,
  { doubtful, bullets }: PageLooks,
): PdfLine {
  const main = seen.reduce((most, run) =>
    run.str.length * run.height > most.str.length * most.height ? run : most,
  );
  let text = '';
  // Where the last words ended; spaces are often runs of their own.
  let end: number | undefined;
  let before = '';
  for (const run of runs) {
    if (run.str.trim() === '') {
      if (run.str !== '') text += ' ';
      continue;
    }
    const gap = (end === undefined ? 0 : at(run, 4) - end) / main.height;
    const besideNumber = isNumber(before) || (isNumber(run.str) && run === seen.at(-1));
    if (gap > (besideNumber ? nextToNumber : widestSpace)) text += ` ${doubt('columns')}`;
    else if (gap > 0.15 && !text.endsWith(' ')) text += ' ';
    text += signs(run, main, text, doubtful);
    end = at(run, 4) + run.width;
    before = run === seen[0] ? run.str : 'no number';
  }
  const [x, y] = [at(seen[0] ?? main, 4), at(main, 5)];
  return {
    text: text.replaceAll(/\s+/gu, ' ').trim(),
    x,
    y,
    right: end ?? 0,
    height: main.height,
    page,
    isTurned: Math.abs(at(main, 1)) > 0.01 * Math.abs(at(main, 0)),
    hasBullet: bullets.some((bullet) => isBefore(bullet, { x, y, height: main.height })),
  };
}

/** Whether a shape stands beside the beginning of a line, no higher than its letters. */
function isBefore(shape: Box, { x, y, height }: { x: number; y: number; height: number }): boolean {
  const middle = (shape.bottom + shape.top) / 2 - y;
  const gap = x - shape.right;
  const isInLine = middle > 0 && middle < 0.8 * height && shape.top - shape.bottom < 0.7 * height;
  return isInLine && gap > 0 && gap < 2.5 * height;
}

const isNumber = (text: string): boolean => /^\W?\d{1,4}\W?$/u.test(text.trim());

/** A run's words; one that stands higher or lower than its line is no part of the word before it. */
function signs(run: TextRun, main: TextRun, before: string, doubtful: readonly DoubtfulStretch[]): string {
  const words = withDoubts(run, doubtful);
  const shift = (at(run, 5) - at(main, 5)) / main.height;
  const isSmall = run.height < 0.85 * main.height && /^\d/u.test(words) && /[\p{L}\p{N}]$/u.test(before);
  if (Math.abs(shift) < 0.12) return isSmall ? doubt('number_in_parts') + words : words;
  const said = raised(shift > 0 ? 'sup' : 'sub', words.trim(), before.slice(-24), false);
  return said ?? doubt('raised_or_lowered') + words;
}

/** How far a letter may be from where the width of all says that it is. */
const lettersOff = 2;

/** A run's words, with a mark before each that is on a doubtful stretch, or so near that it may be. */
function withDoubts(run: TextRun, doubtful: readonly DoubtfulStretch[]): string {
  const [left, bottom] = [at(run, 4), at(run, 5)];
  const words = withoutForeignMarks(run.str);
  const here = doubtful.filter(
    (stretch) =>
      stretch.left < left + run.width &&
      stretch.right > left &&
      stretch.bottom < bottom + 0.5 * run.height &&
      stretch.top > bottom + 0.3 * run.height,
  );
  if (here.length === 0) return words;
  const letter = run.width / Math.max(1, words.length);
  return words.replaceAll(/\S+/gu, (word, index: number) => {
    const from = left + (index - lettersOff) * letter;
    const to = left + (index + word.length + lettersOff) * letter;
    const found = here.find((stretch) => stretch.left < to && stretch.right > from);
    return found ? doubt(found.doubt) + word : word;
  });
}
