import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limitsFor, readOlderApart } from '../../src/import/read-apart.js';
import { ProductionError } from '../../src/index.js';
import { makeTemporaryDirectory } from '../support/temporary.js';
import { expectHeld } from './counted.js';

const filled = (part: string, bytes: number): string =>
  part.repeat(Math.max(1, Math.floor(bytes / part.length)));
const numbered = (part: (n: number) => string, bytes: number): string => {
  const parts: string[] = [];
  for (let n = 0, length = 0; length < bytes; n += 1) {
    const next = part(n);
    parts.push(next);
    length += next.length + 1;
  }
  return parts.join(',');
};
const id = (n: number): string =>
  `ep_${String(n % 1000).padStart(3, '0')}_${20200101 + (Math.floor(n / 1000) % 28)}_${String(n % 240_000).padStart(6, '0')}`;
const episodes = (of: string): string => `{"active_episodes":{${of}}}`;
const episode = (of: string): string => episodes(`"ep_001_20250903_143022":{${of}}`);

/** Older state files that are made to be slow, deep, large or broken, at any size. */
const families: Record<string, (bytes: number) => string> = {
  blanks: (n) => ' '.repeat(n),
  'brackets that open': (n) => '['.repeat(n),
  'objects that open': (n) => filled('{"a":', n),
  'objects in objects': (n) =>
    `{"active_episodes":${filled('{"a":', n * 0.8)}1${'}'.repeat(Math.floor((n * 0.8) / 5))}}`,
  'a checkpoint of lists in lists': (n) =>
    episode(`"phases":{"research":{"checkpoint":${'['.repeat(n / 2)}${']'.repeat(n / 2)}}}`),
  'ids without files': (n) => episodes(numbered((k) => `"${k}":"${id(k)}"`, n)),
  'episodes without anything': (n) => episodes(numbered((k) => `"${id(k)}":{}`, n)),
  'one episode, over and over': (n) =>
    `{"active_episodes":[${numbered(() => '"ep_001_20250903_143022"', n)}]}`,
  'ids that lead elsewhere': (n) => episodes(numbered((k) => `"../${k}":{"session_id":"../../etc"}`, n)),
  'unknown keys': (n) => `{"active_episodes":{},${numbered((k) => `"k${k}":1`, n)}}`,
  'unknown keys of an episode': (n) => episode(numbered((k) => `"k${k}":1`, n)),
  'unknown phases': (n) => episode(`"phases":{${numbered((k) => `"p${k}":{"status":"complete"}`, n)}}`),
  'costs without number': (n) =>
    episode(`"costs":[${numbered((k) => `{"operation":"a${k}","cost":0.${k}}`, n)}]`),
  'scores without number': (n) => episode(`"quality_scores":{${numbered((k) => `"s${k}":0.5`, n)}}`),
  'checkpoints without number': (n) =>
    episode(`"checkpoints":[${numbered((k) => `{"phase":"research","data":{"x":${k}}}`, n)}]`),
  'a number of nines': (n) => `{"active_episodes":{},"total_cost":${'9'.repeat(n)}}`,
  'an exponent of nines': (n) => episode(`"total_cost":1e${'9'.repeat(n)}`),
  'a topic of one word': (n) => episode(`"topic":"${'a'.repeat(n)}"`),
  'a topic of zeros': (n) => episode(String.raw`"topic":"${filled(String.raw`\u0000`, n)}"`),
  'a time of years': (n) => episode(`"created_at":"${filled('2025-', n)}"`),
  prototypes: (n) => episodes(numbered(() => '"__proto__":{"__proto__":{}}', n)),
  'a text without an end': (n) => `{"a":"${'a'.repeat(n)}`,
  commas: (n) => `[${','.repeat(n)}`,
};

const { directory: parent, remove } = makeTemporaryDirectory();
const folder = join(parent, 'older');
const secret = 'qzxw9 lies outside';
/** What a file's ids may lead to: beside its folder. */
const strangers = ['0', '1', '2', 'etc'].map((name) => join(parent, name));
beforeAll(() => {
  for (const each of [folder, ...strangers]) mkdirSync(each);
  for (const each of strangers)
    for (const name of ['status.json', 'session.json', 'state.json'])
      writeFileSync(join(each, name), JSON.stringify({ topic: secret, session_id: secret, status: secret }));
});
afterAll(remove);

/** A reader that takes more of a processor hangs. Milliseconds. */
const mostCpuMs = 5_000;

describe.each([
  ['20 kB', 20_000],
  ['1 MB', 1_000_000],
])('hostile older files of %s', (size, bytes) => {
  const sum = { cases: 0, ended: 0, hangs: 0, outside: 0 };

  test.each(Object.keys(families))('given %s, then it is read, or refused as an import', async (name) => {
    const path = join(folder, 'state.json');
    writeFileSync(path, families[name]?.(bytes) ?? '');
    const before = process.cpuUsage();
    const found: unknown = await readOlderApart(path).catch((error: unknown) => error);
    const isRefused = found instanceof ProductionError && found.code === 'import_invalid';
    const { user, system } = process.cpuUsage(before);
    sum.cases += 1;
    sum.hangs += Number((user + system) / 1000 > mostCpuMs);
    sum.outside += Number(inspect(found, { depth: 20 }).includes(secret));
    expect(isRefused || (found as { source?: string }).source === path).toBe(true);
  });

  test('given one of that size, then it may be silent for less than five seconds', () => {
    // A reader that ends this process ends the test.
    expectHeld({ attack: `older files of ${size}`, ...sum });
    expect(limitsFor(bytes).silentMs).toBeLessThan(5000);
  });
});
