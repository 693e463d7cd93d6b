import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { closeBrowser, openForAll } from './watched-page.js';
import { startStudio } from '../studio/studio-process.js';
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

/** One episode as the board shows it at a moment: who works on it, and up to which position of the journal that was read. */
interface Seen {
  id: string;
  position: number;
  worker: string | null;
}

function boardOn(page: Page): Promise<Seen[]> {
  return page.locator('[data-session]').evaluateAll((rows) =>
    rows.map((row) => ({
      id: row.getAttribute('data-session') ?? '',
      position: Number(row.getAttribute('data-position')),
      worker: row.querySelector('.row-worker')?.textContent ?? null,
    })),
  );
}

/** Who held an episode's claim at a position of the journal. */
async function holders(manager: ProductionStateManager): Promise<(seen: Seen) => string | null> {
  const claims = new Map<string, { position: number; by: string | null }[]>();
  for (const { session_id: id } of await manager.listEpisodes())
    claims.set(
      id,
      (await manager.history(id)).flatMap(
        ({ event, position }): { position: number; by: string | null }[] => {
          if (event.type === 'lease.claim') return [{ position, by: event.holder }];
          return event.type === 'lease.release' ? [{ position, by: null }] : [];
        },
      ),
    );
  return ({ id, position }) => claims.get(id)?.findLast((claim) => claim.position <= position)?.by ?? null;
}

test('given two workers and twenty episodes, when people approve, reject and pause at random and one worker is killed, then all are complete, nothing is paid twice, and the page has said at each moment who worked', async () => {
  const directory = join(temporaryDirectory(), 'production');
  const manager = await ProductionStateManager.open({ directory });
  for (let n = 1; n <= count; n += 1)
    await manager.createEpisodeSession({ key: `bees-${n}`, topic: `Bees ${n}`, approvals: ['script'] });
  const studio = await startStudio(directory);
  onTestFinished(() => studio.kill());
  onTestFinished(closeBrowser);
  const { page, expectNoProblem } = await openForAll(studio.link, { height: 2400 });
  const look = (): Promise<Seen[]> => boardOn(page);
  await expect.poll(async () => (await look()).length).toBe(count);
  const seen: Seen[] = [];
  const workers = ['ann', 'bob'].map((by) =>
    start(directory, ['work', '--crew', crew, '--concurrency', '2', '--json', '--by', by], {
      SHOWRUNNER_TRY: 'slowly',
    }),
  );
  await Promise.all(workers.map((worker) => worker.said('working on every episode')));
  const [doomed, other] = workers;
  const decides = somebody(manager);
  let isKilled = false;
  const isAnn = ({ worker }: Seen): boolean => worker?.startsWith('ann') === true;
  await expect
    .poll(
      async () => {
        await decides();
        seen.push(...(await look()));
        const statuses = (await manager.listEpisodes()).map(({ status }) => status);
        if (!isKilled && statuses.filter((status) => status === 'complete').length >= 3) {
          isKilled = true;
          doomed?.kill('SIGKILL');
          await doomed?.ended;
          // It commits nothing any more, and yet that it is gone is told.
          while ((await look()).some(isAnn)) await sleep(50);
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
  const held = await holders(manager);
  const wrong = seen.filter((each) => {
    const by = held(each);
    // Of who is killed nobody says that he works, though his claim lasts.
    return each.worker !== by && !(each.worker === null && by?.startsWith('ann'));
  });
  expect(wrong).toEqual([]);
  expect([seen.some(isAnn), seen.some(({ worker }) => worker?.startsWith('bob'))]).toEqual([true, true]);
  expectNoProblem();
  expect(await manager.verify()).toMatchObject({ ok: true });
  await manager.close();
});
