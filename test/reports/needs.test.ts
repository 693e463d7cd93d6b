import { describe, expect, test } from 'vitest';
import { defineCrew, type ProductionStateManager } from '../../src/index.js';
import { needsHere } from '../../src/production/needs-here.js';
import type { Need } from '../../src/shapes/index.js';
import { rehydrate } from '../../machines/index.js';
import { expectSound, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const idle = () => Promise.resolve(null);
const crew = defineCrew({
  research: ({ operation }) =>
    operation('query', { key: 'q 1', maxCost: '2.00' }, () =>
      Promise.resolve({ result: 'notes', cost: '1.00' }),
    ),
  script: idle,
  audio: idle,
});

async function needs(manager: ProductionStateManager, sessionId: string): Promise<Need[]> {
  return needsHere(manager.production, rehydrate(await manager.getSnapshot(sessionId)));
}

describe('a paid call whose result is missing', () => {
  test('given a worker asks for it, then the call is named in a field, until a person gives it; then the episode only waits to be resumed', async () => {
    const manager = await openProduction(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await manager.reserveCost({
      sessionId,
      phase: 'research',
      operation: 'query',
      key: 'q 1',
      maxCost: '2.00',
    });
    await manager.settleCost({ sessionId, key: 'q 1', cost: '1.00' });
    expect((await manager.produce(sessionId, crew)).outcome).toBe('waiting');
    expect(await needs(manager, sessionId)).toMatchObject([
      {
        need: 'missing_result',
        key: 'q 1',
        next: [`showrunner settle ${sessionId} 'q 1' --result <json|file>`],
      },
      {
        need: 'paused',
        reason: 'the result of q 1 is missing',
        next: [`showrunner resume ${sessionId}`],
      },
    ]);
    expect((await manager.getSnapshot(sessionId)).context.pause).toMatchObject({ missing: 'q 1' });

    await manager.settleCost({ sessionId, key: 'q 1', result: 'notes' });
    expect(await needs(manager, sessionId)).toMatchObject([
      { need: 'paused', reason: 'the result of q 1 was missing, and is given' },
    ]);
    await manager.resume({ sessionId });
    expect((await manager.produce(sessionId, crew)).outcome).toBe('complete');
    await expectSound(manager);
  });
});

describe('money that had come to its end', () => {
  const total = (amount: string) => ({ scope: 'total' as const, amount });
  const day = (amount: string) => ({ scope: 'day' as const, amount });

  test.each([
    ['the total', { budgets: { total: '1.00' } }, 'budget_stop', total('1.00'), day('1.00')],
    ["the day's cap", { dailyCap: '1.00' }, 'daily_stop', day('1.00'), total('1.00')],
  ] as const)(
    'given %s has stopped an episode, when more of it is given, and not of another, then it waits to be recovered, and fails only once',
    async (_what, policy, stop, enough, other) => {
      const manager = await openProduction(temporaryDirectory(), { policy });
      const failures: unknown[] = [];
      manager.on('failed', (failed) => failures.push(failed));
      const { sessionId, outcome } = await manager.produce({ key: 'bees', topic: 'Bees' }, crew);
      expect(outcome).toBe('failed');
      const raise = { sessionId, by: 'Ada', reason: 'worth it' };
      await manager.raiseBudget({ ...raise, ...other });
      expect((await needs(manager, sessionId)).map(({ need }) => need)).toEqual([stop]);
      await manager.raiseBudget({ ...raise, ...enough });
      const [need] = await needs(manager, sessionId);
      expect(need).toMatchObject({
        need: 'failed',
        text: expect.stringContaining('can be recovered') as string,
        next: [`showrunner recover ${sessionId} --plan`, `showrunner recover ${sessionId}`],
      });
      expect(failures).toHaveLength(1);
      expect((await manager.produce(sessionId, crew)).outcome).toBe('complete');
      await expectSound(manager);
    },
  );

  test('given a budget is set, then only one that is more than it was lets the episode be recovered', async () => {
    const manager = await openProduction(temporaryDirectory(), { policy: { budgets: { total: '1.00' } } });
    const { sessionId } = await manager.produce({ key: 'bees', topic: 'Bees' }, crew);
    const set = (amount: string) =>
      manager.setBudget({ sessionId, scope: 'total', amount, by: 'Ada', reason: 'so much' });
    await set('1.00');
    expect(await needs(manager, sessionId)).toMatchObject([{ need: 'budget_stop' }]);
    await set('2.00');
    expect(await needs(manager, sessionId)).toMatchObject([{ need: 'failed' }]);
  });

  /** What is told leads on: each budget that it names is raised, and then it is recovered. */
  async function followed(manager: ProductionStateManager, sessionId: string): Promise<string[]> {
    const [need] = await needs(manager, sessionId);
    const scopes = (need?.next ?? []).flatMap((line) => / budget \S+ (\w+) \+/.exec(line)?.[1] ?? []);
    for (const scope of scopes)
      await manager.raiseBudget({
        sessionId,
        scope: scope as 'total',
        amount: '9',
        by: 'Ada',
        reason: 'more',
      });
    expect((await needs(manager, sessionId))[0]).toMatchObject({ need: 'failed' });
    expect((await manager.recoverFailedSession(sessionId)).status).toBe('research');
    return scopes;
  }

  const spend = (manager: ProductionStateManager, sessionId: string, cost: string) =>
    manager.addCost({ sessionId, phase: 'research', operation: 'late', cost });

  async function begun(policy: object): Promise<{ manager: ProductionStateManager; sessionId: string }> {
    const manager = await openProduction(temporaryDirectory(), { policy });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    return { manager, sessionId };
  }

  test('given more was given, when a late cost uses that up, too, then it waits for money again', async () => {
    const { manager, sessionId } = await begun({});
    await spend(manager, sessionId, '7.50');
    await manager.raiseBudget({ sessionId, scope: 'total', amount: '1', by: 'Ada', reason: 'more' });
    await spend(manager, sessionId, '3');
    expect((await needs(manager, sessionId))[0]).toMatchObject({
      need: 'budget_stop',
      text: expect.stringContaining(
        ' $10.50 of the total of $8.00 is spent now: it can be recovered once',
      ) as string,
    });
    expect(await followed(manager, sessionId)).toEqual(['total']);
    await expectSound(manager);
  });

  test('given it has failed of something else, when a late cost passes its total, then it waits for money, too', async () => {
    const { manager, sessionId } = await begun({});
    await manager.markPhaseFailed({ sessionId, phase: 'research', error: 'provider down' });
    await spend(manager, sessionId, '7.50');
    expect(await followed(manager, sessionId)).toEqual(['total']);
  });

  test("given a phase's hard budget has stopped it, then that budget is named, and the total alone is not enough", async () => {
    const { manager, sessionId } = await begun({ hardPhaseBudgets: true });
    await spend(manager, sessionId, '2.50');
    await manager.raiseBudget({ sessionId, scope: 'total', amount: '1', by: 'Ada', reason: 'more' });
    expect((await needs(manager, sessionId))[0]).toMatchObject({
      need: 'budget_stop',
      text: expect.stringContaining('$2.50 of the research budget of $2.00 is spent now') as string,
    });
    expect(await followed(manager, sessionId)).toEqual(['research']);
  });

  test("given the day's cap is raised by less than is spent, then nobody is told that it can be recovered without more", async () => {
    const { manager, sessionId } = await begun({ dailyCap: '1.00' });
    await spend(manager, sessionId, '2');
    await manager.raiseBudget({ sessionId, scope: 'day', amount: '0.50', by: 'Ada', reason: 'more' });
    expect((await needs(manager, sessionId))[0]?.text).toMatch(
      /can be recovered while the day's money lasts\.$/,
    );
    await expect(manager.recoverFailedSession(sessionId)).rejects.toThrow("raise the day's cap");
  });

  test('given both are used up, then both are named', async () => {
    const { manager, sessionId } = await begun({ hardPhaseBudgets: true });
    await spend(manager, sessionId, '7.50');
    expect(await followed(manager, sessionId)).toEqual(['total', 'research']);
  });

  test("given a call asked for more than a phase's hard budget has left, then that budget is named", async () => {
    const manager = await openProduction(temporaryDirectory(), {
      policy: { hardPhaseBudgets: true, budgets: { research: '1.00' } },
    });
    const { sessionId } = await manager.produce({ key: 'bees', topic: 'Bees' }, crew);
    expect(await followed(manager, sessionId)).toEqual(['research']);
    expect((await manager.produce(sessionId, crew)).outcome).toBe('complete');
  });
});

describe('a call that an interruption has cut off', () => {
  const cutOff = (reconcile: 'retry' | 'ask', calls: string[], interrupt?: AbortController) =>
    defineCrew({
      ...crew,
      research: ({ operation, signal }) =>
        operation('query', { key: 'q', maxCost: '2.00', reconcile }, async () => {
          calls.push('q');
          interrupt?.abort(new Error('enough'));
          signal.throwIfAborted();
          return Promise.resolve({ result: 'notes', cost: '1.00' });
        }),
    });

  test.each([
    { rule: 'retry' as const, outcome: 'complete', made: 2, left: [] },
    { rule: 'ask' as const, outcome: 'waiting', made: 1, left: ['held_operation', 'paused'] },
  ])(
    'given its rule is "$rule", when a person is told what to do, then first to resume, which asks the rule, and the episode is $outcome',
    async ({ rule, outcome, made, left }) => {
      const manager = await openProduction(temporaryDirectory());
      const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
      const calls: string[] = [];
      const interrupt = new AbortController();
      const first = await manager.produce(sessionId, cutOff(rule, calls, interrupt), {
        signal: interrupt.signal,
      });
      expect(first.outcome).toBe('interrupted');
      const byHand = [
        `showrunner settle ${sessionId} q <dollars> --result <json|file>`,
        `showrunner release ${sessionId} q`,
      ];
      expect(await needs(manager, sessionId)).toMatchObject([
        { need: 'held_operation', next: [`showrunner resume ${sessionId}`, ...byHand] },
      ]);
      expect((await manager.produce(sessionId, cutOff(rule, calls))).outcome).toBe(outcome);
      // Who has been asked and does not know, leaves it to a person.
      const after = await needs(manager, sessionId);
      expect(after.map(({ need }) => need)).toEqual(left);
      expect(after.slice(0, 1).flatMap(({ next }) => next)).toEqual(left.length > 0 ? byHand : []);
      expect(calls).toHaveLength(made);
      await expectSound(manager);
    },
  );
});
