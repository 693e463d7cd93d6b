import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { start } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

const crew = fileURLToPath(new URL('../support/trying-crew.mjs', import.meta.url));

test('given two workers and six episodes, when one is killed and people approve, then all are complete and nothing is paid twice', async () => {
  const directory = join(temporaryDirectory(), 'production');
  const manager = await ProductionStateManager.open({ directory });
  for (let n = 1; n <= 6; n += 1)
    await manager.createEpisodeSession({ key: `bees-${n}`, topic: `Bees ${n}`, approvals: ['script'] });
  const workers = [0, 1].map(() =>
    start(directory, ['work', '--crew', crew, '--concurrency', '2', '--json']),
  );
  await Promise.all(workers.map((worker) => worker.said('working on every episode')));
  const [doomed, other] = workers;
  await expect
    .poll(
      async () => (await manager.listEpisodes()).some(({ phases }) => phases.script.status === 'active'),
      { timeout: 60_000 },
    )
    .toBe(true);
  doomed?.kill('SIGKILL');
  await doomed?.ended;
  await expect
    .poll(
      async () => {
        for (const { session_id: sessionId } of await manager.listEpisodes()) {
          const { value, context } = await manager.getSnapshot(sessionId);
          // What the killed one had sent is a person's matter.
          for (const [key, { state }] of Object.entries(context.operations))
            if (state === 'held') await manager.releaseCost({ sessionId, key });
          if (JSON.stringify(value).includes('review')) await manager.approve({ sessionId, by: 'Ada' });
          if (JSON.stringify(value).includes('paused')) await manager.resume({ sessionId });
        }
        return (await manager.listEpisodes()).map(({ status }) => status);
      },
      { timeout: 90_000, interval: 200 },
    )
    .toEqual(Array(6).fill('complete'));
  other?.kill('SIGTERM');
  const ended = await other?.ended;
  expect(ended?.json()).toMatchObject({ failed: 0 });
  for (const { session_id: id, total_cost: spent } of await manager.listEpisodes()) {
    const settled = (await manager.history(id)).filter(({ type }) => type === 'operation.settled');
    expect({ id, spent, settled: settled.length }).toEqual({ id, spent: 0.15, settled: 3 });
  }
  expect(await manager.verify()).toMatchObject({ ok: true });
  await manager.close();
});
