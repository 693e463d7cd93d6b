import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysAndValues, machineVersion, structureHash, episodeMachine } from '../../machines/index.js';
import { ProductionStateManager, type PolicyInput } from '../../src/index.js';
import { fixedClock } from '../../src/testing/index.js';

export const policy: PolicyInput = { budgets: { total: '7.00' }, dailyCap: '30.00', approvals: ['script'] };

/** What a golden production has to be found as. */
export interface Golden {
  program: string;
  machine: { version: number; hash: string };
  /** Persisted snapshots by session. */
  episodes: Record<string, unknown>;
  /** Dollars. */
  spent: number;
  /** What each settled operation gave back, by session and key. */
  results: Record<string, Record<string, unknown>>;
}

/** Writes a production with an episode in every state in which one can be left, and beside it what it has to be found as. Refuses to overwrite one. */
export async function makeGolden(folder: string, program: string): Promise<void> {
  if (existsSync(folder))
    throw new Error(`${folder} is there already: a golden production is made once, by its own version`);
  mkdirSync(folder, { recursive: true });
  const clock = fixedClock();
  const directory = join(folder, 'production');
  const manager = await ProductionStateManager.open({
    directory,
    policy,
    clock,
    by: 'golden',
    segmentBytes: 24_000,
  });
  const start = async (episodeNum: number, topic: string): Promise<string> => {
    clock.advance(60_000);
    const sessionId = await manager.createEpisodeSession({ episodeNum, topic });
    return sessionId;
  };
  const work = async (
    sessionId: string,
    phase: 'research' | 'script' | 'audio',
    cost: string,
  ): Promise<void> => {
    await manager.updatePhase({ sessionId, phase, status: 'active' });
    await manager.addCost({ sessionId, phase, operation: `${phase}_call`, cost });
    clock.advance(1000);
    await manager.updatePhase({ sessionId, phase, status: 'complete', data: { phase, note: 'kept' } });
  };
  await start(1, 'Initialized');
  const active = await start(2, 'Research under way, a call reserved and one settled');
  await manager.updatePhase({ sessionId: active, phase: 'research', status: 'active' });
  await manager.reserveCost({
    sessionId: active,
    phase: 'research',
    operation: 'query',
    key: 'settled',
    maxCost: '0.50',
  });
  await manager.settleCost({ sessionId: active, key: 'settled', cost: '0.31', result: { found: ['bees'] } });
  await manager.reserveCost({
    sessionId: active,
    phase: 'research',
    operation: 'query',
    key: 'large',
    maxCost: '0.50',
  });
  await manager.settleCost({
    sessionId: active,
    key: 'large',
    cost: '0.01',
    result: { text: 'x'.repeat(66_000) },
  });
  await manager.reserveCost({
    sessionId: active,
    phase: 'research',
    operation: 'query',
    key: 'open',
    maxCost: '0.40',
  });
  const paused = await start(3, 'Paused');
  await manager.updatePhase({ sessionId: paused, phase: 'research', status: 'active' });
  await manager.pause({ sessionId: paused, reason: 'lunch' });
  const review = await start(4, 'Waits for approval');
  await work(review, 'research', '0.10');
  await work(review, 'script', '0.20');
  const audio = await start(5, 'Audio under way, after an approval');
  await work(audio, 'research', '0.11');
  await work(audio, 'script', '0.22');
  await manager.approve({ sessionId: audio, by: 'ann' });
  await manager.updatePhase({ sessionId: audio, phase: 'audio', status: 'active' });
  await manager.createCheckpoint({ sessionId: audio, checkpointName: 'half', data: { lines: 12 } });
  const complete = await start(6, 'Complete');
  await work(complete, 'research', '0.12');
  await work(complete, 'script', '0.24');
  await manager.approve({ sessionId: complete, by: 'ann' });
  await manager.recordQuality({ sessionId: complete, name: 'research_depth', value: 8.5 });
  await work(complete, 'audio', '1.00');
  const failed = await start(7, 'Failed, with an operation held');
  await manager.updatePhase({ sessionId: failed, phase: 'research', status: 'active' });
  await manager.reserveCost({
    sessionId: failed,
    phase: 'research',
    operation: 'query',
    key: 'held',
    maxCost: '0.30',
  });
  await manager.markPhaseFailed({ sessionId: failed, phase: 'research', error: 'provider down' });
  const stopped = await start(8, 'Stopped by its budget, then raised');
  await manager.updatePhase({ sessionId: stopped, phase: 'research', status: 'active' });
  await manager
    .addCost({ sessionId: stopped, phase: 'research', operation: 'query', cost: '7.01' })
    .catch(() => {});
  await manager.raiseBudget({
    sessionId: stopped,
    scope: 'total',
    amount: '2.00',
    by: 'ann',
    reason: 'worth it',
  });
  const recovered = await start(9, 'Recovered once, script skipped');
  await work(recovered, 'research', '0.13');
  await manager.updatePhase({ sessionId: recovered, phase: 'script', status: 'active' });
  await manager.markPhaseFailed({ sessionId: recovered, phase: 'script', error: 'timeout' });
  await manager.recoverFailedSession(recovered);
  const skipped = await start(10, 'A phase skipped');
  await manager.skipPhase({ sessionId: skipped, phase: 'research', reason: 'known already' });
  const cancelled = await start(11, 'Cancelled');
  await manager.cancelEpisode({ sessionId: cancelled, reason: 'out of date' });
  const archived = await start(12, 'Archived');
  await manager.markPhaseFailed({ sessionId: archived, phase: 'research', error: 'gave up' }).catch(() => {});
  await manager.cancelEpisode({ sessionId: archived, reason: 'gave up' }).catch(() => {});
  await manager.archiveFailedEpisode(archived, 'gave up');
  clock.set('2025-09-04T08:00:00.000Z');
  await manager.forkEpisode({
    sessionId: complete,
    checkpointName: 'research_complete',
    episodeNum: 13,
    topic: 'A fork, on the next day',
  });
  await manager.close();
  const expected = await found(directory, program);
  writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(expected, null, 1)}\n`);
}

/** What a production is found as. */
export async function found(directory: string, program: string): Promise<Golden> {
  const manager = await ProductionStateManager.open({
    directory,
    policy,
    clock: fixedClock('2025-09-04T09:00:00.000Z'),
    readOnly: true,
  });
  const ids = (await manager.listEpisodes()).map(({ session_id: id }) => id).toSorted();
  const episodes: Golden['episodes'] = {};
  const results: Golden['results'] = {};
  for (const id of ids) {
    const snapshot = await manager.getSnapshot(id);
    episodes[id] = snapshot;
    for (const key of keysAndValues(snapshot.context.paid).map(([each]) => each))
      (results[id] ??= {})[key] = await manager.getOperationResult(id, key);
  }
  const spent = await manager.getTotalSpending();
  await manager.close();
  return {
    program,
    machine: { version: machineVersion, hash: structureHash(episodeMachine) },
    episodes,
    spent,
    results,
  };
}
