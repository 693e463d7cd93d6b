import { expect } from 'vitest';
import type { ProductionStateManager } from '../../src/index.js';
import type { Disk } from '../../src/disk/index.js';
import { MemoryDisk, memoryProduction, type PowerCut } from '../../src/testing/index.js';

/** What a scenario was told to be done, in terms that can be checked after a power cut. */
export interface Acknowledged {
  sessionId: string | undefined;
  costs: number;
  completed: string[];
}

/** A disk that loses its power at its n-th call: that call and all after it fail. */
export function cutAt(disk: MemoryDisk, n: number): { disk: Disk; calls: () => number } {
  let calls = 0;
  const cutting = new Proxy(disk, {
    get(target, name) {
      const method = Reflect.get(target, name, target) as unknown;
      if (typeof method !== 'function' || name === 'powerCut') return method;
      return (...args: unknown[]) => {
        if (name !== 'watch' && name !== 'close') calls += 1;
        if (calls > n) throw Object.assign(new Error('power cut'), { code: 'EIO' });
        return (method as (...all: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  return { disk: cutting, calls: () => calls };
}

/** An episode's work, noting what has been acknowledged. */
async function work(manager: ProductionStateManager, told: Acknowledged): Promise<void> {
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  told.sessionId = sessionId;
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  const add = async (): Promise<void> => {
    await manager.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.01' });
    told.costs += 1;
  };
  for (let n = 0; n < 3; n += 1) await add();
  // Several at once share a write.
  await Promise.all([add(), add(), add()]);
  await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data: { text: 'x'.repeat(70_000) } });
  told.completed.push('research');
  await manager.production.showing.flush();
  await manager.updatePhase({ sessionId, phase: 'script', status: 'complete' });
  told.completed.push('script');
  await manager.close();
}

export async function run(disk: Disk, told: Acknowledged): Promise<void> {
  // Small segments, so that sealing and rotation are among the crash points.
  const { manager } = await memoryProduction({ disk: disk as MemoryDisk, segmentBytes: 4000 });
  await work(manager, told);
}

/** Everything that the scenario was told is done, is done. */
async function expectAcknowledged(manager: ProductionStateManager, sessionId: string, told: Acknowledged, where: string): Promise<void> {
  const { total_cost: cost, phases } = await manager.getEpisodeState(sessionId);
  const recorded = Math.round(cost * 100);
  expect(recorded, where).toBeGreaterThanOrEqual(told.costs);
  expect(recorded, where).toBeLessThanOrEqual(6);
  const statuses = told.completed.map((phase) => phases[phase as 'research'].status);
  expect(statuses, where).toEqual(told.completed.map(() => 'complete'));
  const checkpoints = told.completed.includes('research') ? ['research_complete'] : [];
  const loaded = await Promise.all(checkpoints.map(async (name) => (await manager.loadCheckpoint(sessionId, name)).data));
  expect(loaded, where).toEqual(checkpoints.map(() => ({ text: 'x'.repeat(70_000) })));
}

export async function check(disk: MemoryDisk, told: Acknowledged, where: string): Promise<void> {
  const { manager } = await memoryProduction({ disk, segmentBytes: 4000 });
  if (told.sessionId !== undefined) await expectAcknowledged(manager, told.sessionId, told, where);
  expect(await manager.verify(), where).toMatchObject({ ok: true, problems: [] });
  // A second life: work goes on, also after a second cut.
  const second = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Again' });
  const again = await memoryProduction({ disk: disk.powerCut() });
  expect(await again.manager.getEpisodeState(second), where).toMatchObject({ topic: 'Again' });
  await again.manager.close();
  await manager.close().catch(() => {});
}

/** Unsynced data of some names survives, of others not; each seed is another choice. */
function some(seed: number): PowerCut {
  return (name) => {
    let hash = seed * 2654435761;
    for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 16777619);
    return ((hash >>> 13) & 1) === 1;
  };
}

export const cuts: [string, PowerCut][] = [
  ['everything unsynced is lost', 'lose-unsynced'],
  ['everything unsynced survives', 'keep-unsynced'],
  ...[1, 2, 3, 4].map((seed): [string, PowerCut] => [`some of it survives (seed ${seed})`, some(seed)]),
];

/** A story whose second life is cut too: whatever either was told is there in the third. */
export async function twoLives(first: { call: number; cut: PowerCut }, second: { call: number; cut: PowerCut }, where: string): Promise<void> {
  const memory = new MemoryDisk();
  const told: Acknowledged = { sessionId: undefined, costs: 0, completed: [] };
  await run(cutAt(memory, first.call).disk, told).catch(() => {});
  const left = memory.powerCut(first.cut);
  const toldAgain: string[] = [];
  await workAgain(cutAt(left, second.call).disk as MemoryDisk, toldAgain).catch(() => {});
  const last = left.powerCut(second.cut);
  const { manager } = await memoryProduction({ disk: last, segmentBytes: 4000 });
  const known = (await manager.listEpisodes()).map(({ session_id: id }) => id);
  expect(known, where).toEqual(expect.arrayContaining(toldAgain));
  await manager.close();
  await check(last, told, where);
}

/** What a process does that finds the production after a power cut. */
async function workAgain(disk: MemoryDisk, told: string[]): Promise<void> {
  const { manager } = await memoryProduction({ disk, segmentBytes: 4000 });
  for (let episodeNum = 5; episodeNum < 8; episodeNum += 1) {
    const sessionId = await manager.createEpisodeSession({ episodeNum, topic: 'Again' });
    told.push(sessionId);
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  }
  await manager.close();
}
