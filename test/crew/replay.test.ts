import { expect, test } from 'vitest';
import { defineCrew, type PhaseContext } from '../../src/index.js';
import { MemoryDisk, memoryProduction } from '../../src/testing/index.js';

/** How often the disk is read, and how many bytes of it, while an episode's settled calls are made again. */
async function replayed(count: number): Promise<{ reads: number; bytes: number; made: number }> {
  const disk = new MemoryDisk();
  const policy = { retry: {}, budgets: { research: '9', total: '9' } };
  const { manager } = await memoryProduction({ policy, disk });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  let isBroken = true;
  let made = 0;
  const crew = defineCrew({
    async research({ operation }: PhaseContext) {
      for (let n = 0; n < count; n += 1) {
        const key = `step-${n}`;
        const body = async () => ({ result: { n: (made += 1) }, cost: '0.001' });
        expect(await operation('step', { key, maxCost: '0.01' }, body)).toEqual({ n: n + 1 });
      }
      if (isBroken) throw new Error('broken after all were paid');
      return null;
    },
    script: async () => null,
    audio: async () => null,
  });
  expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'failed' });
  isBroken = false;
  let reads = 0;
  let bytes = 0;
  const read = disk.read.bind(disk);
  disk.read = (...args) => {
    const taken = read(...args);
    reads += 1;
    bytes += taken;
    return taken;
  };
  expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
  await manager.close();
  return { reads, bytes, made };
}

test('given settled calls, when the phase runs again, then none is made, and what is read is what so many look-ups need: for 240 about four times that of 60', async () => {
  const [few, many] = [await replayed(60), await replayed(240)];
  expect([few.made, many.made]).toEqual([60, 240]);
  expect(many.bytes / few.bytes).toBeLessThan(6);
  expect(many.reads / few.reads).toBeLessThan(6);
});

test('given a paid call whose result could not be kept, when the phase runs again, then its worker is not given nothing in its place: a person is asked for it', async () => {
  const { manager } = await memoryProduction();
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const crew = defineCrew({
    research: ({ operation }) =>
      operation('ask', { key: 'k', maxCost: '0.50' }, async () => ({
        result: new Map([['notes', 'Bees dance.']]) as unknown,
        cost: '0.40',
      })),
    script: async () => null,
    audio: async () => null,
  });
  expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'failed' });
  const again = await manager.produce(sessionId, crew);
  expect(again).toMatchObject({ outcome: 'waiting', state: { total_cost: 0.4 } });
  expect(again.reason).toContain(`showrunner settle ${sessionId} k`);
  await manager.settleCost({ sessionId, key: 'k', result: 'Bees dance.' });
  await manager.resume({ sessionId });
  expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
  expect((await manager.loadCheckpoint(sessionId, 'research_complete')).data).toBe('Bees dance.');
  await manager.close();
});
