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
