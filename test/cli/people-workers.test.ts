import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { start } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

const crew = fileURLToPath(new URL('../support/trying-crew.mjs', import.meta.url));

const count = 20;

/** Numbers from 0 to 1, the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** A person who decides at random: pauses what is at work, resumes, approves, rejects a few, and says of lost calls that they were not made. */
function somebody(manager: ProductionStateManager): () => Promise<void> {
  const random = seeded(20);
  let [pauses, rejections] = [15, 5];
  /** Workers move the episode on meanwhile: then his wish is refused, and he looks again. */
  const tries = async (deed: Promise<unknown>): Promise<boolean> =>
    deed.then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'wrong_state' });
        return false;
      },
    );
  return async () => {
    for (const { session_id: sessionId, status } of await manager.listEpisodes()) {
      if (status === 'complete') continue;
      const { value, context } = await manager.getSnapshot(sessionId);
      const inner = typeof value === 'string' ? value : Object.values(value)[0];
      if (inner !== 'active')
        for (const [key, { state }] of Object.entries(context.operations))
          if (state === 'held') await manager.releaseCost({ sessionId, key });
      if (random() < 0.5) continue;
      if (inner === 'paused') await tries(manager.resume({ sessionId }));
      else if (inner === 'active' && pauses > 0)
        pauses -= Number(await tries(manager.pause({ sessionId, by: 'Ada', reason: 'at random' })));
      else if (inner === 'review' && rejections > 0 && random() < 0.3)
        rejections -= Number(await tries(manager.reject({ sessionId, by: 'Ada', reason: 'at random' })));
      else if (inner === 'review') await tries(manager.approve({ sessionId, by: 'Ada' }));
    }
  };
}

test('given two workers and twenty episodes, when people approve, reject and pause at random and one worker is killed, then all are complete and nothing is paid twice', async () => {
  const directory = join(temporaryDirectory(), 'production');
  const manager = await ProductionStateManager.open({ directory });
  for (let n = 1; n <= count; n += 1)
    await manager.createEpisodeSession({ key: `bees-${n}`, topic: `Bees ${n}`, approvals: ['script'] });
  const workers = [0, 1].map(() =>
    start(directory, ['work', '--crew', crew, '--concurrency', '2', '--json'], { SHOWRUNNER_TRY: 'slowly' }),
  );
  await Promise.all(workers.map((worker) => worker.said('working on every episode')));
  const [doomed, other] = workers;
  const decides = somebody(manager);
  let isKilled = false;
  await expect
    .poll(
      async () => {
        await decides();
        const statuses = (await manager.listEpisodes()).map(({ status }) => status);
        if (!isKilled && statuses.filter((status) => status === 'complete').length >= 3) {
          isKilled = true;
          doomed?.kill('SIGKILL');
          await doomed?.ended;
        }
        return statuses;
      },
      { timeout: 110_000, interval: 100 },
    )
    .toEqual(Array(count).fill('complete'));
  other?.kill('SIGTERM');
  const ended = await other?.ended;
  expect(ended?.json()).toMatchObject({ failed: 0 });
  for (const { session_id: id, total_cost: spent } of await manager.listEpisodes()) {
    const history = await manager.history(id);
    const keys = history.flatMap(({ event }) => (event.type === 'operation.settled' ? [event.key] : []));
    const revisions = history.filter(({ type }) => type === 'review.reject').length;
    // One call a phase, and one more for each time that somebody wanted the script anew.
    expect({ id, keys: new Set(keys).size, settled: keys.length, spent }).toEqual({
      id,
      keys: 3 + revisions,
      settled: 3 + revisions,
      spent: Number(((3 + revisions) * 0.05).toFixed(2)),
    });
  }
  expect(isKilled).toBe(true);
  expect(await manager.verify()).toMatchObject({ ok: true });
  await manager.close();
});
