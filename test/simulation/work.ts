import type { ProductionStateManager } from '../../src/index.js';

/** What a scenario was told to be done, in terms that can be checked after a power cut. */
export interface Acknowledged {
  sessionId: string | undefined;
  costs: number;
  completed: string[];
}

export const payload = { text: 'x'.repeat(70_000) };

/** An episode's work by two handles, noting what has been acknowledged. Runs in a process without tests as well. */
export async function work(
  manager: ProductionStateManager,
  told: Acknowledged,
  another: () => Promise<ProductionStateManager>,
): Promise<void> {
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  told.sessionId = sessionId;
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  const add = async (by = manager): Promise<void> => {
    await by.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.01' });
    told.costs += 1;
  };
  await add();
  const other = await another();
  // Both decide on the same end: one of the two lines is void.
  await Promise.all([add(), add(other)]);
  // Several at once share a write.
  await Promise.all([add(), add(), add(other)]);
  await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data: payload });
  told.completed.push('research');
  await manager.production.show();
  await other.updatePhase({ sessionId, phase: 'script', status: 'complete' });
  told.completed.push('script');
}
