import { describe, expect, onTestFinished, test } from 'vitest';
import { defineCrew, ProductionStateManager, type OpenOptions } from '../../src/index.js';
import { exportMetrics } from '../../src/reports/index.js';
import { Operations } from '../../src/studio/operations-view.js';
import { temporaryProduction } from '../../src/testing/index.js';
import { expectSound } from '../support/production.js';

const invoice = { by: 'Ada', reason: 'the invoice says so' };
const day = 24 * 3_600_000;

/** Research under way, with a call of at most 0.50 that was settled without a cost. */
async function givenEstimate(policy: OpenOptions['policy'] = {}) {
  const given = await temporaryProduction({ policy });
  onTestFinished(() => given.remove());
  const { manager } = given;
  const told: unknown[] = [];
  for (const type of ['cost:estimated', 'cost:corrected'] as const)
    manager.on(
      type,
      ({ key, cost }: { key: string | null; cost: number }) => void told.push([type, key, cost]),
    );
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Corrected' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  const reserve = (key: string, maxCost = '0.50') =>
    manager.reserveCost({ sessionId, phase: 'research', operation: 'ask', key, maxCost });
  await reserve('q1');
  await manager.settleCost({ sessionId, key: 'q1' });
  return { ...given, sessionId, told, reserve };
}

describe('costs that nobody told, and their correction', () => {
  test('given a call that is settled without a cost, when its bill comes, then events, books, day, reports and exports say so, and verify finds nothing', async () => {
    const { manager, sessionId, told, directory } = await givenEstimate();
    expect(told).toEqual([['cost:estimated', 'q1', 500_000]]);
    const state = await manager.correctCost({ sessionId, key: 'q1', cost: '0.12', ...invoice });
    expect([state.total_cost, state.phases.research.cost]).toEqual([0.12, 0.12]);
    expect(told.slice(1)).toEqual([['cost:corrected', 'q1', 120_000]]);
    expect(manager.production.today().spent).toBe(120_000);
    const spending = await manager.getSpending();
    expect(spending).toMatchObject({ total: 0.12, per_operation: { ask: { count: 1, cost: 0.12 } } });
    expect(Object.values(spending.per_day)).toEqual([{ spent: 0.12, reserved: 0 }]);
    const metrics = {
      production: await manager.getProductionMetrics(),
      quality: await manager.getQualityMetrics(),
      spending,
    };
    expect(exportMetrics(metrics, 'prometheus')).toContain(
      'showrunner_operation_spent_dollars{operation="ask"} 0.12\n',
    );
    const history = await manager.history(sessionId);
    expect(
      history.flatMap(({ event }) =>
        event.type === 'operation.settled'
          ? [event.cost]
          : event.type === 'cost.corrected'
            ? [[event.was, event.cost, event.by, event.reason]]
            : [],
      ),
    ).toEqual([500_000, [500_000, 120_000, 'Ada', 'the invoice says so']]);
    const operations = new Operations();
    for (const entry of history) operations.take(entry);
    expect(operations.after(0)).toMatchObject([
      {
        key: 'q1',
        cost: 0.12,
        estimated: false,
        corrected: expect.stringContaining('$0.50 before, corrected by Ada'),
      },
    ]);
    await expectSound(manager);
    await manager.close();
    const again = await ProductionStateManager.open({ directory });
    onTestFinished(() => again.close());
    expect((await again.getSpending()).per_operation).toEqual({ ask: { count: 1, cost: 0.12 } });
    await expectSound(again);
  });

  test('given a cost of yesterday, when it is corrected today, then yesterday follows and today has as much left as before', async () => {
    const { manager, sessionId, clock } = await givenEstimate();
    clock.advance(day);
    await manager.addCost({ sessionId, phase: 'research', operation: 'ask', cost: '0.10', key: 'today' });
    await manager.correctCost({ sessionId, key: 'q1', cost: '0.20', ...invoice });
    expect(Object.values((await manager.getSpending()).per_day).map(({ spent }) => spent)).toEqual([
      0.2, 0.1,
    ]);
    expect(manager.production.today().spent).toBe(100_000);
    await expectSound(manager);
  });

  test('given a cost, when it is corrected twice and a third time to the same, then the books have two corrections; of an estimate the same amount is worth a word', async () => {
    const { manager, sessionId } = await givenEstimate();
    const correct = (cost: string) => manager.correctCost({ sessionId, key: 'q1', cost, ...invoice });
    await correct('0.50');
    expect((await manager.getSnapshot(sessionId)).context.estimates).toEqual({ q1: 0 });
    await correct('0.70');
    await correct('0.70');
    const corrections = (await manager.history(sessionId)).flatMap(({ event }) =>
      event.type === 'cost.corrected' ? [[event.was, event.cost]] : [],
    );
    expect(corrections).toEqual([
      [500_000, 500_000],
      [500_000, 700_000],
    ]);
    await expectSound(manager);
  });

  test('given two managers that correct one cost at the same time, then one after the other counts, and no amount is lost', async () => {
    const { manager, sessionId, directory, clock } = await givenEstimate();
    const other = await ProductionStateManager.open({ directory, clock });
    onTestFinished(() => other.close());
    await Promise.all(
      [manager, other].map((each, index) =>
        each.correctCost({ sessionId, key: 'q1', cost: `0.${index + 1}0`, ...invoice }),
      ),
    );
    const corrections = (await manager.history(sessionId)).flatMap(({ event }) =>
      event.type === 'cost.corrected' ? [[event.was, event.cost]] : [],
    );
    expect(corrections).toHaveLength(2);
    expect(corrections[1]?.[0]).toBe(corrections[0]?.[1]);
    await expectSound(manager);
  });

  test('given money that an estimate has taken, when it is corrected down, then what did not fit before fits', async () => {
    const { manager, sessionId, reserve } = await givenEstimate({ budgets: { total: '0.60' } });
    await expect(reserve('q2', '0.40')).rejects.toMatchObject({ code: 'budget_exhausted' });
    await manager.correctCost({ sessionId, key: 'q1', cost: 0.1, ...invoice });
    await reserve('q2', '0.40');
  });

  test.each([
    ['nothing booked', { key: 'q9' }, 'operation_unknown'],
    ['no reason', { reason: '' }, 'invalid_input'],
    ['no name', { by: undefined as never }, 'invalid_input'],
    ['a cost below zero', { cost: '-1' }, 'invalid_input'],
    ['a cost that is no number', { cost: Number.NaN }, 'invalid_input'],
  ])(
    'given %s, when a cost is corrected, then it is refused and nothing changes',
    async (_what, change, code) => {
      const { manager, sessionId } = await givenEstimate();
      const before = manager.production.position;
      await expect(
        manager.correctCost({ sessionId, key: 'q1', cost: '0.12', ...invoice, ...change }),
      ).rejects.toMatchObject({ code });
      expect(manager.production.position).toBe(before);
    },
  );

  test('given a crew whose call answers with what it cannot use, then each try is booked under a key of its own, told, and corrected', async () => {
    const given = await temporaryProduction({
      policy: { retry: { invalid_output: { attempts: 2, baseMs: 0, maxMs: 0 } } },
    });
    onTestFinished(() => given.remove());
    const { manager } = given;
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Corrected' });
    const crew = defineCrew({
      research: ({ operation }) =>
        operation('ask', { key: 'q1', maxCost: '0.50' }, async ({ attempt }) => {
          if (attempt === 1) throw new SyntaxError('no JSON');
          return { result: 'ok', cost: Number.NaN };
        }),
      script: async () => null,
      audio: async () => null,
    });
    const { outcome } = await manager.produce(sessionId, crew);
    expect(outcome).toBe('complete');
    expect((await manager.getSnapshot(sessionId)).context.estimates).toEqual({
      'q1~failed1': 500_000,
      q1: 500_000,
    });
    await manager.correctCost({ sessionId, key: 'q1~failed1', cost: 0, ...invoice });
    const { total_cost: total } = await manager.correctCost({ sessionId, key: 'q1', cost: 0.02, ...invoice });
    expect(total).toBe(0.02);
    await expectSound(manager);
  });
});
