import { expect, test } from 'vitest';
import type { ProductionStateManager } from '../../src/index.js';
import { memoryProduction } from '../../src/testing/index.js';
import { expectSound } from '../support/production.js';

/** Changes everything in a value that can be changed. */
function scramble(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const object = value as Record<string, unknown>;
  for (const key of Object.keys(object)) {
    scramble(object[key]);
    if (typeof object[key] !== 'object' || object[key] === null) object[key] = 'scrambled';
  }
  if (Array.isArray(value)) value.push('scrambled');
  else object['scrambled'] = true;
}

const data = { findings: [{ title: 'One', sources: ['a', 'b'] }] };

/** An episode that has been through everything which leaves something behind; each result goes to `given`. */
async function live(manager: ProductionStateManager, given: (result: unknown) => void): Promise<string> {
  const sessionId = await manager.createEpisodeSession({
    episodeNum: 1,
    topic: 'Given away',
    budgets: { research: '3.00' },
    approvals: ['script'],
  });
  const all: (() => Promise<unknown>)[] = [
    () => manager.updatePhase({ sessionId, phase: 'research', status: 'active' }),
    () => manager.addCost({ sessionId, phase: 'research', operation: 'search', cost: '0.25', key: 'one' }),
    () =>
      manager.reserveCost({ sessionId, phase: 'research', operation: 'search', key: 'two', maxCost: '0.50' }),
    () => manager.settleCost({ sessionId, key: 'two', cost: '0.40', result: { answer: [1] } }),
    () => manager.recordQuality({ sessionId, name: 'technical_accuracy', value: 0.88 }),
    () => manager.saveCheckpoint({ sessionId, phase: 'research', data }),
    () => manager.raiseBudget({ sessionId, scope: 'total', amount: '1.00', by: 'ana', reason: 'more' }),
    () => manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data }),
    () => manager.restoreCheckpoint({ sessionId, checkpointName: 'research_checkpoint' }),
    () => manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data }),
    () => manager.updatePhase({ sessionId, phase: 'script', status: 'active' }),
    () =>
      manager.markPhaseFailed({
        sessionId,
        phase: 'script',
        error: Object.assign(new Error('slow down'), { status: 429 }),
      }),
    () => manager.initiateRecovery(sessionId),
    () => manager.forkEpisode({ sessionId }),
  ];
  for (const step of all) given(await step());
  return sessionId;
}

/** Everything that can be asked. */
function questions(manager: ProductionStateManager, sessionId: string): [string, () => Promise<unknown>][] {
  return [
    ['getActiveEpisodes', () => manager.getActiveEpisodes()],
    ['listEpisodes', () => manager.listEpisodes()],
    ['getEpisodeState', () => manager.getEpisodeState(sessionId)],
    ['getSnapshot', () => manager.getSnapshot(sessionId)],
    ['getGlobalMetrics', () => manager.getGlobalMetrics()],
    ['loadCheckpoint', () => manager.loadCheckpoint(sessionId, 'research')],
    ['getOperationResult', () => manager.getOperationResult(sessionId, 'two')],
    ['getProductionMetrics', () => manager.getProductionMetrics()],
    ['getQualityMetrics', () => manager.getQualityMetrics()],
    ['getSpending', () => manager.getSpending()],
    ['planRecovery', () => manager.planRecovery(sessionId)],
    ['history', () => manager.history(sessionId)],
    [
      'stateAt',
      async () => manager.stateAt(sessionId, (await manager.history(sessionId)).at(-2)?.position ?? 0),
    ],
    ['verify', () => manager.verify()],
  ];
}

async function told(manager: ProductionStateManager, sessionId: string): Promise<string> {
  const answers = [];
  for (const [name, ask] of questions(manager, sessionId)) answers.push([name, await ask()]);
  return JSON.stringify(answers, undefined, 1);
}

test('given all that was given away is changed, by callers, listeners and hooks, then the production says the same as one where nothing was', async () => {
  const untouched = (await memoryProduction()).manager;
  const { manager } = await memoryProduction();
  const types = [
    'commit',
    'created',
    'transition',
    'cost',
    'checkpoint',
    'failed',
    'budget:warning',
  ] as const;
  for (const type of types) manager.on(type, scramble);
  manager.hook({ after: scramble, onFailure: ({ failure }) => scramble(failure) });
  const sessionId = await live(untouched, () => {});
  expect(await live(manager, scramble)).toBe(sessionId);
  expect(await told(manager, sessionId)).toBe(await told(untouched, sessionId));
  await expectSound(manager);
});

test('given an answer is changed, when it is asked for again, then it is as it was', async () => {
  const { manager } = await memoryProduction();
  const sessionId = await live(manager, () => {});
  const actor = await manager.actor(sessionId);
  scramble(actor.getPersistedSnapshot());
  actor.stop();
  const before = await told(manager, sessionId);
  const altered = [];
  for (const [name, ask] of questions(manager, sessionId)) {
    scramble(await ask());
    if ((await told(manager, sessionId)) !== before) altered.push(name);
  }
  expect(altered).toEqual([]);
});

test('given what was passed in is changed afterwards, then what was kept is as it was', async () => {
  const { manager, disk, clock } = await memoryProduction();
  const budgets = { research: '3.00' };
  const approvals: ('script' | 'audio')[] = ['script'];
  const sessionId = await manager.createEpisodeSession({
    episodeNum: 1,
    topic: 'Passed in',
    budgets,
    approvals,
  });
  const own = structuredClone(data);
  const kept = manager.saveCheckpoint({ sessionId, phase: 'research', data: own });
  const event = { type: 'quality.recorded' as const, name: 'sent', value: 5, by: 'Ada' };
  const sent = manager.send(sessionId, event);
  scramble(own);
  scramble(event);
  scramble(budgets);
  scramble(approvals);
  await Promise.all([kept, sent]);
  const before = await told(manager, sessionId).catch(() => '');
  await manager.close();
  const again = (await memoryProduction({ disk, clock })).manager;
  expect((await again.getSnapshot(sessionId)).context).toMatchObject({
    budgets: { research: 3_000_000 },
    rules: { approvals: ['script'] },
  });
  expect(await again.loadCheckpoint(sessionId, 'research_checkpoint')).toMatchObject({ data });
  expect(before).not.toContain('scrambled');
  await expectSound(again);
});
