import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { defineCrew, type OperationCall, type PhaseContext, type Reconcile } from '../../src/index.js';
import { fixedClock } from '../../src/testing/index.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const retry = { provider_unavailable: { attempts: 3, baseMs: 1, maxMs: 2 } };

async function given() {
  const directory = temporaryDirectory();
  const manager = await openProduction(directory, { policy: { retry } });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  return { manager, sessionId, directory };
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const crewOf = (research: (context: PhaseContext) => Promise<unknown>) =>
  defineCrew({ research, script: async () => null, audio: async () => null });

const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'it was let through',
    (error: unknown) => (error as { code?: unknown }).code,
  );

describe('a late worker', () => {
  test('given one lane of a run that failed and was tried again, then it can write, replace, remove, score and pay for nothing any more', async () => {
    const { manager, sessionId, directory } = await given();
    const late = deferred<unknown>();
    const isSecondDone = deferred<void>();
    let tries = 0;
    const crew = crewOf(async (context) => {
      tries += 1;
      if (tries === 1) {
        const begun = await context.artifact('begun.txt');
        const lane = async () => {
          await isSecondDone.promise;
          late.resolve(
            await Promise.all([
              refusal(context.writeArtifact('out.txt', 'late')),
              refusal(begun.finish()),
              refusal(context.removeArtifact('research/out.txt')),
              refusal(context.score('depth', 1)),
              refusal(context.operation('ask', { key: 'k', maxCost: '0.10' }, async () => ({ result: 1 }))),
              Promise.resolve(context.signal.aborted),
            ]),
          );
        };
        void lane();
        throw Object.assign(new Error('down'), { status: 503 });
      }
      await context.writeArtifact('out.txt', 'good');
      isSecondDone.resolve();
      await late.promise;
      return null;
    });
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'complete',
      state: { total_cost: 0 },
    });
    expect(await late.promise).toEqual([
      'interrupted',
      expect.anything(),
      'interrupted',
      'interrupted',
      'interrupted',
      true,
    ]);
    expect(readFileSync(join(directory, sessionId, 'research/out.txt'), 'utf8')).toBe('good');
    expect((await manager.getEpisodeState(sessionId)).quality_scores).toEqual({});
  });

  test('given a worker whose lease is over and whose episode somebody has taken over, then it can write and score nothing any more', async () => {
    const directory = temporaryDirectory();
    let now = '2025-09-03T10:00:00.000Z';
    const manager = await openProduction(directory, { clock: { now: () => now } });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const refused: unknown[] = [];
    const crew = crewOf(async (context) => {
      await context.writeArtifact('early.txt', 'good');
      now = '2025-09-03T11:00:00.000Z';
      const other = await openProduction(directory, { clock: { now: () => now } });
      await other.production.commit((view) => [
        {
          sessionId,
          event: { type: 'lease.claim', at: view.at, holder: 'other', until: '2025-09-03T12:00:00.000Z' },
        },
      ]);
      refused.push(await refusal(context.writeArtifact('late.txt', 'late')));
      refused.push(await refusal(context.removeArtifact('research/early.txt')));
      refused.push(await refusal(context.score('depth', 1)));
    });
    await manager.produce(sessionId, crew).catch(() => {});
    expect(refused).toEqual(['claim_lost', 'claim_lost', 'claim_lost']);
    expect(readFileSync(join(directory, sessionId, 'research/early.txt'), 'utf8')).toBe('good');
    expect(existsSync(join(directory, sessionId, 'research/late.txt'))).toBe(false);
  });
});

describe('grace', () => {
  test('given a call under way, when somebody pauses the episode, then its answer is settled and kept, and it is not made again', async () => {
    const { manager, sessionId } = await given();
    let calls = 0;
    const crew = crewOf(async ({ operation }) =>
      operation('ask', { key: 'k', maxCost: '0.10' }, async () => {
        calls += 1;
        if (calls === 1) {
          await manager.pause({ sessionId, reason: 'lunch' });
          await sleep(20);
        }
        return { result: calls, cost: '0.05' };
      }),
    );
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'waiting',
      state: { total_cost: 0.05 },
    });
    await manager.resumeEpisode(sessionId);
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'complete',
      state: { total_cost: 0.05 },
    });
    expect(calls).toBe(1);
  });

  test('given a call that does not end within the grace, when somebody cancels the episode, then it is held', async () => {
    const { manager, sessionId } = await given();
    const crew = crewOf(async ({ operation }) =>
      operation('ask', { key: 'k', maxCost: '0.10' }, async () => {
        await manager.cancelEpisode({ sessionId, reason: 'no more' });
        return new Promise<never>(() => {});
      }),
    );
    expect(await manager.produce(sessionId, crew, { graceMs: 5 })).toMatchObject({ outcome: 'failed' });
    expect((await manager.getSnapshot(sessionId)).context.operations).toMatchObject({ k: { state: 'held' } });
  });

  test.each<[string, Reconcile<number>]>([
    ['its rule makes anew', 'retry'],
    ['a look-up did not find', async () => 'retry'],
  ])(
    'given held calls that %s, when the drain comes amid one of them, then no other one is made again',
    async (_, reconcile) => {
      const { manager, sessionId } = await given();
      const stop = new AbortController();
      const keys = ['a', 'b', 'c'];
      const made: string[] = [];
      let isLost = true;
      const crew = crewOf(async ({ operation }) => {
        const call = (key: string) =>
          operation('ask', { key, maxCost: '0.10', reconcile }, async () => {
            if (isLost) throw new DOMException('lost', 'AbortError');
            made.push(key);
            stop.abort();
            return { result: 1, cost: '0.05' };
          });
        if (isLost) return Promise.all(keys.map(call));
        for (const key of keys) await call(key);
        return null;
      });
      await manager.produce(sessionId, crew);
      isLost = false;
      await manager.recoverFailedSession(sessionId);
      await manager.produce(sessionId, crew, { signal: stop.signal });
      const { operations } = (await manager.getSnapshot(sessionId)).context;
      expect([made, Object.keys(operations)]).toEqual([['a'], ['b', 'c']]);
    },
  );

  test.each<[string, 'drain' | 'time-out']>([
    ['when the drain comes, then the grace is waited for', 'drain'],
    ['when it takes longer than the call itself may, then its phase fails', 'time-out'],
  ])('given a look-up that hears nobody and never ends, %s, and its call stays held', async (_, end) => {
    const { manager, sessionId } = await given();
    const stop = new AbortController();
    let isLost = true;
    const heard: AbortSignal[] = [];
    const crew = crewOf(({ operation }) => {
      const reconcile = ({ signal }: OperationCall) => {
        heard.push(signal);
        if (end === 'drain') stop.abort();
        return new Promise<never>(() => {});
      };
      const timeoutMs = end === 'time-out' ? 20 : 60_000;
      return operation('ask', { key: 'k', maxCost: '0.10', reconcile, timeoutMs }, async () => {
        isLost = false;
        throw new DOMException('lost', 'AbortError');
      });
    });
    await manager.changePolicy({ set: { retry: {} }, by: 'Ada', reason: 'once' });
    await manager.produce(sessionId, crew);
    expect(isLost).toBe(false);
    await manager.recoverFailedSession(sessionId);
    const { outcome, failure } = await manager.produce(sessionId, crew, {
      graceMs: 5,
      signal: stop.signal,
    });
    expect([outcome, failure?.code]).toEqual(
      end === 'drain' ? ['interrupted', undefined] : ['failed', 'timeout'],
    );
    expect(heard.map(({ aborted }) => aborted)).toEqual([true]);
    expect((await manager.getSnapshot(sessionId)).context.operations).toMatchObject({
      k: { state: 'held' },
    });
  });

  test('given a worker that has returned, when the drain comes, then its phase is completed', async () => {
    const { manager, sessionId } = await given();
    const stop = new AbortController();
    const crew = crewOf(async ({ operation }) => {
      void operation('ask', { key: 'k', maxCost: '0.10' }, async () => {
        await sleep(10);
        stop.abort();
        await sleep(5);
        return { result: 1, cost: '0.05' };
      });
      return 'done';
    });
    expect(await manager.produce(sessionId, crew, { signal: stop.signal })).toMatchObject({
      outcome: 'interrupted',
    });
    expect(await manager.getPhaseStatus(sessionId, 'research')).toBe('complete');
  });

  test('given options that a worker changes, then another episode does not see it', async () => {
    const { manager, sessionId } = await given();
    const other = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Wasps' });
    const seen: unknown[] = [];
    const crew = crewOf(async ({ options }) => {
      const list = options['list'] as string[];
      seen.push([...list]);
      list.push('mine');
    });
    await manager.produceAll([sessionId, other], crew, { crewOptions: { list: [] } });
    expect(seen).toEqual([[], []]);
  });
});

describe('a call under way when somebody else takes the episode over', () => {
  test('given its answer is not there yet, then it is held for whoever works now, and nothing is booked for it', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory, { clock: fixedClock('2025-09-03T10:00:00.000Z') });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const crew = crewOf(({ operation }) =>
      operation('ask', { key: 'k', maxCost: '0.50' }, async () => {
        // The holder's own clock stands, or he could renew his claim while the other one opens.
        const other = await openProduction(directory, { clock: fixedClock('2025-09-03T11:00:00.000Z') });
        await other.production.commit((view) => [
          {
            sessionId,
            event: { type: 'lease.claim', at: view.at, holder: 'other', until: '2025-09-03T12:00:00.000Z' },
          },
        ]);
        return new Promise<never>(() => {});
      }),
    );
    await expect(manager.produce(sessionId, crew, { leaseMs: 60 })).rejects.toMatchObject({
      code: 'claim_lost',
    });
    const { context } = await manager.getSnapshot(sessionId);
    expect(context.money.spent).toBe(0);
    expect(context.operations).toMatchObject({ k: { state: 'held', amount: 500_000 } });
  });
});
