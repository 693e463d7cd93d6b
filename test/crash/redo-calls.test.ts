import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { commit, open, texts } from '../journal/on-disk.js';
import { bundleProcess } from '../support/bundle.js';
import { lines, textOf } from './lone-story.js';

const traced =
  'openat,link,rename,unlink,write,pwrite64,writev,pread64,readlink,fdatasync,fsync,fstat,lstat,stat,statx,newfstatat';

interface Life {
  directory: string;
  /** How many lines it was told are durable. */
  told: number;
  /** The calls that have to do with the journal, in order, and `told` where it was told. */
  calls: string[];
  /** Whether the fault has befallen it. */
  isStruck: boolean;
}

describe('the system calls of a handle that commits alone', () => {
  let bundled: Awaited<ReturnType<typeof bundleProcess>>;
  beforeAll(async () => {
    bundled = await bundleProcess('test/crash/lone.ts', 'lone');
  });
  afterAll(() => bundled.remove());

  /** Under strace from its beginning; a fault strikes where one is given. */
  async function live(fault?: string): Promise<Life> {
    const folder = mkdtempSync(join(tmpdir(), 'showrunner-redo-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [directory, log] = [join(folder, 'journal'), join(folder, 'trace')];
    const inject = fault === undefined ? [] : ['-e', `inject=${fault}`];
    const child = spawn(
      'strace',
      [
        '-y',
        '-s',
        '0',
        '-o',
        log,
        '-e',
        `trace=${traced}`,
        ...inject,
        process.execPath,
        bundled.file,
        directory,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    child.stdout.on('data', (text) => (said += String(text)));
    await once(child, 'close');
    const trace = readFileSync(log, 'utf8');
    const calls = trace.split('\n').flatMap((line) => callOf(line, directory));
    const isStruck = /\(INJECTED\)|killed by SIGKILL/.test(trace);
    return { directory, told: said.split('\n').length - 1, calls, isStruck };
  }

  test('given there is a redo file, then a commit is these calls and no more: no sync, and no look at a file’s size or times', async () => {
    const { told, calls } = await live();
    expect(told).toBe(lines);
    const each = calls
      .slice(calls.indexOf('pwrite64 redo'), calls.lastIndexOf('pwrite64 redo'))
      .join(', ')
      .split('told, ')
      .slice(1, -1);
    expect(each.length).toBeGreaterThan(5);
    expect(new Set(each)).toEqual(
      new Set(['pread64 segment, write segment, pread64 segment, pwrite64 redo, readlink, readlink, ']),
    );
  });

  test('given it makes a redo file, then its zeros and its name are durable before it is written to, and it goes after a sync of the segment', async () => {
    const { calls } = await live();
    const made = calls.slice(calls.indexOf('rename tmp') - 2, calls.indexOf('pwrite64 redo') + 1);
    expect(made.filter((call) => /^(write|fdatasync|rename|fsync|told|pwrite64)/.test(call))).toEqual([
      'write tmp',
      'fdatasync tmp',
      'rename tmp',
      'fsync',
      'fdatasync segment',
      'told',
      'write segment',
      'pwrite64 redo',
    ]);
    expect(calls.slice(-2)).toEqual(['fdatasync segment', 'unlink redo']);
  });

  test.each([
    ['its redo file cannot be written', 'pwrite64:error=EIO:when=2', lines],
    ['there is no room for what goes into its redo file', 'pwrite64:error=ENOSPC:when=1', lines],
    ['it is killed when it writes to its redo file', 'pwrite64:signal=KILL:when=4', undefined],
    ['its redo file gets no name', 'rename:error=EACCES', lines],
    ['it is killed before its redo file has a name', 'rename:signal=KILL', undefined],
    ['it is killed before its redo file is removed', 'unlink:signal=KILL:when=3', lines],
  ])('given %s, then what it was told is there, and work goes on', async (_what, fault, all) => {
    const { directory, told, isStruck } = await live(fault);
    expect(isStruck).toBe(true);
    expect(told).toBeGreaterThan(lines - 15);
    expect(told).toBe(all ?? told);
    const journal = open(directory);
    const found = texts(journal);
    expect(found.slice(0, told)).toEqual(Array.from({ length: told }, (_, n) => textOf(n)));
    expect(found.length).toBeLessThanOrEqual(told + 1);
    await commit(journal, textOf(found.length));
    expect(texts(journal)).toHaveLength(found.length + 1);
    expect(journal.inspect().damage).toEqual([]);
  });
});

/** `pwrite64 redo`: what was called, and on what. */
function callOf(line: string, directory: string): string[] {
  const call = /^\w+/.exec(line)?.[0] ?? '';
  if (call === 'writev') return ['told'];
  if (!line.includes(directory) && call !== 'readlink') return [];
  const what = /\/(redo-|\.tmp-|\d{20})[^/>"]*/.exec(line)?.[1] ?? '';
  return [`${call} ${what.startsWith('0') ? 'segment' : what.replace(/\W/g, '')}`.trim()];
}
