import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, start } from '../support/cli.js';
import { makeTemporaryDirectory } from '../support/temporary.js';

const secret = 'qzxw9 lies8 outside7';
const longestMs = 60_000;

/** What can lie in a file's place. Each is put at a path that is free. */
const intruders: Record<string, (path: string, outside: string) => void> = {
  'a pipe': (path) => execFileSync('mkfifo', [path]),
  'a link to a device': (path) => symlinkSync('/dev/zero', path),
  'a link to a file outside': (path, outside) => symlinkSync(join(outside, 'file'), path),
  'three gigabytes of nothing': (path) => {
    writeFileSync(path, '');
    truncateSync(path, 3 * 1024 ** 3);
  },
};

describe.each(Object.keys(intruders))('given %s in a file’s place', (kind) => {
  const { directory: parent, remove } = makeTemporaryDirectory();
  const outside = join(parent, 'outside');

  beforeAll(() => {
    mkdirSync(outside);
    writeFileSync(join(outside, 'file'), secret);
  });

  afterAll(remove);

  /** Ends by itself, and not by a signal or for want of memory. */
  const ended = async (directory: string, ...args: string[]): Promise<string> => {
    const started = start(directory, args);
    const timer = setTimeout(() => started.kill('SIGKILL'), longestMs);
    const { code, stdout, stderr } = await started.ended;
    clearTimeout(timer);
    expect({ args, isEnded: code !== null && code <= 6 }).toEqual({ args, isEnded: true });
    return stdout + stderr;
  };

  test('when it is imported or lies among sources, then each ends and shows nothing from outside', async () => {
    const path = join(parent, 'older.json');
    intruders[kind]?.(path, outside);
    const sources = join(parent, 'sources');
    mkdirSync(sources);
    intruders[kind]?.(join(sources, 'notes.md'), outside);
    const said = await Promise.all([
      ended(join(parent, 'imported'), 'import', path),
      ended(
        join(parent, 'made'),
        'produce',
        '--topic',
        'Why bees dance',
        '--sources',
        sources,
        '--minutes',
        '1',
      ),
    ]);
    for (const each of said) for (const words of secret.split(' ')) expect(each).not.toContain(words);
  });
});

test('given a segment of the journal with three gigabytes of nothing behind its lines, then every look ends and says that it is damaged', async () => {
  const { directory, remove } = makeTemporaryDirectory();
  await run(directory, 'create', '--topic', 'Why bees dance');
  truncateSync(join(directory, 'journal', '00000000000000000000.ndjson'), 3 * 1024 ** 3);
  for (const look of [['show', '1'], ['verify']]) {
    const started = start(directory, look);
    const timer = setTimeout(() => started.kill('SIGKILL'), longestMs);
    const { code, stderr } = await started.ended;
    clearTimeout(timer);
    expect({ look, code, isTold: stderr.includes('is larger than any') }).toEqual({
      look,
      code: 6,
      isTold: true,
    });
  }
  remove();
});

test('given a folder that everybody may write, when a command opens the production, then it says so, and doctor says how to mend it', async () => {
  const { directory, remove } = makeTemporaryDirectory();
  await run(directory, 'create', '--topic', 'Why bees dance');
  expect((await run(directory, 'show', '1')).stderr).toBe('');
  chmodSync(directory, 0o777);
  expect((await run(directory, 'show', '1')).stderr).toContain('everybody on this machine may write');
  const { stdout } = await run(directory, 'doctor');
  const advice = /chmod o-w .+/.exec(stdout)?.[0] ?? '';
  execFileSync('sh', ['-c', advice]);
  expect((await run(directory, 'doctor')).stdout).not.toContain('may write');
  expect(existsSync(directory)).toBe(true);
  remove();
});
