import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import Table from 'cli-table3';
import { rank } from '../../src/crew/offline/research/rank.js';
import { readSources } from '../../src/crew/offline/research/read-sources.js';

/** How sources of one shape are written: so many megabytes, or so many files. */
interface Shape {
  name: string;
  sizes: readonly number[];
  unit: string;
  write(folder: string, size: number): void;
}

interface Row {
  shape: string;
  size: string;
  readMs: number;
  chooseMs: number;
  /** The process's memory at its highest, over what it was before. */
  peakMegabytes: number;
  sentences: number;
}

const people = 'keeper farmer sailor teacher baker miller doctor painter'.split(' ');
const places = 'house harbour bridge market school garden river tower'.split(' ');

/** A sentence of about eighty letters, each a different one. */
const sentence = (index: number): string =>
  `The ${people[index % 8] ?? ''} number ${String(index)} of the old town watched the wooden door of the ${places[(index >> 3) % 8] ?? ''}.`;

function prose(megabytes: number, separator: string): string {
  const parts: string[] = [];
  for (let index = 0, length = 0; length < megabytes * 1_000_000; index += 1) {
    const next = sentence(index);
    parts.push(next);
    length += next.length + separator.length;
  }
  return parts.join(separator);
}

const shapes: readonly Shape[] = [
  {
    name: 'a text of one line',
    sizes: [1, 5, 20],
    unit: 'MB',
    write: (folder, size) => writeFileSync(join(folder, 'a.txt'), prose(size, ' ')),
  },
  {
    name: 'a text of short lines',
    sizes: [1, 5, 20],
    unit: 'MB',
    // 20 MB are a million lines.
    write: (folder, size) =>
      writeFileSync(join(folder, 'a.txt'), 'The keeper saw a boat.\n'.repeat(size * 43_478)),
  },
  {
    name: 'Markdown of one line',
    sizes: [1, 5, 20],
    unit: 'MB',
    write: (folder, size) => writeFileSync(join(folder, 'a.md'), prose(size, ' ')),
  },
  {
    name: 'a page of one paragraph',
    sizes: [1, 5, 20],
    unit: 'MB',
    write: (folder, size) => writeFileSync(join(folder, 'a.html'), `<p>${prose(size, ' ')}</p>`),
  },
  {
    name: 'Markdown files of 2 KB',
    sizes: [50, 500, 5000],
    unit: 'files',
    write(folder, size) {
      for (let file = 0; file < size; file += 1) {
        const text = Array.from({ length: 25 }, (_, index) => sentence(file * 25 + index)).join(' ');
        writeFileSync(join(folder, `${String(file)}.md`), `# Part ${String(file)}\n\n${text}\n`);
      }
    },
  },
];

async function measured(folder: string, shape: Shape, size: number): Promise<Row> {
  mkdirSync(folder, { recursive: true });
  shape.write(folder, size);
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
  const worker = pathToFileURL(resolve('dist/src/crew/offline/research/reader-worker.js'));
  const startedAt = performance.now();
  const { read } = await readSources([folder], { signal: new AbortController().signal, worker });
  const readAt = performance.now();
  await rank('The keeper of the house', read, 570).catch(() => {});
  const endedAt = performance.now();
  clearInterval(timer);
  return {
    shape: shape.name,
    size: `${String(size)} ${shape.unit}`,
    readMs: Math.round(readAt - startedAt),
    chooseMs: Math.round(endedAt - readAt),
    peakMegabytes: Math.round((Math.max(peak, process.memoryUsage.rss()) - before) / 1_000_000),
    sentences: read.reduce((sum, { total }) => sum + total, 0),
  };
}

/** Reads sources of growing size in shapes that are hard, and chooses from them as for three minutes. Needs a build, for the reader's thread. */
export async function measureSources(folder: string, asJson: boolean): Promise<void> {
  if (!existsSync('dist/src/crew/offline/research/reader-worker.js'))
    throw new Error('Run `npm run build` first.');
  const rows: Row[] = [];
  for (const [index, shape] of shapes.entries()) {
    for (const size of shape.sizes) {
      const row = await measured(join(folder, `${String(index)}-${String(size)}`), shape, size);
      rows.push(row);
      process.stderr.write(`${JSON.stringify(row)}\n`);
    }
  }
  if (asJson) return void process.stdout.write(`${JSON.stringify(rows)}\n`);
  const table = new Table({
    head: ['sources', 'size', 'reading, ms', 'choosing, ms', 'memory, MB', 'sentences'],
  });
  for (const row of rows)
    table.push([row.shape, row.size, row.readMs, row.chooseMs, row.peakMegabytes, row.sentences]);
  process.stdout.write(`${table.toString()}\n`);
}
