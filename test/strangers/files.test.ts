import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, start } from '../support/cli.js';
import { makeTemporaryDirectory } from '../support/temporary.js';

const crew = fileURLToPath(new URL('../support/slow-crew.mjs', import.meta.url));
const secret = 'qzxw9 lies8 outside7';
// A doctor reads three gigabytes of an artifact, which takes a while on a busy machine.
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

/** Who reads what others do not. */
const more: Record<string, string[][]> = {
  'ID/producing.json': [['resume', 'ID']],
  'ID/research/research.txt': [
    ['edit', 'ID', 'research/research.txt', '--reason', 'none'],
    ['verify'],
    ['approve', 'ID'],
    ['fork', 'ID'],
  ],
  'policy.json': [['policy'], ['create', '--topic', 'Another']],
  'hooks.json': [['hook']],
  'webhooks.json': [
    ['webhook', 'list'],
    ['webhook', 'deliver', '--once'],
  ],
};

describe.each(Object.keys(intruders))('given %s in a file’s place', (kind) => {
  const { directory: parent, remove } = makeTemporaryDirectory();
  const original = join(parent, 'original');
  const outside = join(parent, 'outside');
  let id = '';

  beforeAll(async () => {
    mkdirSync(outside);
    writeFileSync(join(outside, 'file'), secret);
    await run(original, 'produce', '--topic', 'Why bees dance', '--crew', crew);
    id = readdirSync(original).find((name) => name.startsWith('ep_')) ?? '';
  });

  afterAll(remove);

  const intruded = (place: string): string => {
    const directory = join(parent, place.replaceAll('/', '_'));
    cpSync(original, directory, { recursive: true });
    const path = join(directory, place.replace('ID', id));
    rmSync(path, { recursive: true, force: true });
    intruders[kind]?.(path, outside);
    return directory;
  };

  /** Ends by itself, and not by a signal or for want of memory. */
  const ended = async (directory: string, ...args: string[]): Promise<string> => {
    const started = start(directory, args);
    const timer = setTimeout(() => started.kill('SIGKILL'), longestMs);
    const { code, stdout, stderr } = await started.ended;
    clearTimeout(timer);
    expect({ args, isEnded: code !== null && code <= 6 }).toEqual({ args, isEnded: true });
    return stdout + stderr;
  };

  test.each([
    'state.json',
    'ID/session.json',
    'ID/research/checkpoint.json',
    'ID/research/research.txt',
    'ID/producing.json',
    'policy.json',
    'hooks.json',
    'webhooks.json',
    '.studio-token',
  ])(
    'when it lies in the place of %s, then every look ends and shows nothing from outside, and nothing outside changes',
    async (place) => {
      const directory = intruded(place);
      const looks = await Promise.all(
        [['show', id], ['list', '--all'], ['doctor'], ...(more[place] ?? [])].map((args) =>
          ended(directory, ...args.map((arg) => (arg === 'ID' ? id : arg))),
        ),
      );
      for (const said of looks) for (const words of secret.split(' ')) expect(said).not.toContain(words);
      expect(readdirSync(outside)).toEqual(['file']);
      expect(readFileSync(join(outside, 'file'), 'utf8')).toBe(secret);
    },
  );

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
