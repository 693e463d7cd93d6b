/** A family of documents that are made to be slow, deep, large or broken, at any size. */
export interface Family {
  name: string;
  kind: 'markdown' | 'html' | 'pdf' | 'text';
  make: (bytes: number) => Uint8Array;
}

const utf8 = new TextEncoder();
const filled = (part: string, bytes: number): string =>
  part.repeat(Math.max(1, Math.floor(bytes / part.length)));
const nested = (open: string, close: string, bytes: number): string => {
  const depth = Math.max(1, Math.floor(bytes / (open.length + close.length)));
  return open.repeat(depth) + close.repeat(depth);
};
const numbered = (part: (n: number) => string, bytes: number): string => {
  const parts: string[] = [];
  for (let n = 0, length = 0; length < bytes; n += 1) {
    const next = part(n);
    parts.push(next);
    length += next.length;
  }
  return parts.join('');
};

const text =
  (kind: Family['kind']) =>
  (name: string, make: (bytes: number) => string): Family => ({
    name,
    kind,
    make: (bytes) => utf8.encode(make(bytes)),
  });
const markdown = text('markdown');
const html = text('html');
const plain = text('text');
const pdf = (name: string, make: (bytes: number) => string): Family => ({
  name,
  kind: 'pdf',
  make: (bytes) => Buffer.from(make(bytes), 'latin1'),
});

/** A PDF of these objects, without a table of them: readers have to look for them. */
function pdfOf(...objects: string[]): string {
  const bodies = objects.map((body, index) => `${String(index + 1)} 0 obj\n${body}\nendobj\n`).join('');
  return `%PDF-1.4\n${bodies}trailer\n<< /Root 1 0 R /Size ${String(objects.length + 1)} >>\n%%EOF\n`;
}
const page = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>';
export const onePage = (content: string): string =>
  pdfOf(
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    page,
    `<< /Length ${String(content.length)} >>\nstream\n${content}\nendstream`,
  );

export const families: Family[] = [
  markdown('brackets that open', (n) => filled('[', n)),
  markdown('links in links', (n) => nested('[a', '](b)', n)),
  markdown('pictures without an end', (n) => filled('![a](', n)),
  markdown('definitions, each used by the next', (n) =>
    numbered((k) => `[a${k}]: <b${k}> "[a${k + 1}]"\n\n[a${k}]\n\n`, n),
  ),
  markdown('definitions that nobody uses', (n) => numbered((k) => `[a${k}]:\nb\n'c'\n\n`, n)),
  markdown('links without number', (n) => filled('[a](b) [c](d)\n\n', n)),
  markdown('paragraphs of one letter', (n) => filled('a\n\n', n)),
  markdown('lines that are broken', (n) => filled('a\\\nb\n\n', n)),
  markdown('code in every word', (n) => filled('`a` `b`\n\n', n)),
  markdown('tables without number', (n) => filled('|a|b|c|d\n|-|-|-|-\n|1|2|3|4\n\n', n)),
  markdown('footnotes, each used', (n) => numbered((k) => `b[^a${k}]\n\n[^a${k}]: b\n\n`, n)),
  markdown('addresses of sites', (n) => filled('www.a.b \n\n', n)),
  markdown('fences, and links behind them', (n) => filled(`<x>\n\`\`\`\n\n${'[a](b) '.repeat(40)}\n\n`, n)),
  markdown('stars', (n) => filled('*', n)),
  markdown('stars between letters', (n) => filled('a*b', n)),
  markdown('stars and underscores', (n) => filled('*_', n)),
  markdown('emphasis that never ends', (n) => filled('**a ', n)),
  markdown('backticks of growing number', (n) => numbered((k) => `${'`'.repeat((k % 300) + 1)}a`, n)),
  markdown('quotes in quotes', (n) => `${filled('>', n)}a`),
  markdown('lists in lists', (n) => numbered((k) => `${'  '.repeat(k % 200)}- a\n`, n)),
  markdown('lists on one line', (n) => `${filled('- ', n)}a`),
  markdown('tables without rows', (n) => `${filled('|a', n / 2)}\n${filled('|-', n / 2)}\n`),
  markdown('tables of one column', (n) => `a|b\n-|-\n${filled('|\n', n)}`),
  markdown('footnotes that name each other', (n) => numbered((k) => `[^${k}]: see [^${k + 1}]\n`, n)),
  markdown('addresses without an end', (n) => filled('http://a.', n)),
  markdown('addresses of mail', (n) => filled('a@b.', n)),
  markdown('angle brackets', (n) => filled('<', n)),
  markdown('comments without an end', (n) => filled('<!--', n)),
  markdown('tags without an end', (n) => filled('<a b="', n)),
  markdown('elements that are never closed', (n) => filled('<div>', n)),
  markdown('entities', (n) => filled('&amp', n)),
  markdown('backslashes', (n) => filled('\\', n)),
  markdown('headings underlined', (n) => filled('a\n=\n', n)),
  markdown('a paragraph of one word', (n) => filled('a', n)),
  markdown('a paragraph of many lines', (n) => filled('a\n', n)),
  markdown('lines of blanks', (n) => filled('  \n', n)),
  markdown('front matter without an end', (n) => `---\n${filled('a: &a [*a]\n', n)}`),
  markdown(
    'front matter of anchors',
    (n) =>
      `---\n${numbered((k) => `a${k}: &a${k} [${k === 0 ? '1' : `*a${k - 1},*a${k - 1}`}]\n`, n)}---\ntext\n`,
  ),
  markdown('fences that open', (n) => numbered((k) => `${'`'.repeat(3 + (k % 50))}\n`, n)),
  markdown('full stops', (n) => filled('. ', n)),
  markdown('one sentence, over and over', (n) => filled('Bees dance to tell where food is. ', n)),
  markdown('directions and joiners', (n) => filled('\u202ea\u200d\u0301', n)),
  markdown('zeros', (n) => filled('\u0000', n)),
  html('elements that are never closed', (n) => filled('<div>', n)),
  html('elements that are never opened', (n) => filled('</div>', n)),
  html('tables in tables', (n) => nested('<table><tr><td>', '</td></tr></table>', n)),
  html('formatting that is never closed', (n) => filled('<b><i><p>', n)),
  html('links in links', (n) => filled('<a href="#">', n)),
  html('attributes without number', (n) => `<p ${numbered((k) => `a${k}="b" `, n)}>text</p>`),
  html('an attribute without an end', (n) => `<p a="${filled('<p>', n)}`),
  html('comments without an end', (n) => filled('<!--', n)),
  html('entities', (n) => filled('&#x1F600;&lt', n)),
  html('scripts without an end', (n) => filled('<script>', n)),
  html(
    'styles of many classes',
    (n) => `<style>${numbered((k) => `.a${k}{display:none}`, n)}</style><p class="a1">text</p>`,
  ),
  html('styles without an end', (n) => `<style>${filled('a{b:', n)}`),
  html('processing instructions', (n) => filled('<?a ', n)),
  html('character data', (n) => filled('<![CDATA[', n)),
  html('templates in templates', (n) => nested('<template>', '</template>', n)),
  html('frames and objects', (n) =>
    filled('<iframe src="file:///etc/passwd"><object data="/etc/passwd">', n),
  ),
  html('paragraphs of one letter', (n) => filled('<p>a', n)),
  html('selects and options', (n) => filled('<select><option>', n)),
  html('one word', (n) => filled('a', n)),
  html('drawings', (n) => nested('<svg><foreignObject>', '</foreignObject></svg>', n)),
  plain('blanks', (n) => `a${filled(' ', n)}b`),
  plain('hyphens at ends of lines', (n) => filled('a-\n', n)),
  plain('abbreviations', (n) => filled('e.g. ', n)),
  plain('quotation marks', (n) => filled('“', n)),
  plain('numbers with points', (n) => filled('1.2,3.', n)),
  pdf('nothing but its head', (n) => `%PDF-1.4\n${filled('a', n)}`),
  pdf('pages that are their own children', (n) =>
    pdfOf('<< /Type /Catalog /Pages 2 0 R >>', `<< /Type /Pages /Kids [${filled('2 0 R ', n)}] /Count 9 >>`),
  ),
  pdf('a million pages', (n) =>
    pdfOf(
      '<< /Type /Catalog /Pages 2 0 R >>',
      `<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>`,
      page,
      filled('% ', n),
    ),
  ),
  pdf('as many pages as it has room for', (n) =>
    pdfOf(
      '<< /Type /Catalog /Pages 2 0 R >>',
      `<< /Type /Pages /Kids [${filled('3 0 R ', n)}] /Count ${String(Math.floor(n / 6))} >>`,
      page,
      '<< /Length 0 >>\nstream\n\nendstream',
    ),
  ),
  pdf('arrays in arrays', (n) => pdfOf('<< /Type /Catalog /Pages 2 0 R >>', nested('[', ']', n))),
  pdf('dictionaries in dictionaries', (n) =>
    pdfOf('<< /Type /Catalog /Pages 2 0 R >>', nested('<</A', '>>', n)),
  ),
  pdf('objects that stand for each other', (n) =>
    pdfOf(
      '<< /Type /Catalog /Pages 2 0 R >>',
      ...Array.from({ length: Math.max(2, Math.floor(n / 30)) }, (_, k) => `${String(k + 3)} 0 R`),
    ),
  ),
  pdf('a stream that says it is longer', (n) =>
    onePage(filled('BT (a) Tj ET ', n)).replace(/\/Length \d+/, '/Length 999999999'),
  ),
  pdf('texts without number', (n) => onePage(`BT /F1 11 Tf ${filled('(a) Tj ', n)} ET`)),
  pdf('states that are kept and never given back', (n) => onePage(filled('q ', n))),
  pdf('brackets that open', (n) => onePage(filled('(', n))),
  pdf(
    'a table of objects that points at itself',
    (n) =>
      `%PDF-1.4\n${filled('% ', n)}\nxref\n0 1\n0000000000 65535 f \ntrailer << /Root 1 0 R /Prev 9 /Size 2 >>\nstartxref\n9\n%%EOF`,
  ),
  pdf('a stream of a form that is unknown', (n) =>
    onePage(filled('a', n)).replace(
      '<< /Length',
      '<< /Filter [/FlateDecode /LZWDecode /ASCII85Decode] /Length',
    ),
  ),
];
