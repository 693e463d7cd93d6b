import { describe, expect, test } from 'vitest';
import {
  defineCrew,
  type Clock,
  type Crew,
  type OperationCall,
  type OperationOutcome,
  type PhaseContext,
} from '../../src/index.js';
import { fixedClock } from '../../src/testing/index.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const down = (cost?: string): Error =>
  Object.assign(new Error('down'), { status: 503, ...(cost ? { cost } : {}) });
const retry = { provider_unavailable: { attempts: 3, baseMs: 1, maxMs: 4 } };
type Answer = (call: OperationCall) => Promise<OperationOutcome<unknown>>;

function crewOf(research: (context: PhaseContext) => Promise<unknown>): Crew {
  return defineCrew({ research, script: async () => null, audio: async () => null });
}

const asking = (answer: Answer): Crew =>
  crewOf(({ operation }) => operation('ask', { key: 'k', maxCost: '0.10' }, answer));

async function given(policy: object = { retry }, directory = temporaryDirectory(), clock?: Clock) {
  const manager = await openProduction(directory, { policy, ...(clock ? { clock } : {}) });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  return { manager, sessionId, directory };
}

describe('attempts', () => {
  test('given policy allows three calls and each fails and bills, then there are three, ever, and each is paid', async () => {
    const { manager, sessionId } = await given();
    const calls: number[] = [];
    const crew = asking(async ({ attempt }) => {
      calls.push(attempt);
      throw down('0.02');
    });
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'failed',
      failure: { code: 'provider_unavailable', retryable: true },
      state: { total_cost: 0.06 },
    });
    expect(calls).toEqual([1, 2, 3]);
  });

  test('given a worker that catches what failed and asks again, then no further call is made', async () => {
    const { manager, sessionId } = await given();
    let calls = 0;
    const crew = crewOf(async ({ operation }) => {
      const ask = () =>
        operation('ask', { key: 'k', maxCost: '0.10' }, async () => {
          calls += 1;
          throw down();
        });
      await ask().catch(() => {});
      return ask();
    });
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'failed',
      failure: { code: 'provider_unavailable' },
    });
    expect(calls).toBe(3);
  });

  test('given a process that ends between two calls, when another goes on, then the count goes on where it was', async () => {
    const { manager, sessionId, directory } = await given({
      retry: { provider_unavailable: { attempts: 3, baseMs: 40, maxMs: 40 } },
    });
    const calls: number[] = [];
    const stop = new AbortController();
    const crew = asking(async ({ attempt }) => {
      calls.push(attempt);
      if (attempt === 2) setTimeout(() => stop.abort(), 1);
      throw down();
    });
    expect(await manager.produce(sessionId, crew, { signal: stop.signal })).toMatchObject({
      outcome: 'interrupted',
    });
    await manager.close();
    const next = await openProduction(directory, { policy: { retry } });
    expect(await next.produce(sessionId, crew)).toMatchObject({ outcome: 'failed' });
    expect(calls).toEqual([1, 2, 3]);
  });

  test('given an outage that is longer than policy waits, when the provider is back, then produce goes on, and no recovery was used up, however often it was asked', async () => {
    const { manager, sessionId } = await given();
    let isDown = true;
    const crew = asking(async () => {
      if (isDown) throw down();
      return { result: 1, cost: '0.05' };
    });
    for (let time = 0; time < 5; time += 1)
      expect(await manager.produce(sessionId, crew)).toMatchObject({
        outcome: 'failed',
        failure: { retryable: true },
      });
    isDown = false;
    expect(await manager.canRecover(sessionId)).toBe(true);
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'complete',
      state: { total_cost: 0.05 },
    });
    expect((await manager.getSnapshot(sessionId)).context.recoveries).toBe(0);
    expect(await manager.verify()).toMatchObject({ ok: true });
  });

  test('given an outage, when a person recovers the session, then the calls are allowed anew', async () => {
    const { manager, sessionId } = await given();
    let calls = 0;
    const crew = asking(async () => {
      calls += 1;
      if (calls <= 4) throw down();
      return { result: 1, cost: '0.05' };
    });
    await manager.produce(sessionId, crew);
    await manager.recoverFailedSession(sessionId);
    expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
    expect(calls).toBe(5);
  });

  describe('of a call whose outcome is unknown, and that its rule makes again', () => {
    const dropped = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const slow = (): Error => Object.assign(new Error('too slow'), { status: 504 });
    const rules = {
      retry: { provider_unavailable: retry.provider_unavailable, timeout: retry.provider_unavailable },
    };

    function repeating(reconcile: 'retry' | (() => Promise<'retry'>), answer: Answer): Crew {
      return crewOf(({ operation }) => operation('ask', { key: 'k', maxCost: '0.10', reconcile }, answer));
    }

    test.each<[string, () => Error, 'retry' | (() => Promise<'retry'>)]>([
      ['drops', dropped, 'retry'],
      ['drops, and is looked up in vain', dropped, async () => 'retry'],
      ['takes too long', slow, 'retry'],
    ])(
      'given policy allows three calls and each %s, then there are three, however often the phase is tried, and whoever asks again goes on',
      async (_how, failure, reconcile) => {
        const { manager, sessionId } = await given(rules);
        const calls: number[] = [];
        let isDown = true;
        const crew = repeating(reconcile, async ({ attempt }) => {
          calls.push(attempt);
          if (isDown) throw failure();
          return { result: 1, cost: '0.05' };
        });
        expect(await manager.produce(sessionId, crew)).toMatchObject({
          outcome: 'failed',
          failure: { retryable: true },
        });
        expect(calls).toEqual([1, 2, 3]);
        const { operations, recoveries } = (await manager.getSnapshot(sessionId)).context;
        expect([operations['k']?.state, recoveries]).toEqual(['held', 0]);
        isDown = false;
        expect(await manager.produce(sessionId, crew)).toMatchObject({
          outcome: 'complete',
          state: { total_cost: 0.05 },
        });
        expect(calls).toHaveLength(4);
      },
    );

    test('given a worker that catches what failed and asks again, then no further call is made', async () => {
      const { manager, sessionId } = await given(rules);
      let calls = 0;
      const refused: unknown[] = [];
      const crew = crewOf(async ({ operation }) => {
        const ask = () =>
          operation('ask', { key: 'k', maxCost: '0.10', reconcile: 'retry' }, async () => {
            calls += 1;
            throw dropped();
          });
        for (let time = 0; time < 3; time += 1) await ask().catch((error: unknown) => refused.push(error));
        return ask();
      });
      expect(await manager.produce(sessionId, crew)).toMatchObject({
        outcome: 'failed',
        failure: { code: 'provider_unavailable' },
      });
      expect(calls).toBe(3);
      expect(refused.slice(1)).toMatchObject([
        { code: 'attempts_exhausted' },
        { code: 'attempts_exhausted' },
      ]);
      expect(String(refused[1])).toMatch(/has been called 3 times .* unknown/);
    });

    test('given processes that end amid the call, one after the other, then the fourth makes no call, and says so', async () => {
      const { manager, sessionId, directory } = await given(rules);
      await manager.close();
      const calls: number[] = [];
      const outcomes: unknown[] = [];
      for (let life = 0; life < 4; life += 1) {
        const stop = new AbortController();
        const crew = repeating('retry', ({ attempt }) => {
          calls.push(attempt);
          stop.abort();
          return new Promise(() => {});
        });
        const next = await openProduction(directory, {});
        const { outcome } = await next.produce(sessionId, crew, { signal: stop.signal, graceMs: 0 });
        outcomes.push(outcome);
        await next.close();
      }
      expect(calls).toEqual([1, 2, 3]);
      expect(outcomes).toEqual(['interrupted', 'interrupted', 'interrupted', 'failed']);
    });

    test('given a policy without any rule, then the leave of the operation is enough', async () => {
      const { manager, sessionId } = await given({ retry: {} });
      const calls: number[] = [];
      const ended = () => {
        const stop = new AbortController();
        const crew = repeating('retry', ({ attempt }) => {
          calls.push(attempt);
          stop.abort();
          return new Promise(() => {});
        });
        return manager.produce(sessionId, crew, { signal: stop.signal, graceMs: 0 });
      };
      for (let life = 0; life < 6; life += 1) expect(await ended()).toMatchObject({ outcome: 'interrupted' });
      expect(calls).toEqual([1, 2, 3, 4, 5, 6]);
    });

    test('given a provider that is down, then the calls are apart by the back-off of policy, and it is told', async () => {
      const { manager, sessionId } = await given(
        { retry: { provider_unavailable: { attempts: 3, baseMs: 20, maxMs: 20 } } },
        temporaryDirectory(),
        fixedClock('2025-09-03T14:30:22.000Z'),
      );
      const told: string[] = [];
      const crew = repeating('retry', async () => {
        throw dropped();
      });
      const onProgress = ({ message }: { message: string }) => told.push(message);
      await manager.produce(sessionId, crew, { onProgress, random: () => 1 });
      const wait = 'waiting until 2025-09-03T14:30:22.020Z to call the provider again (k)';
      expect(told).toEqual([wait, wait]);
    });
  });

  test('given bursts that the tries of a phase overcome, then no recovery is used up', async () => {
    const { manager, sessionId } = await given();
    let failures = 2;
    const burst = async () => {
      if ((failures -= 1) >= 0) throw down();
      failures = 2;
      return null;
    };
    const crew = defineCrew({ research: burst, script: burst, audio: burst });
    expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
    expect((await manager.getSnapshot(sessionId)).context.recoveries).toBe(0);
  });

  test('given a provider that refuses the key, then it is asked once, and the failure says where to look', async () => {
    const { manager, sessionId } = await given();
    let calls = 0;
    const crew = asking(async () => {
      calls += 1;
      throw Object.assign(new Error('bad key'), { statusCode: 401 });
    });
    const produced = await manager.produce(sessionId, crew);
    expect(produced).toMatchObject({
      outcome: 'failed',
      failure: { code: 'provider_refused' },
      state: { total_cost: 0 },
    });
    expect(produced.failure?.message).toMatch(/^bad key .*key, the model and the request/);
    expect(calls).toBe(1);
  });

  test('given little patience, when the provider asks for longer, then it is not asked again, and the waiting is told', async () => {
    const rule = { attempts: 9, baseMs: 1, maxMs: 60_000 };
    // Waits are counted from what providers ask, not from what the machine took: 20 ms fit into 50, 40 more do not.
    const { manager, sessionId } = await given(
      { retry: { rate_limited: rule }, patienceMs: 50 },
      temporaryDirectory(),
      fixedClock('2025-09-03T14:30:22.000Z'),
    );
    const told: string[] = [];
    let calls = 0;
    const crew = asking(async ({ attempt }) => {
      calls += 1;
      throw Object.assign(new Error('slow down'), {
        status: 429,
        headers: new Headers({ 'retry-after-ms': attempt === 1 ? '20' : '40' }),
      });
    });
    expect(
      await manager.produce(sessionId, crew, { onProgress: ({ message }) => told.push(message) }),
    ).toMatchObject({ outcome: 'failed', failure: { code: 'rate_limited' } });
    expect(calls).toBe(2);
    expect(told).toEqual(['waiting until 2025-09-03T14:30:22.020Z to call the provider again (k)']);
  });

  test.each([
    ['timeoutMs', { timeoutMs: -1 }],
    ['timeoutMs', { timeoutMs: Number.NaN }],
    ['maxCost', { maxCost: -1 }],
    ['key', { key: '' }],
    ['reconcile', { reconcile: 'maybe' }],
    ['maxCost', { maxCost: '0.0000001' }],
    ['maxCost', { maxCost: undefined }],
    ['timeoutMs', { timeoutMs: 86_400_001 }],
    ['reuseFrom', { reuseFrom: 'nowhere' }],
    ['acrossRevisions', { acrossRevisions: 'yes' }],
    ['timeout', { timeout: 5 }],
  ])('given a wrong %s, then it is refused by name before anything is reserved', async (field, options) => {
    const { manager, sessionId } = await given();
    let refused: unknown;
    const crew = crewOf(async ({ operation }) => {
      await operation('ask', { key: 'k', maxCost: '0.10', ...(options as object) }, async () => ({
        result: 1,
      })).catch((error: unknown) => (refused = error));
    });
    await manager.produce(sessionId, crew);
    expect(refused).toMatchObject({ code: 'invalid_input', field });
    expect((await manager.history(sessionId)).map(({ type }) => type)).not.toContain('cost.reserve');
  });

  test.each([
    ['signal', { signal: 'now' }],
    ['onProgress', { onProgress: 'told' }],
    ['random', { random: 0.5 }],
    ['waitForApproval', { waitForApproval: 'yes' }],
    ['crewOptions', { crewOptions: 5 }],
    ['graceMs', { graceMs: -1 }],
    ['leaseMs', { leaseMs: Number.NaN }],
  ])(
    'given a wrong %s of produce, then it is refused by name before anything is begun',
    async (field, options) => {
      const { manager, sessionId } = await given();
      const before = manager.production.position;
      const crew = asking(async () => ({ result: 1 }));
      await expect(manager.produce(sessionId, crew, options as never)).rejects.toMatchObject({
        code: 'invalid_input',
        field,
      });
      expect(manager.production.position).toBe(before);
    },
  );

  test('given one key for two things, then it is refused with both, and taken from another phase only by name', async () => {
    const { manager, sessionId } = await given();
    const refused: unknown[] = [];
    const ask = (context: PhaseContext, name: string, maxCost: string, reuseFrom?: 'research') =>
      context.operation(name, { key: 'notes', maxCost, reuseFrom }, async () => ({
        result: name,
        cost: '0.01',
      }));
    const crew = defineCrew({
      async research(context) {
        await ask(context, 'search', '0.10');
        await ask(context, 'other', '0.10').catch((error: unknown) => refused.push(error));
        await ask(context, 'search', '0.20').catch((error: unknown) => refused.push(error));
      },
      async script(context) {
        await ask(context, 'search', '0.10').catch((error: unknown) => refused.push(error));
        return ask(context, 'search', '0.10', 'research');
      },
      audio: async () => null,
    });
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'complete',
      state: { total_cost: 0.01 },
    });
    expect(refused).toMatchObject([{ code: 'key_reused' }, { code: 'key_reused' }, { code: 'key_reused' }]);
    expect(String(refused[0])).toMatch(/search in research for at most \$0\.10.*other in research/);
    expect((await manager.loadCheckpoint(sessionId, 'script')).data).toBe('search');
  });
});
