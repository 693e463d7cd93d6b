import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run, start } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

const telling = fileURLToPath(new URL('../support/told-loads.mjs', import.meta.url));

/** What a command loads of the crew that is paid, and of the packages that only it needs. */
async function paidPartsOf(directory: string, args: string[]): Promise<string[]> {
  const file = join(temporaryDirectory(), 'loaded.txt');
  const ran = await start(directory, args, {
    NODE_OPTIONS: `--import ${telling}`,
    SHOWRUNNER_LOADED: file,
  }).ended;
  expect(ran.stderr).toBe('');
  const loaded = readFileSync(file, 'utf8').split('\n');
  expect(loaded.some((url) => url.endsWith('/dist/cli/main.js'))).toBe(true);
  return loaded.filter((url) => /\/crew\/studio\/|@ai-sdk|genai-prices|\/node_modules\/ai\//.test(url));
}

const settings = ['--script', 'openai:gpt-5.2', '--minutes', '1'];

test('given an episode, when it is listed, shown and its cost told, then nothing of the crew that is paid is loaded; what reckons its cost loads it', async () => {
  const directory = join(temporaryDirectory(), 'production');
  const created = await run(directory, 'create', '--topic', 'Bees');
  const [sessionId = ''] = /ep_001_\w+/.exec(created.stdout) ?? [];
  for (const args of [
    ['list'],
    ['show', sessionId],
    ['cost', sessionId, 'research', 'query', '0.01'],
    ['metrics'],
    ['--help'],
  ])
    expect(await paidPartsOf(directory, args), args.join(' ')).toEqual([]);
  const estimated = await paidPartsOf(directory, ['estimate', ...settings]);
  expect(estimated.join('\n')).toMatch(/crew\/studio\//);
  expect(estimated.join('\n')).toContain('genai-prices');
});

/** Which parts of the program a command has run, by their file and module: `engine.src_manager_manager`. */
function partsRunBy(directory: string, args: string[]): string[] {
  const script = fileURLToPath(new URL('../support/told-parts.mjs', import.meta.url));
  const ran = spawnSync(process.execPath, [script, ...args, '--directory', directory], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  expect(ran.stderr).toBe('');
  return (ran.output[3] ?? '').split('\n').map((name) => name.slice('./'.length, -'.js'.length));
}

test('given an episode at work, then what only looks runs neither engine nor chart nor Zod, and a cost runs no Zod and nothing that it does not need', async () => {
  const directory = join(temporaryDirectory(), 'production');
  const created = await run(directory, 'create', '--topic', 'Bees');
  const [sessionId = ''] = /ep_001_\w+/.exec(created.stdout) ?? [];
  for (const args of [['list', '--json'], ['show', sessionId], ['statusline']]) {
    const parts = partsRunBy(directory, args);
    expect(parts[0]).toBe('program');
    expect(
      parts.filter((name) => /^zod\.|xstate|_manager_|_production_/.test(name)),
      args[0],
    ).toEqual([]);
  }
  const parts = partsRunBy(directory, ['cost', sessionId, 'research', 'query', '0.01']);
  expect(parts).toContain('engine.src_production_commit-loop');
  expect(parts.filter((name) => notForCosts.test(name))).toEqual([]);
});

test('given an episode, when a command commits once, then no schema is made', async () => {
  const directory = join(temporaryDirectory(), 'production');
  const created = await run(directory, 'create', '--topic', 'Bees');
  const [id = ''] = /ep_001_\w+/.exec(created.stdout) ?? [];
  for (const args of [
    ['create', '--topic', 'Wasps'],
    ['phase', id, 'research', 'active'],
    ['reserve', id, 'research', 'query', '0.01', '--key', 'a'],
    ['settle', id, 'a', '0.01'],
    ['phase', id, 'research', 'failed', '--error', 'the provider is gone'],
    ['recover', id],
    ['phase', id, 'research', 'skipped', '--reason', 'it was done by hand'],
    ['phase', id, 'script', 'active'],
    ['pause', id],
    ['resume', id],
    ['budget', id, 'total', '20', '--reason', 'a longer episode', '--by', 'Ada'],
  ]) {
    const parts = partsRunBy(directory, args);
    expect(parts, args.join(' ')).toContain('engine.src_production_commit-loop');
    expect(
      parts.filter((name) => name.startsWith('zod.')),
      args.join(' '),
    ).toEqual([]);
  }
});

const notForCosts =
  /^(?:crew|studio|import|agents|telemetry)\.|_redaction_redact$|_calls_(?:fork|orphans|checkpoints)$|_journal_(?:compact|rescue|rewrite)|_calls_inputs$|_episode_events$|_machines_hash$|^zod\./;
