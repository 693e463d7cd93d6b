import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { run, start } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

const docs = fileURLToPath(new URL('../../docs', import.meta.url));
const kills = 20;

/** Path and content of every artifact of the one session; documents of the engine have times of their own. */
function artifacts(production: string, id: string): Record<string, string> {
  const base = join(production, id);
  const files = readdirSync(base, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(base, name)).isFile(),
  );
  const made = files
    .filter((name) => !/(?:^|\/)(?:session|checkpoint|producing)\.json$|\.tmp-|^checkpoints\//.test(name))
    .sort();
  return Object.fromEntries(
    made.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(base, name)))
        .digest('hex'),
    ]),
  );
}

test('given a production killed at twenty points, when it is resumed each time, then it is the same as one never interrupted, and no operation ran twice', async () => {
  const folder = temporaryDirectory();
  const [calm, stormy] = [join(folder, 'calm'), join(folder, 'stormy')];
  mkdirSync(join(folder, 'sources'));
  for (const page of ['architecture.md', 'money.md', 'crews.md'])
    writeFileSync(join(folder, 'sources', page), readFileSync(join(docs, page)));
  const id = (await run(calm, 'create', '--topic', 'How an episode survives')).stdout.trim();
  cpSync(calm, stormy, { recursive: true });
  const options = ['produce', id, '--sources', join(folder, 'sources'), '--minutes', '2'];
  const began = performance.now();
  expect((await run(calm, ...options)).code).toBe(0);
  const wholeMs = performance.now() - began;

  let done = 0;
  for (let attempt = 0; done < kills && attempt < kills * 3; attempt += 1) {
    const running = start(stormy, [...options, '--lease', '0.5']);
    const delay = 250 + (((attempt * 7919) % 1000) / 1000) * (wholeMs / 4);
    const timer = setTimeout(() => running.kill('SIGKILL'), delay);
    const { code } = await running.ended;
    clearTimeout(timer);
    if (code === null) done += 1;
    // A dead orchestrator's claim has to run out before the next may take over.
    await new Promise((resolve) => setTimeout(resolve, 600));
    if (code === 0) break;
  }
  expect(done).toBeGreaterThan(5);
  const finished = await run(stormy, ...options, '--lease', '0.5', '--json');
  expect(finished.json()).toMatchObject({ outcome: 'complete' });
  expect(artifacts(stormy, id)).toEqual(artifacts(calm, id));

  const [a, b] = await Promise.all(
    [calm, stormy].map((directory) => ProductionStateManager.open({ directory, readOnly: true })),
  );
  const settled = async (manager: ProductionStateManager | undefined): Promise<string[]> =>
    ((await manager?.history(id)) ?? [])
      .flatMap(({ event }) => (event.type === 'operation.settled' ? [event.key] : []))
      .sort();
  const keys = await settled(b);
  expect(keys).toEqual(await settled(a));
  expect(new Set(keys).size).toBe(keys.length);
  expect(await b?.verify()).toMatchObject({ ok: true, problems: [] });
  const probe = spawnSync(
    'ffprobe',
    [
      '-v',
      'error',
      '-show_entries',
      'format=duration',
      '-of',
      'csv=p=0',
      join(stormy, id, 'audio', 'episode.mp3'),
    ],
    { encoding: 'utf8' },
  );
  expect(probe.stderr).toBe('');
  expect(Number(probe.stdout)).toBeGreaterThan(60);
  await Promise.all([a?.close(), b?.close()]);
});
