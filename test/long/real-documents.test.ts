import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { SourceKind } from '../../src/crew/offline/research/open-source.js';
import { judgedOf } from '../crew/offline/judged.js';
import { lettersOf, seenByAnother, wordsInOrder } from '../crew/offline/second-renderer.js';

/** Another sample: SHOWRUNNER_SEED=<seed> npm run test:long -- real-documents */
const seed = Number(process.env['SHOWRUNNER_SEED'] ?? 17);
const filesOfEach = 40;
const largest = 150_000;
/** A sample of slow documents ends early rather than late. */
const longestMs = 50_000;

/** Numbers from 0 to 1 that follow from the seed (the generator of Numerical Recipes). */
function numbers(from: number): () => number {
  let state = from;
  return () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Shelf {
  folder: string;
  kind: SourceKind;
  isOne: (name: string) => boolean;
  /** What makes a text of the file; undefined where the machine cannot. */
  shown?: (source: string) => string | undefined;
}

/** A manual's page as a terminal shows it. */
function manualPage(source: string): string | undefined {
  try {
    // The pages of other programs' manuals are no commands: groff's own safe mode keeps them from running any.
    const page = execFileSync('groff', ['-S', '-mandoc', '-Tutf8', '-P-cbou'], {
      input: source,
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    return page.toString();
  } catch {
    return undefined;
  }
}

const shelves: Readonly<Record<string, Shelf>> = {
  'Markdown of packages': {
    folder: path.join(root, 'node_modules'),
    kind: 'markdown',
    isOne: (name) => name.endsWith('.md'),
  },
  'licences of packages': {
    folder: path.join(root, 'node_modules'),
    kind: 'text',
    isOne: (name) => /^(?:licen[cs]e|notice)(?:\.txt)?$/iu.test(name),
  },
  'our own pages': {
    folder: path.join(root, 'docs'),
    kind: 'markdown',
    isOne: (name) => name.endsWith('.md'),
  },
  'texts of Debian': {
    folder: '/usr/share/doc',
    kind: 'text',
    isOne: (name) =>
      /^(?:copyright|readme|news|todo|changelog)|\.txt(?:\.gz)?$/iu.test(name) &&
      !/\.(?:md|html?)\b/u.test(name),
  },
  'pages of Debian': {
    folder: '/usr/share/doc',
    kind: 'html',
    isOne: (name) => /\.html?(?:\.gz)?$/u.test(name),
  },
  'manuals of Debian': {
    folder: '/usr/share/man/man1',
    kind: 'text',
    isOne: (name) => /\.1(?:\.gz)?$/u.test(name),
    shown: manualPage,
  },
  'licences of Debian': { folder: '/usr/share/common-licenses', kind: 'text', isOne: () => true },
};

async function filesOf({ folder, isOne }: Shelf): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile() && isOne(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

test('given documents that packages ship, when they are read, then what is quoted stands in another renderer of them, and every other word of them is counted by reason', async () => {
  const random = numbers(seed);
  const startedAt = performance.now();
  const counts = new Map<string, { files: number; kept: number; leftOut: number }>();
  const reasons = new Map<string, number>();
  const changed: string[] = [];
  const lost: string[] = [];
  for (const [name, shelf] of Object.entries(shelves)) {
    const found = await filesOf(shelf);
    const count = { files: 0, kept: 0, leftOut: 0 };
    counts.set(name, count);
    while (count.files < filesOfEach && found.length > 0 && performance.now() - startedAt < longestMs) {
      const [file = ''] = found.splice(Math.floor(random() * found.length), 1);
      if ((await stat(file)).size > largest) continue;
      const bytes = await readFile(file);
      const source = new TextDecoder().decode(file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
      const text = shelf.shown ? shelf.shown(source) : source;
      if (text === undefined || text.length > largest || text.includes('\0') || text.includes('\uFFFD'))
        continue;
      count.files += 1;
      const judged = await judgedOf(shelf.kind, text);
      const seen = seenByAnother(shelf.kind, text);
      const known = lettersOf(judged.map((sentence) => sentence.text).join(' '));
      const whole = wordsInOrder(seen.join(' '));
      for (const { unfit, text: sentence } of judged) {
        if (unfit === undefined) count.kept += 1;
        else count.leftOut += 1;
        if (unfit !== undefined) reasons.set(unfit, (reasons.get(unfit) ?? 0) + 1);
        else if (!whole.includes(wordsInOrder(sentence))) changed.push(`${file}: ${sentence}`);
      }
      for (const line of seen) if (!known.includes(lettersOf(line))) lost.push(`${file}: ${line}`);
    }
  }
  const table = [...counts].map(
    ([name, { files, kept, leftOut }]) =>
      `${name}: ${String(files)} files, ${String(kept)} kept, ${String(leftOut)} left out`,
  );
  const said = `seed ${String(seed)}\n${table.join('\n')}\n${[...reasons]
    .sort((a, b) => b[1] - a[1])
    .map(([reason, times]) => `${reason} ${String(times)}`)
    .join(', ')}`;
  process.stdout.write(`${said}\nchanged ${String(changed.length)}, lost ${String(lost.length)}\n`);
  expect(changed, said).toEqual([]);
  expect(lost, said).toEqual([]);
  expect(counts.get('Markdown of packages')?.kept).toBeGreaterThan(100);
  expect(counts.get('our own pages')?.kept).toBeGreaterThan(100);
});
