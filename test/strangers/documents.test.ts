import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { leftOutFor, readSources, type Taking } from '../../src/crew/offline/research/read-sources.js';
import { Reader, limitsFor } from '../../src/crew/offline/research/reader.js';
import { BoundedThread } from '../../src/disk/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { expectHeld } from './counted.js';
import { families } from './hostile-documents.js';

/** Whatever the families are made of. */
const reasons = ['too_deep', 'too_many_pages', 'too_much_memory', 'took_too_long', 'damaged'];

test('given the families, then there are more than 31, of all kinds', () => {
  expect(new Set(families.map(({ kind, name }) => `${kind} ${name}`)).size).toBeGreaterThan(62);
  expect(new Set(families.map(({ kind }) => kind))).toEqual(new Set(['markdown', 'html', 'pdf', 'text']));
});

const never = new AbortController().signal;
/** Wall time on a machine that others use, in which nothing is measured. Milliseconds. */
const patience = 300_000;

/** The densest honest Markdown that is known, as long as the hostile. */
function honest(bytes: number): Uint8Array {
  const api = readFileSync(fileURLToPath(new URL('../../docs/api/README.md', import.meta.url)), 'utf8');
  return Buffer.from(api.repeat(Math.ceil(bytes / api.length))).subarray(0, bytes);
}

describe.each([
  ['20 kB', 20_000],
  ['1 MB', 1_000_000],
])('hostile documents of %s', (size, bytes) => {
  const reader = new Reader();
  const asked = vi.spyOn(BoundedThread.prototype, 'ask');
  const tookLast = async (): Promise<number> => {
    const told = (await asked.mock.results.at(-1)?.value) as { hadMs: number } | undefined;
    return told?.hadMs ?? Infinity;
  };
  const took = new Map<string, number>();
  let honestMs = 0;
  /** As long as an honest document, or longer where the machine is so slow that it waits for that too. */
  const readHonest = async (): Promise<void> => {
    expect(await reader.read('markdown', honest(bytes), never)).not.toHaveProperty('refused');
    honestMs = Math.max(honestMs, await tookLast());
  };

  beforeAll(readHonest, patience);
  afterAll(() => reader.close());

  test.each(families)(
    'given $kind of $name, then it is read, or refused for a reason, and so is the next',
    async ({ kind, name: named, make }) => {
      const found = await reader.read(kind, make(bytes), never);
      expect('refused' in found ? reasons : ['read']).toContain('refused' in found ? found.refused : 'read');
      took.set(`${kind}: ${named}`, await tookLast());
    },
    patience,
  );

  test(
    'given all of them, then each has been answered, and none held its reader up for five seconds, or for twice what an honest one takes',
    async () => {
      const { hadMs, silentMs } = limitsFor(bytes);
      expect(Math.max(hadMs, silentMs)).toBeLessThan(5000);
      await readHonest();
      const hangs = [...took].filter(([, ms]) => ms > Math.max(5000, 2 * honestMs));
      expect({ hangs, answered: took.size }).toEqual({ hangs: [], answered: families.length });
      expectHeld({ attack: `documents of ${size}`, cases: took.size, ended: 0, hangs: 0, outside: 0 });
    },
    patience,
  );
});

test('given documents that nest without end or name a million pages, then they are refused for that before they cost anything', async () => {
  const reader = new Reader();
  const refusals = new Map<string, unknown>();
  const deep = new Set([
    'elements that are never closed',
    'tables in tables',
    'quotes in quotes',
    'lists on one line',
  ]);
  for (const { kind, name, make } of families)
    if (deep.has(name) && !(kind === 'markdown' && name.startsWith('elements')))
      refusals.set(`${kind}: ${name}`, await reader.read(kind, make(1_000_000), never));
  await reader.close();
  expect(Object.fromEntries(refusals)).toEqual({
    'markdown: quotes in quotes': { refused: 'too_deep' },
    'markdown: lists on one line': { refused: 'too_deep' },
    'html: elements that are never closed': { refused: 'too_deep' },
    'html: tables in tables': { refused: 'too_deep' },
  });
});

test('given a document that takes long, when it is read, then it is told which one and for how long, again and again, before it is refused', async () => {
  // Answers when it has been quiet for five seconds: later than twice the time after which something is to be heard.
  const worker = new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads';
      parentPort.on('message', () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000); parentPort.postMessage({ answer: { refused: 'too_deep' } }); });`)}`,
  );
  const folder = temporaryDirectory();
  writeFileSync(join(folder, 'long.md'), '> '.repeat(500));
  const told: Taking[] = [];
  const reading = {
    signal: new AbortController().signal,
    worker,
    secondsEach: 60,
    still: (file: Taking) => told.push(file),
  };
  await expect(readSources([folder], reading)).rejects.toThrow(/long\.md: too_deep/);
  expect(told.length).toBeGreaterThanOrEqual(2);
  expect(told[0]).toMatchObject({ file: 'long.md', bytes: 1000, number: 1, of: 1 });
  expect(told.map(({ seconds }) => seconds)).toEqual(
    told.map(({ seconds }) => seconds).sort((a, b) => a - b),
  );
});

test('given a source that is given up, then it is told as left out, and how to give it more', async () => {
  const worker = new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => {});`)}`,
  );
  const folder = temporaryDirectory();
  writeFileSync(join(folder, 'long.md'), '> '.repeat(500));
  const reading = { signal: new AbortController().signal, worker, secondsEach: 0.3 };
  await expect(readSources([folder], reading)).rejects.toThrow(
    /long\.md: took_too_long\)\. Left out, since reading takes longer than a file of its size may: long\.md\. With --source-seconds 60/,
  );
  expect(leftOutFor([{ file: 'a.md', reason: 'binary' }])).toBeUndefined();
});
