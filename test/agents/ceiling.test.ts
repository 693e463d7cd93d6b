import { expect, test } from 'vitest';
import { runTool, type Call } from '../../src/agents/run-tool.js';
import { ProductionStateManager, type PolicyInput } from '../../src/index.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

async function house(policy: PolicyInput) {
  const manager = await openProduction(temporaryDirectory(), { policy });
  const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const raise = async (scope: string, amount: string) => {
    const call = {
      manager,
      given: { session_id: id, scope, amount, reason: 'longer' },
      asking: { canAsk: false, by: 'ann by elicitation', agent: "ann's agent within agentCeiling" },
    } as unknown as Call;
    return (await runTool('raise_budget', call))['structuredContent'] as Record<string, unknown>;
  };
  return { manager, id, raise };
}

test('given a ceiling, when an agent raises a budget up to it, then no person is asked and the record says so; above it one is', async () => {
  const { manager, id, raise } = await house({ agentCeiling: { total: '9.00', day: '60' } });
  expect(await raise('total', '2.00')).toMatchObject({ left: '9.00' });
  expect(await raise('total', '0.000001')).toMatchObject({ pending: true, left: '9.00' });
  expect(await raise('research', '0.01')).toMatchObject({ pending: true });
  const raised = (await manager.history(id)).filter(({ type }) => type === 'budget.raise');
  expect(raised.map(({ event }) => event)).toMatchObject([{ by: "ann's agent within agentCeiling" }]);
  expect(await raise('day', '10')).not.toHaveProperty('pending');
  expect(await raise('day', '1')).toMatchObject({ pending: true });
});

test('given no ceiling, then an agent raises nothing without a person', async () => {
  const { raise } = await house({});
  for (const scope of ['research', 'script', 'audio', 'total', 'day'])
    expect(await raise(scope, '0.01')).toMatchObject({ pending: true, left: '7.00' });
});

test('given agents that raise at the same time, then together they stay below the ceiling', async () => {
  const { manager, id, raise } = await house({ agentCeiling: { total: '9.00' } });
  const answers = await Promise.all(Array.from({ length: 5 }, () => raise('total', '1.00')));
  expect(answers.filter((each) => each['pending'] === true)).toHaveLength(3);
  expect((await manager.getSnapshot(id)).context.budgets.total).toBe(9_000_000);
});

test('given a ceiling is set by its path, then its history is kept, other handles go by it, and a person is not bound by it', async () => {
  const { manager, id } = await house({});
  const changes = await manager.changePolicy({
    set: { 'agentCeiling.total': '8.00' },
    by: 'ann',
    reason: 'small steps',
  });
  expect(changes).toEqual([{ path: 'agentCeiling.total', from: null, to: 8 }]);
  const other = await ProductionStateManager.open({ directory: manager.production.directory });
  const raise = { sessionId: id, scope: 'total', amount: '1.50', by: 'agent', reason: 'x' } as const;
  await expect(other.raiseBudget({ ...raise, asAgent: true })).rejects.toMatchObject({
    code: 'ceiling_passed',
    message: expect.stringContaining('above $8.00'),
  });
  await other.raiseBudget(raise);
  expect((await other.getPolicy()).agentCeiling).toMatchObject({ total: 8, day: null });
  await other.close();
});
