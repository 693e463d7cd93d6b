import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { codeCache } from '../../src/cli/code-cache.js';

const program = 'dist/cli/main.js';
let home = '';
let folder = '';

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'showrunner-home-'));
  folder = join(home, 'showrunner');
  vi.stubEnv('XDG_CACHE_HOME', home);
  vi.stubEnv('NODE_DISABLE_COMPILE_CACHE', undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const code = new Map([['program', Buffer.from('what V8 made')]]);

function kept(command = 'list'): string[] | undefined {
  return [...(codeCache(program, command)?.read() ?? [])].map(
    ([name, bytes]) => `${name}: ${bytes.toString()}`,
  );
}

function version(env: Record<string, string> = {}): string {
  const ran = spawnSync(process.execPath, ['dist/cli/main.js', 'version'], {
    env: { ...process.env, ...env },
  });
  return `${ran.status} ${ran.stdout.toString()}${ran.stderr.toString()}`;
}

test('given code that was kept, when the same command starts again, then it is there for its user only', () => {
  codeCache(program, 'list')?.write(code);
  expect(kept()).toEqual(['program: what V8 made']);
  expect(kept('show')).toEqual([]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600]);
});

test('given a program that was built anew, then the code of the one before is not used', () => {
  const copy = join(home, 'program.js');
  writeFileSync(copy, 'one');
  codeCache(copy, 'list')?.write(code);
  expect(codeCache(copy, 'list')?.read()).toBeDefined();
  writeFileSync(copy, 'more');
  expect(codeCache(copy, 'list')?.read()).toBeUndefined();
});

const foreign: [string, () => void][] = [
  ['a folder that others may write', () => chmodSync(folder, 0o777)],
  ['a folder that a group may write', () => chmodSync(folder, 0o770)],
  [
    'a link in the folder’s place',
    () => {
      renameSync(folder, join(home, 'elsewhere'));
      symlinkSync(join(home, 'elsewhere'), folder);
    },
  ],
  ['a file that others may read', () => chmodSync(onlyFile(), 0o644)],
  [
    'a link in the file’s place',
    () => {
      renameSync(onlyFile(), join(home, 'code'));
      symlinkSync(join(home, 'code'), join(folder, 'x'));
      renameSync(join(folder, 'x'), files.at(0) ?? '');
    },
  ],
  ['a file that was cut off', () => writeFileSync(onlyFile(), readFileSync(onlyFile()).subarray(0, -1))],
  ['an empty file', () => writeFileSync(onlyFile(), '')],
  [
    'a file with a byte changed',
    () => {
      const bytes = readFileSync(onlyFile());
      bytes.write('W', bytes.indexOf('what V8'));
      writeFileSync(onlyFile(), bytes);
    },
  ],
];

let files: string[] = [];

function onlyFile(): string {
  files = readdirSync(folder).map((name) => join(folder, name));
  return files[0] ?? '';
}

test.each(foreign)('given %s, when a command starts, then the code is not run', (_what, change) => {
  codeCache(program, 'list')?.write(code);
  expect(kept()).toEqual(['program: what V8 made']);
  change();
  expect(kept()).toEqual([]);
});

test.runIf(process.getuid?.() === 0)(
  'given another user’s files, when root starts a command with his HOME, then nothing of his is run and nothing is left there',
  async () => {
    const { chownSync } = await import('node:fs');
    codeCache(program, 'list')?.write(code);
    chownSync(onlyFile(), 65534, 65534);
    expect(kept()).toEqual([]);
    rmSync(folder, { recursive: true });
    chownSync(home, 65534, 65534);
    codeCache(program, 'list')?.write(code);
    expect(existsSync(folder)).toBe(false);
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, 65534, 65534);
    codeCache(program, 'list')?.write(code);
    expect(readdirSync(folder)).toEqual([]);
  },
);

test('given many commands and versions, then only the newest forty are kept', () => {
  for (let at = 0; at < 45; at += 1) codeCache(program, `command${at}`)?.write(code);
  expect(readdirSync(folder)).toHaveLength(40);
  expect(kept('command44')).toHaveLength(1);
});

test('given a cache folder with a relative name, or Node’s word that nothing is to be kept, then nothing is', () => {
  vi.stubEnv('NODE_DISABLE_COMPILE_CACHE', '1');
  expect(codeCache(program, 'list')).toBeUndefined();
  vi.stubEnv('NODE_DISABLE_COMPILE_CACHE', undefined);
  vi.stubEnv('XDG_CACHE_HOME', 'relative');
  expect(codeCache(program, 'list')).toBeUndefined();
});

test('given the first start of a command, then the second runs the code that it has kept, and both say the same', () => {
  const first = version();
  const [name = ''] = readdirSync(folder);
  const before = statSync(join(folder, name));
  expect(first).toMatch(/^0 showrunner \d/);
  expect(version()).toBe(first);
  // It was accepted: what V8 refuses is made again.
  expect(statSync(join(folder, name)).ino).toBe(before.ino);
});

test('given kept code that V8 cannot run, or that cannot be kept, then the command runs all the same', () => {
  const first = version();
  const [name = ''] = readdirSync(folder);
  const { ino } = statSync(join(folder, name));
  const bytes = readFileSync(join(folder, name));
  const code = Buffer.from('no code');
  const head = { sizes: [['program', code.length]], crc32: crc32(code) };
  writeFileSync(join(folder, name), Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), code]));
  expect(bytes.length).toBeGreaterThan(100_000);
  expect(version()).toBe(first);
  expect(statSync(join(folder, name)).ino).not.toBe(ino);
  expect(version({ XDG_CACHE_HOME: '/dev/null/nowhere' })).toBe(first);
});

test('given a crew of one’s own, when the command that loads it runs the code that it has kept, then the crew is imported all the same', () => {
  const crew = join(home, 'crew.mjs');
  writeFileSync(
    crew,
    'const done = async () => ({});\nawait 0;\nexport default { research: done, script: done, audio: done };\n',
  );
  const produce = (): string =>
    spawnSync(
      process.execPath,
      ['dist/cli/main.js', 'produce', '--topic', 'bees', '--crew', crew, '--directory', join(home, 'bees')],
      { encoding: 'utf8' },
    ).stdout;
  expect(produce()).toMatch(/audio +complete/);
  const kept = readdirSync(folder);
  expect(produce()).toMatch(/audio +complete/);
  expect(readdirSync(folder)).toEqual(kept);
});
