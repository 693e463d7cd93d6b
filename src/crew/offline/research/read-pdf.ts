import { optionalPackage } from '../../optional-package.js';
import { oneLine, type Block, type SourceText } from './blocks.js';
import { lineEnd, listMark, mayEnd } from './join-lines.js';
import { doubt } from './marks.js';
import { linesOf, type PdfLine } from './pdf-lines.js';
import { looksOf } from './pdf-looks.js';

/** A PDF can name a million pages in a kilobyte. */
const mostPages = 5000;

/** Extracts a PDF's text; a scanned page has none. Headings, small print and what repeats on each page are left out by name. */
export async function readPdf(bytes: Uint8Array, progress: (share: number) => void): Promise<SourceText> {
  cutBuffersInNode20();
  const { getDocumentProxy, getResolvedPDFJS } = await optionalPackage('unpdf', () => import('unpdf'));
  const { OPS } = await getResolvedPDFJS();
  const document = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0, maxImageSize: 0 });
  try {
    if (document.numPages > mostPages) throw new RangeError('too_many_pages');
    const lines: PdfLine[] = [];
    for (let number = 1; number <= document.numPages; number += 1) {
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      const runs = items.filter((item) => 'str' in item);
      if (runs.length > 0) lines.push(...linesOf(runs, number, looksOf(await page.getOperatorList(), OPS)));
      page.cleanup();
      progress(number / document.numPages);
    }
    return { title: undefined, blocks: blocksOf(lines) };
  } finally {
    await document.destroy();
  }
}

/** What pdf.js cuts the tables of a font with, which Node has from 21 on. */
function cutBuffersInNode20(): void {
  if ('transferToFixedLength' in ArrayBuffer.prototype) return;
  // oxlint-disable-next-line no-extend-native -- the standard's own method, in the thread that reads documents
  Object.defineProperty(ArrayBuffer.prototype, 'transferToFixedLength', {
    configurable: true,
    writable: true,
    value(this: ArrayBuffer, length = this.byteLength): ArrayBuffer {
      const cut = new Uint8Array(length);
      cut.set(new Uint8Array(this).subarray(0, length));
      return cut.buffer;
    },
  });
}

/** The height that most of the text has. */
function bodyHeight(lines: readonly PdfLine[]): number {
  const counts = new Map<number, number>();
  for (const { height, text } of lines) {
    const near = Math.round(height * 2) / 2;
    counts.set(near, (counts.get(near) ?? 0) + text.length);
  }
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most), [0, 0] as [number, number])[0];
}

const likeness = ({ text, y }: PdfLine): string =>
  `${String(Math.round(y / 4))} ${text.replaceAll(/\d+/gu, '#')}`;

/** Running heads, feet and page numbers: the outermost lines of a page that stand on others at the same place. */
function furniture(lines: readonly PdfLine[]): Set<PdfLine> {
  const pages = groupedByPage(lines);
  const outermost = [...pages.values()].flatMap((page) => {
    const byHeight = [...page].sort((a, b) => b.y - a.y);
    return [...new Set([...byHeight.slice(0, 2), ...byHeight.slice(-2)])];
  });
  const counts = new Map<string, number>();
  for (const line of outermost) counts.set(likeness(line), (counts.get(likeness(line)) ?? 0) + 1);
  const isNumber = ({ text }: PdfLine): boolean =>
    /^\W*(?:page )?[\divxl]{1,5}(?: (?:of|\/) \d+)?\W*$/iu.test(text);
  return new Set(outermost.filter((line) => (counts.get(likeness(line)) ?? 0) > 1 || isNumber(line)));
}

function groupedByPage(lines: readonly PdfLine[]): Map<number, PdfLine[]> {
  const pages = new Map<number, PdfLine[]>();
  for (const line of lines) {
    const page = pages.get(line.page);
    if (page === undefined) pages.set(line.page, [line]);
    else page.push(line);
  }
  return pages;
}

function blocksOf(lines: readonly PdfLine[]): Block[] {
  const frame = furniture(lines);
  const height = bodyHeight(lines);
  const width = Math.max(0, ...lines.map(({ text }) => text.length).slice(0, 10_000));
  const blocks: Block[] = [];
  let heading = '';
  let open: PdfLine[] = [];
  let begins = '';
  let isItem = false;
  const close = (next = '', nextIsItem = false): void => {
    const [first] = open;
    const text = oneLine(
      begins + open.map((line, index) => line.text + endOf(line, open[index + 1], width)).join(''),
    );
    const wasItem = isItem;
    begins = next;
    isItem = nextIsItem;
    open = [];
    if (first === undefined || text === '') return;
    if (first.isTurned) blocks.push({ heading, text, leftOut: 'turned_text' });
    else if (first.height < 0.9 * height) blocks.push({ heading, text, leftOut: 'small_print' });
    else if (first.height > 1.12 * height) {
      blocks.push({ heading, text, leftOut: 'heading' });
      heading = text.replaceAll(/[\uE000-\uE01F]/gu, '');
    } else blocks.push({ heading, text, ...(wasItem ? { isItem: true } : {}) });
  };
  for (const [index, given] of lines.entries()) {
    if (frame.has(given)) {
      blocks.push({ heading, text: given.text, leftOut: 'page_frame' });
      continue;
    }
    const line = besideFrame(given, [lines[index - 1], lines[index + 1]], frame, height);
    const before = open.at(-1);
    const item = listMark.exec(line.text);
    if (item || line.hasBullet) {
      close(before === undefined || isItem ? '' : beforeItem(before), true);
      open.push({ ...line, text: line.text.slice(item?.[0].length ?? 0) });
      continue;
    }
    if (before !== undefined) {
      const end = breakAfter(before, line, height);
      if (end !== undefined) close(end);
    }
    open.push(line);
  }
  close();
  return blocks;
}

/** What stands right beside a line that was taken for the page's frame may have been one text with it. */
function besideFrame(
  line: PdfLine,
  around: readonly (PdfLine | undefined)[],
  frame: ReadonlySet<PdfLine>,
  height: number,
): PdfLine {
  const near = around.some(
    (other) =>
      other !== undefined &&
      frame.has(other) &&
      other.page === line.page &&
      Math.abs(other.y - line.y) <= 1.75 * height,
  );
  return near ? { ...line, text: doubt('page_break') + line.text } : line;
}

/** A dash or a number may as well be the sentence's own, at the beginning of a line by chance. */
const beforeItem = ({ text }: PdfLine): string =>
  mayEnd(text) || text.endsWith(':') ? '' : doubt('unsure_line_end');

/** Undefined where the paragraph goes on, else the mark that the next one begins with. */
function breakAfter(before: PdfLine, line: PdfLine, height: number): string | undefined {
  const sameSize = Math.abs(before.height - line.height) < 0.09 * height && before.isTurned === line.isTurned;
  const ended = mayEnd(before.text);
  if (!sameSize) return ended || before.height > 1.12 * height ? '' : doubt('unsure_line_end');
  const isElsewhere = before.page !== line.page || line.y > before.y;
  if (isElsewhere) return ended ? '' : undefined;
  if (before.y - line.y <= 1.75 * height && !(ended && line.x > before.x + 0.6 * height)) return undefined;
  const isShort = before.right - before.x < 0.6 * (line.right - line.x);
  return ended || isShort ? '' : doubt('unsure_line_end');
}

function endOf(line: PdfLine, next: PdfLine | undefined, width: number): string {
  if (next === undefined) return '';
  if (line.page !== next.page || next.y > line.y) return mayEnd(line.text) ? ' ' : ` ${doubt('page_break')}`;
  return lineEnd(line.text, next.text, width * 0.75);
}
