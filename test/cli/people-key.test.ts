import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

test('given showrunner produce with a key is called again and again, then it is one episode, and a key of another topic is refused with both', async () => {
  const directory = join(temporaryDirectory(), 'production');
  const crew = fileURLToPath(new URL('../support/slow-crew.mjs', import.meta.url));
  const produce = (topic: string): ReturnType<typeof run> =>
    run(directory, 'produce', '--key', 'bees', '--topic', topic, '--crew', crew, '--approve', '--json');
  const created = (await run(directory, 'create', '--key', 'bees', '--topic', 'Bees')).stdout.trim();
  expect((await run(directory, 'create', '--key', 'bees', '--topic', 'Bees')).stdout.trim()).toBe(created);
  for (let n = 0; n < 2; n += 1)
    expect((await produce('Bees')).json()).toMatchObject({ session_id: created, outcome: 'complete' });
  const refused = await produce('Wasps');
  expect(refused.code).toBe(6);
  expect(refused.json()).toMatchObject({ error: { code: 'key_taken', session_id: created } });
  expect((await run(directory, 'produce', '--key', 'bees', '--crew', crew)).code).toBe(2);
  appendFileSync(join(directory, '..', 'topics.txt'), 'Bees\n');
  const topics = await run(
    directory,
    'produce',
    '--key',
    'b',
    '--topics',
    join(directory, '..', 'topics.txt'),
    '--crew',
    crew,
  );
  expect(topics.stderr).toContain('--key names one episode');
}, 60_000);

test('given eight processes create one key at the same time, then all print the same session', async () => {
  const directory = join(temporaryDirectory(), 'production');
  const all = await Promise.all(
    Array.from({ length: 8 }, () => run(directory, 'create', '--key', 'bees', '--topic', 'Bees')),
  );
  expect(all.map(({ stderr }) => stderr)).toEqual(Array(8).fill(''));
  expect(new Set(all.map(({ stdout }) => stdout.trim())).size).toBe(1);
  expect(readdirSync(directory).filter((name) => name.startsWith('ep_'))).toHaveLength(1);
}, 60_000);
