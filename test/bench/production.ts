import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { ProductionStateManager } from '../../src/index.js';
import type { Plan } from '../../src/production/index.js';
import { timed } from './measure.js';

const richly = { research: 1_000_000, script: 1_000_000, audio: 1_000_000, total: 1_000_000 };

/** A production in which money is never what stops the measurement. */
export function openProduction(directory: string): Promise<ProductionStateManager> {
  return ProductionStateManager.open({ directory, policy: { budgets: richly, dailyCap: 1_000_000 } });
}

/** The same, quick and careless, for preparing thousands of episodes: nothing is synced. */
export function openUnsynced(directory: string): Promise<ProductionStateManager> {
  const nothing = (): void => {};
  const disk: Disk = {
    ...nodeDisk,
    sync: nothing,
    syncLater: () => Promise.resolve(),
    syncDirectory: nothing,
  };
  delete disk.redo;
  return ProductionStateManager.open({ directory, disk, policy: { budgets: richly, dailyCap: 1_000_000 } });
}

/** Episodes at work on their research. */
export async function startEpisodes(manager: ProductionStateManager, count: number): Promise<string[]> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const ids = await Promise.all(
    numbers.map((episodeNum) =>
      manager.createEpisodeSession({ episodeNum, topic: `Benchmark episode ${episodeNum}` }),
    ),
  );
  await Promise.all(
    ids.map((sessionId) => manager.updatePhase({ sessionId, phase: 'research', status: 'active' })),
  );
  return ids;
}

/** Episodes that are over: created, at work, paid for, and each phase skipped, in one commit each. */
export async function endEpisodes(manager: ProductionStateManager, count: number): Promise<string[]> {
  const { production } = manager;
  const { budgets, warnAtPercent, hardPhaseBudgets, approvals, maxRecoveries, quality } = production.policy;
  const rules = { warnAtPercent, hardPhaseBudgets, approvals, maxRecoveries, quality };
  const planEnded =
    (episodeNumber: number): Plan =>
    (view) => {
      const sessionId = view.freshId(episodeNumber);
      const { at } = view;
      return [
        {
          sessionId,
          event: {
            type: 'episode.created',
            at,
            sessionId,
            episodeNumber,
            topic: `Ended episode ${episodeNumber}`,
            budgets,
            rules,
          },
        },
        ...(['research', 'script', 'audio'] as const).map((phase) => ({
          sessionId,
          event: { type: 'phase.skip' as const, at, phase, reason: 'for the benchmark' },
        })),
      ];
    };
  const numbers = Array.from({ length: count }, (_, index) => index + 1_000_000);
  const committed = await Promise.all(
    numbers.map((episodeNumber) => production.commit(planEnded(episodeNumber))),
  );
  return committed.map(({ steps }) => steps[0]?.sessionId ?? '');
}

/** Commits one after the other on one episode. Gives milliseconds per commit. */
export async function addCosts(
  manager: ProductionStateManager,
  sessionId: string,
  count: number,
): Promise<number> {
  const took = await timed(async () => {
    for (let done = 0; done < count; done += 1)
      await manager.addCost({ sessionId, phase: 'research', operation: 'search', cost: 0.0015 });
  });
  return took / count;
}

/** The same with a key of its own for each: the episode remembers all of them. `from` is the first key's number. */
export async function addKeyedCosts(
  manager: ProductionStateManager,
  sessionId: string,
  { from, count }: { from: number; count: number },
): Promise<number> {
  const cost = (n: number) => ({
    sessionId,
    phase: 'research' as const,
    operation: 'search',
    cost: 0.0015,
    key: `k${n}`,
  });
  const took = await timed(async () => {
    for (let done = 0; done < count; done += 1) await manager.addCost(cost(from + done));
  });
  return took / count;
}

/** Every episode commits at once, each waiting for its own commit before its next. Gives milliseconds per commit. */
export async function addCostsAtOnce(
  manager: ProductionStateManager,
  ids: readonly string[],
  each: number,
): Promise<number> {
  const took = await timed(() => Promise.all(ids.map((id) => addCosts(manager, id, each))));
  return took / (ids.length * each);
}
