import { describe, expect, onTestFinished, test } from 'vitest';
import {
  ProductionStateManager,
  defineCrew,
  type OperationCall,
  type OperationOutcome,
  type PhaseContext,
  type PolicyInput,
} from '../../src/index.js';
import { startProvider, type Mood, type Provider } from '../support/provider.js';
import { temporaryDirectory } from '../support/temporary.js';

const price = 100_000;
const retry = {
  rate_limited: { attempts: 5, baseMs: 1, maxMs: 3 },
  provider_unavailable: { attempts: 5, baseMs: 1, maxMs: 3 },
  timeout: { attempts: 3, baseMs: 1, maxMs: 3 },
};

async function open(directory: string, policy: PolicyInput): Promise<ProductionStateManager> {
  const manager = await ProductionStateManager.open({ directory, policy: { retry, ...policy } });
  onTestFinished(() => manager.close());
  return manager;
}

/** A crew that asks the provider a number of times in research. */
function asking(provider: Provider, times: number) {
  const ask = async ({ idempotencyKey, signal }: OperationCall): Promise<OperationOutcome<string>> => {
    const response = await fetch(provider.url, {
      method: 'POST',
      headers: { 'idempotency-key': idempotencyKey },
      signal,
    });
    if (!response.ok)
      throw Object.assign(new Error(`the provider says ${response.status}`), { status: response.status });
    const { text, cost } = (await response.json()) as { text: string; cost?: number };
    return { result: text, cost };
  };
  const lookUp = async ({ idempotencyKey }: OperationCall): Promise<OperationOutcome<string> | 'retry'> => {
    const response = await fetch(provider.url, { headers: { 'idempotency-key': idempotencyKey } });
    if (response.status === 404) return 'retry';
    const { text, cost } = (await response.json()) as { text: string; cost: number };
    return { result: text, cost };
  };
  return defineCrew({
    async research({ operation }: PhaseContext) {
      const answers: string[] = [];
      for (let n = 0; n < times; n += 1)
        answers.push(
          await operation('ask', { key: `q${n}`, maxCost: '0.10', timeoutMs: 150, reconcile: lookUp }, ask),
        );
      return answers;
    },
    script: async () => null,
    audio: async () => null,
  });
}

function chargedBy({ charged }: Provider): number {
  return [...charged.values()].reduce((sum, cost) => sum + cost, 0) / 1e6;
}

describe('a provider on loopback', () => {
  test('given it limits, fails, goes silent, hides and lies, then the ledger agrees with its bill to the cent, and each key was charged once', async () => {
    const moods: Mood[] = [
      'well',
      'rate-limited',
      'rate-limited',
      'well',
      'down',
      'hides-usage',
      'silent',
      'lies',
      'well',
      'silent',
      'down',
      'well',
    ];
    const provider = await startProvider(price, (request) => moods[request] ?? 'well');
    const manager = await open(temporaryDirectory(), {});
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const produced = await manager.produce(sessionId, asking(provider, 8));
    expect(produced).toMatchObject({ outcome: 'complete', state: { total_cost: 0.8 } });
    expect(chargedBy(provider)).toBe(0.8);
    expect(provider.charged.size).toBe(8);
    expect(new Set(provider.requests.map(({ mood }) => mood))).toEqual(
      new Set(['well', 'rate-limited', 'down', 'hides-usage', 'silent', 'lies']),
    );
    const estimated = (await manager.history(sessionId)).filter(
      ({ event }) => event.type === 'operation.settled' && event.estimated,
    );
    expect(estimated).toHaveLength(2);
    expect(await manager.verify()).toMatchObject({ ok: true });
  });

  test('given a small budget, then it warns once at 80 %, stops at 100 %, and the provider is not asked for more', async () => {
    const provider = await startProvider(price, () => 'well');
    const manager = await open(temporaryDirectory(), { budgets: { research: '0.50', total: '0.70' } });
    const heard: string[] = [];
    manager.on('budget:warning', ({ phase }) => heard.push(`warning ${phase}`));
    manager.on('budget:stopped', () => heard.push('stopped'));
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    expect(await manager.produce(sessionId, asking(provider, 20))).toMatchObject({
      outcome: 'failed',
      failure: { code: 'budget_exhausted' },
      state: { total_cost: 0.7 },
    });
    expect(heard).toEqual(['warning research', 'stopped']);
    expect([chargedBy(provider), provider.requests.length]).toEqual([0.7, 7]);
    await manager.raiseBudget({ sessionId, scope: 'total', amount: '1.40', by: 'Ada', reason: 'worth it' });
    expect(await manager.produce(sessionId, asking(provider, 20))).toMatchObject({
      outcome: 'complete',
      state: { total_cost: 2 },
    });
    expect([chargedBy(provider), provider.requests.length]).toEqual([2, 20]);
  });

  test("given a day's cap over several episodes at once, then it is met exactly and never passed", async () => {
    const provider = await startProvider(price, () => 'well');
    const manager = await open(temporaryDirectory(), { dailyCap: '1.50' });
    const ids = await Promise.all(
      [1, 2, 3, 4].map((episodeNum) => manager.createEpisodeSession({ episodeNum, topic: 'Bees' })),
    );
    const produced = await manager.produceAll(ids, asking(provider, 10), { concurrency: 4 });
    expect(produced.map((each) => ('outcome' in each ? each.failure?.code : each))).toEqual(
      Array.from({ length: 4 }, () => 'daily_cap_reached'),
    );
    expect([chargedBy(provider), await manager.getTotalSpending()]).toEqual([1.5, 1.5]);
  });
});
