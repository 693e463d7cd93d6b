import { expect } from 'vitest';
import type { ProductionStateManager } from '../../src/index.js';
import { MemoryDisk, memoryProduction, type CrashScenario, type PowerCut } from '../../src/testing/index.js';
import { payload, work, type Acknowledged } from './work.js';

const tried = 6;

/** An episode's work by two handles, noting what has been acknowledged. Small segments, so that sealing and rotation are among the crash points. */
export const story: CrashScenario<Acknowledged> = {
  open: { segmentBytes: 4000 },
  told: () => ({ sessionId: undefined, costs: 0, completed: [] }),
  work,
  async check(manager, told) {
    if (told.sessionId === undefined) return;
    const { total_cost: cost, phases } = await manager.getEpisodeState(told.sessionId);
    const recorded = Math.round(cost * 100);
    expect(recorded).toBeGreaterThanOrEqual(told.costs);
    expect(recorded).toBeLessThanOrEqual(tried);
    const statuses = told.completed.map((phase) => phases[phase as 'research'].status);
    expect(statuses).toEqual(told.completed.map(() => 'complete'));
    if (told.completed.includes('research'))
      expect((await manager.loadCheckpoint(told.sessionId, 'research_complete')).data).toEqual(payload);
  },
};

/** Unsynced data of some names survives, of others not; each seed is another choice. */
function some(seed: number): PowerCut {
  return (name) => {
    let hash = seed * 2654435761;
    for (let index = 0; index < name.length; index += 1)
      hash = Math.imul(hash ^ name.charCodeAt(index), 16777619);
    return ((hash >>> 13) & 1) === 1;
  };
}

export const cuts: [string, PowerCut][] = [
  ['everything unsynced is lost', 'lose-unsynced'],
  ['everything unsynced survives', 'keep-unsynced'],
  ...[1, 2].map((seed): [string, PowerCut] => [`some files keep it (choice ${seed})`, some(seed)]),
  ...[3, 4].map((seed): [string, PowerCut] => [`pieces of it survive (seed ${seed})`, { seed }]),
];

/** How many calls of the disk one life of the story makes. */
export async function callsOfStory(): Promise<number> {
  const disk = new MemoryDisk();
  await live(disk, story.told());
  return disk.calls;
}

/** One life; what is still open when it is over is closed, which a disk without power does not notice. */
async function live(disk: MemoryDisk, told: Acknowledged): Promise<void> {
  const opened: ProductionStateManager[] = [];
  const open = async (): Promise<ProductionStateManager> => {
    const { manager } = await memoryProduction({ ...story.open, disk });
    opened.push(manager);
    return manager;
  };
  try {
    await story.work(await open(), told, open);
  } finally {
    for (const manager of opened) await manager.close().catch(() => {});
  }
}

function goOffAt(disk: MemoryDisk, call: number): void {
  const start = disk.calls;
  disk.onCall = ({ index }) => (index - start === call ? 'crash' : undefined);
}

/** A story whose second life is cut too: whatever either was told is there in the third. */
export async function twoLives(
  first: { call: number; cut: PowerCut },
  second: { call: number; cut: PowerCut },
  where: string,
): Promise<void> {
  const disk = new MemoryDisk();
  goOffAt(disk, first.call);
  const told = story.told();
  await live(disk, told).catch(() => {});
  const left = disk.powerCut(first.cut);
  goOffAt(left, second.call);
  const toldAgain: string[] = [];
  await workAgain(left, toldAgain).catch(() => {});
  const { manager } = await memoryProduction({ ...story.open, disk: left.powerCut(second.cut) });
  const known = (await manager.listEpisodes()).map(({ session_id: id }) => id);
  expect(known, where).toEqual(expect.arrayContaining(toldAgain));
  await story.check(manager, told);
  expect(await manager.verify(), where).toMatchObject({ ok: true, problems: [] });
  await manager.close();
}

/** What a process does that finds the production after a power cut. */
async function workAgain(disk: MemoryDisk, told: string[]): Promise<void> {
  const { manager } = await memoryProduction({ ...story.open, disk });
  try {
    for (let episodeNum = 5; episodeNum < 8; episodeNum += 1) {
      const sessionId = await manager.createEpisodeSession({ episodeNum, topic: 'Again' });
      told.push(sessionId);
      await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    }
  } finally {
    await manager.close().catch(() => {});
  }
}
