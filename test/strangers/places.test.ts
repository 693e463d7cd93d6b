import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { sealed } from '../../src/documents/seal.js';
import { edit, edited, replaceAt } from '../fuzz/edits.js';
import { makeTemporaryDirectory } from '../support/temporary.js';
import { expectHeld } from './counted.js';
import { crew, richProduction } from './rich-production.js';

const script = fileURLToPath(new URL('../support/many-commands.mjs', import.meta.url));
const secret = 'qzxw9 lies8 outside7';
/** A command that takes more of a processor hangs; one that says nothing for as long does so too. Milliseconds. */
const [mostCpuMs, silentMs] = [5_000, 40_000];

const kinds = [
  'a pipe',
  'a link to a device',
  'a link to a file outside',
  'gigabytes of nothing',
  '20 kB of brackets',
  '1 MB of brackets',
  '20 kB of noise',
  '1 MB of noise',
];

interface Step {
  args: string[];
  put?: { place: string; kind: string; outside?: string; sparse?: number; from?: string };
  swap?: { place: string; to: string };
}

interface Told {
  exit: number;
  cpuMs: number;
  opened: string[];
  isSwapped: boolean;
}

/** Runs steps in one process; what it has told until it ended or was silent for too long, and all that it printed. */
async function commands(
  directory: string,
  steps: Step[],
): Promise<{ told: Told[]; code: number | null; isSilent: boolean; printed: string }> {
  const child = spawn(process.execPath, [script, directory, JSON.stringify(steps)], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', EDITOR: 'true', VISUAL: 'true' },
  });
  let [printed, lines, isSilent] = ['', '', false];
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      isSilent = true;
      child.kill('SIGKILL');
    }, silentMs);
  };
  wait();
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const reports = child.stdio[3] as NodeJS.ReadableStream;
  reports.setEncoding('utf8').on('data', (text: string) => {
    lines += text;
    wait();
  });
  await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  const told = lines.split('\n').flatMap((line): Told[] => (line === '' ? [] : [JSON.parse(line) as Told]));
  return { told, code: child.exitCode, isSilent, printed };
}

/** Of bytes, and of a document's values; at night ten times as many. */
const damagesEach = process.env['SHOWRUNNER_LONG'] ? 20 : 2;
const shownTexts = new Set(['topic', 'reason', 'message', 'text', 'by']);

/** What somebody could put in a file's place: as valid as the file itself, sealed where that is, and with words of its own in what people are shown. */
function forged(bytes: Buffer, file: string): Buffer {
  if (!file.endsWith('.json')) return Buffer.from(secret);
  const { crc32, ...said } = JSON.parse(bytes.toString('utf8'), (key, value: unknown) =>
    shownTexts.has(key) && typeof value === 'string' ? secret : value,
  ) as Record<string, unknown>;
  const text = JSON.stringify(said, undefined, 2);
  return crc32 === undefined ? Buffer.from(text) : sealed(text);
}

/** A file's bytes damaged by a seed; of a document also with any value in any place, sealed as it was. */
function damaged(bytes: Buffer, file: string, count: number): Buffer[] {
  const options = { seed: 20_261_129, numRuns: count };
  const plain = file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  const edits = fc.sample(fc.array(edit, { minLength: 1, maxLength: 3 }), options);
  const wrecks = edits.map((several, n) => {
    if (n % 2 === 0 || plain === bytes) return several.reduce(edited, bytes);
    return gzipSync(several.reduce(edited, plain));
  });
  if (!file.endsWith('.json')) return wrecks;
  const values = fc.sample(fc.tuple(fc.nat(), fc.jsonValue()), options);
  return [
    ...wrecks,
    ...values.map(([where, value]) => {
      const { crc32, ...said } = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
      const text = JSON.stringify(replaceAt(said, where, value), undefined, 2);
      return crc32 === undefined || !text.endsWith('}') ? Buffer.from(text) : sealed(text);
    }),
  ];
}

/** Everything below a folder, with its content. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' });
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, entry.isFile() ? readFileSync(path, 'base64') : ''];
    }),
  );
}

describe('a file that may be another’s', () => {
  const folder = makeTemporaryDirectory();
  const directory = join(folder.directory, 'production');
  const outside = join(folder.directory, 'outside');
  let ids: Record<string, string> = {};
  /** Each kind of place, with the file that stands for it, and who opens it. */
  const places = new Map<string, { file: string; readers: string[][] }>();

  /** `ep_…/research/research.txt` as `PRODUCED/research/research.txt`. */
  const kindOf = (path: string): string =>
    path
      .replace(/^ep_[0-9_]+/, (id) => ids[id] ?? 'OTHER')
      .replace(/\/(?:research|script|audio)\//, '/PHASE/')
      .replace(/\/(?:research|script|audio)\.txt$/, '/WORK.txt')
      .replace(/[0-9a-f]{12,}/, 'HASH')
      .replace(/hook_[0-9a-f]{6}/, 'HOOK');

  beforeAll(async () => {
    mkdirSync(outside);
    const { produced, kept, archived } = await richProduction(directory);
    ids = { [produced]: 'PRODUCED', [kept]: 'KEPT' };
    const looks = [
      ['show', produced],
      ['show', kept],
      ['list', '--all'],
      ['budget', kept],
      ['metrics'],
      ['policy'],
      ['webhook', 'list'],
      ['statusline'],
      ['history', kept],
      ['fork', kept, '--checkpoint', 'big'],
      ['fork', kept],
      ['resume', produced],
      ['hook'],
      ['show', archived],
      ['create', '--topic', 'More'],
      ['compact'],
      ['verify'],
      ['doctor'],
      ['webhook', 'deliver', '--once'],
      ['edit', produced, 'research/research.txt', '--reason', 'none'],
      ['produce', kept, '--crew', crew],
    ];
    const copy = join(folder.directory, 'recorded');
    cpSync(directory, copy, { recursive: true });
    const { told } = await commands(
      copy,
      looks.map((args) => ({ args })),
    );
    const there = new Set(Object.keys(contents(directory)));
    for (const [index, { opened }] of told.entries())
      for (const file of opened) {
        const args = looks[index];
        const kind = kindOf(file);
        if (!args || kind.startsWith('OTHER') || !there.has(join(directory, file)) || !/\.\w+$/.test(file))
          continue;
        const place = places.get(kind) ?? { file, readers: [] };
        places.set(kind, place);
        if (place.file === file) place.readers.push(args);
      }
    return folder.remove;
  }, 120_000);

  test('given every command, then the places that it opens are these: a new one is attacked too', () => {
    expect([...places.keys()].sort()).toEqual([
      '.hooks/session-1.json',
      '.webhook-HOOK.json',
      'KEPT/PHASE/checkpoint.json',
      'KEPT/PHASE/notes.md',
      'KEPT/checkpoints/big-HASH.json',
      'KEPT/checkpoints/big.json',
      'KEPT/checkpoints/research_complete-HASH.json',
      'KEPT/checkpoints/small.json',
      'KEPT/session.json',
      'PRODUCED/PHASE/WORK.txt',
      'PRODUCED/PHASE/checkpoint.json',
      'PRODUCED/producing.json',
      'PRODUCED/session.json',
      'archive/2025-09.json',
      'hooks.json',
      'journal/HASH.ndjson',
      'journal/HASH.ndjson.gz',
      'policy.json',
      'state.json',
      'webhooks.json',
    ]);
  });

  test('given each of them is a pipe, a device, a link, endless, full of brackets or noise, or damaged, or its folder is swapped for a link at the opening, then every command ends by itself and shows and changes nothing outside', async () => {
    const sum = { cases: 0, ended: 0, hangs: 0, outside: 0 };
    let damagedCases = 0;
    const wrong: object[] = [];
    const strike = async (
      copy: string,
      place: string,
      { file, readers }: { file: string; readers: string[][] },
    ): Promise<void> => {
      const foreign = join(outside, place.replaceAll('/', '-'));
      cpSync(dirname(join(directory, file)), foreign, { recursive: true });
      const theirs = forged(readFileSync(join(directory, file)), file);
      writeFileSync(join(foreign, basename(file)), theirs);
      const linked = `${foreign}-linked`;
      mkdirSync(linked);
      writeFileSync(join(linked, 'file'), theirs);
      const foreigners = () => JSON.stringify([contents(foreign), contents(linked)]);
      const before = foreigners();
      const isArtifact = /\.(?:txt|md)$/.test(file);
      // An artifact is read whole, however large it is.
      const sparse = isArtifact ? 50 * 1024 ** 2 : 3 * 1024 ** 3;
      const some = [...readers.slice(0, 1), ...readers.filter(([name]) => name === 'doctor').slice(-1)];
      const own = [...kinds, ...(file.endsWith('.gz') ? ['a bomb'] : [])];
      const steps: Step[] = own.flatMap((kind) =>
        some.map((args): Step => ({ args, put: { place: file, kind, outside: linked, sparse } })),
      );
      for (const [n, bytes] of damaged(readFileSync(join(directory, file)), file, damagesEach).entries()) {
        const from = `${foreign}-damaged-${n}`;
        writeFileSync(from, bytes);
        steps.push(...some.map((args) => ({ args, put: { place: file, kind: 'a damaged one', from } })));
      }
      const isInside = file.includes('/') && !file.startsWith('journal/');
      if (isInside) steps.push(...some.map((args) => ({ args, swap: { place: file, to: foreign } })));
      const { told, code, isSilent, printed } = await commands(copy, steps);
      const slow = told.filter(({ cpuMs }) => cpuMs > mostCpuMs).length;
      const shown = secret.split(' ').filter((word) => printed.includes(word)).length;
      const isChanged = foreigners() !== before;
      const stacks = printed.match(/^ {4}at .*:\d+:\d+/gmu)?.length ?? 0;
      const isDamaged = (_: unknown, index: number): boolean => steps[index]?.put?.kind === 'a damaged one';
      const damages = told.filter(isDamaged).length;
      damagedCases += damages;
      sum.cases += told.length - damages;
      sum.hangs += slow + Number(isSilent);
      sum.ended += Number(code !== 0 && !isSilent) + stacks;
      sum.outside += shown + Number(isChanged);
      const at = steps[told.length];
      if (code !== 0 || slow + shown + stacks > 0 || isChanged || told.some(({ exit }) => exit > 6))
        wrong.push({ place, code, slow, shown, stacks, isChanged, at, said: printed.slice(-600) });
    };
    const queue = [...places];
    const worker = async (name: string): Promise<void> => {
      const copy = join(folder.directory, name);
      cpSync(directory, copy, { recursive: true });
      for (let next = queue.shift(); next; next = queue.shift()) await strike(copy, ...next);
    };
    await Promise.all([worker('one'), worker('other')]);
    expect(wrong).toEqual([]);
    expectHeld({ attack: 'files in the place of others', ...sum });
    expectHeld({ attack: "a production's own files, damaged", ...sum, cases: damagedCases });
  }, 600_000);
});
