import { describe, expect, onTestFinished, test } from 'vitest';
import {
  ProductionStateManager,
  defineCrew,
  type Crew,
  type OpenOptions,
  type OperationOptions,
  type PhaseContext,
} from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary.js';

async function open(directory: string, options: OpenOptions = {}): Promise<ProductionStateManager> {
  const manager = await ProductionStateManager.open({ directory, ...options });
  onTestFinished(() => manager.close());
  return manager;
}

/** A crew whose workers do nothing unless a test says otherwise. */
function crewWith(workers: Partial<Crew>): Crew {
  const idle = async (context: PhaseContext): Promise<unknown> => {
    await context.writeArtifact(`${context.phase}.txt`, `${context.phase} of ${context.topic}`);
    return { phase: context.phase };
  };
  return defineCrew({ research: idle, script: idle, audio: idle, ...workers });
}

const query: Pick<OperationOptions<string>, 'key' | 'maxCost'> = { key: 'query-1', maxCost: '0.50' };

describe('producing', () => {
  test('given a new episode and a crew, when it is produced, then it completes with checkpoints, artifacts and costs', async () => {
    const manager = await open(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const seen: unknown[] = [];
    const crew = crewWith({
      async research(context) {
        const answer = await context.operation('perplexity_query', query, async () => ({
          result: 'an answer',
          cost: 0.15,
        }));
        await context.score('research_depth', 9.2);
        return { answer };
      },
      async script(context) {
        seen.push(context.earlier.research?.data, await context.left());
        return null;
      },
    });
    const produced = await manager.produce(sessionId, crew);
    expect(produced).toMatchObject({
      outcome: 'complete',
      state: { status: 'complete', total_cost: 0.15, quality_scores: { research_depth: 9.2 } },
    });
    expect(seen).toEqual([{ answer: 'an answer' }, { phase: '2.00', episode: '6.85', day: '49.85' }]);
    expect((await manager.loadCheckpoint(sessionId, 'audio')).artifacts).toMatchObject([
      { path: 'audio/audio.txt' },
    ]);
    expect(await manager.verify()).toMatchObject({ ok: true });
    expect((await manager.getSnapshot(sessionId)).context.claim).toBeNull();
  });

  test('given workers and paid calls of plain JavaScript that give their results at once, then they count as any other', async () => {
    const manager = await open(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const atOnce = (value: unknown): Promise<never> => value as Promise<never>;
    const crew = crewWith({
      research: ({ operation }) => operation('query', query, () => atOnce({ result: 'yes', cost: '0.15' })),
      script: () => atOnce({ words: 3 }),
      audio: () => atOnce(undefined),
    });
    const { outcome, state } = await manager.produce(sessionId, crew);
    expect({ outcome, cost: state.total_cost }).toEqual({ outcome: 'complete', cost: 0.15 });
  });

  test('given whoever is told of progress throws, then the work goes on, and the error is told', async () => {
    const manager = await open(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const told: unknown[] = [];
    manager.on('error', (error, where) => told.push([(error as Error).message, where]));
    const crew = crewWith({
      research: async ({ progress }) => {
        progress(0.5, 'half');
      },
    });
    const produced = await manager.produce(sessionId, crew, {
      onProgress: () => {
        throw new Error('nobody is there');
      },
    });
    expect(produced).toMatchObject({ outcome: 'complete' });
    expect(told[0]).toEqual(['nobody is there', 'onProgress']);
  });

  test('given a settled operation, when its phase runs again, then its result comes back without a call', async () => {
    const manager = await open(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    let calls = 0;
    let fails = true;
    const crew = crewWith({
      async research(context) {
        const result = await context.operation('query', query, async () => {
          calls += 1;
          return { result: { n: calls }, cost: '0.10' };
        });
        if (fails) throw new Error('the worker stumbled');
        return result;
      },
    });
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'failed',
      failure: { code: 'unknown', phase: 'research' },
    });
    fails = false;
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'complete',
      state: { total_cost: 0.1 },
    });
    expect(calls).toBe(1);
    expect((await manager.loadCheckpoint(sessionId, 'research')).data).toEqual({ n: 1 });
  });

  test('given a hook that vetoes a paid call, when an episode is produced, then nothing is reserved or called, the phase fails with the reason, and goes on when the hook is gone', async () => {
    const manager = await open(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    let calls = 0;
    const crew = crewWith({
      research: ({ operation }) =>
        operation('query', query, async () => ({ result: (calls += 1), cost: '0.10' })),
    });
    const asked: unknown[] = [];
    const remove = manager.hook({
      before(call) {
        asked.push(call);
        return call.call === 'operation' ? 'not at night' : undefined;
      },
    });
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'failed',
      reason: 'operation was vetoed: not at night',
      state: { total_cost: 0 },
    });
    expect(asked).toEqual([
      { call: 'produce', sessionId, input: { sessionId } },
      {
        call: 'operation',
        sessionId,
        input: { phase: 'research', operation: 'query', key: 'query-1', maxCost: '0.50' },
      },
    ]);
    expect((await manager.history(sessionId)).map(({ type }) => type)).not.toContain('cost.reserve');
    remove();
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'complete',
      state: { total_cost: 0.1 },
    });
    expect(calls).toBe(1);
  });

  test('given a hook that vetoes producing, then nothing is written', async () => {
    const manager = await open(temporaryDirectory(), {
      hooks: { before: ({ call }) => (call === 'produce' ? 'closed today' : undefined) },
    });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const { position } = manager.production;
    await expect(manager.produce(sessionId, crewWith({}))).rejects.toMatchObject({
      code: 'vetoed',
      sessionId,
    });
    expect(await manager.produceAll([sessionId], crewWith({}))).toMatchObject([
      { sessionId, error: { code: 'vetoed' } },
    ]);
    expect(manager.production.position).toBe(position);
  });

  test('given a held call whose rule is to try again, when a hook vetoes it, then it stays held and is not called', async () => {
    const manager = await open(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await manager.reserveCost({ sessionId, phase: 'research', operation: 'query', ...query });
    await manager.send(sessionId, { type: 'operation.held', key: query.key });
    let calls = 0;
    const crew = crewWith({
      research: ({ operation }) =>
        operation('query', { ...query, reconcile: 'retry' }, async () => ({
          result: (calls += 1),
          cost: '0.10',
        })),
    });
    manager.hook({ before: ({ call }) => (call === 'operation' ? 'not at night' : undefined) });
    expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'failed' });
    expect((await manager.getSnapshot(sessionId)).context.operations[query.key]).toMatchObject({
      state: 'held',
    });
    expect(calls).toBe(0);
  });

  test('given a provider that limits rates, when a call is refused, then it is tried again with the same key and one reservation each', async () => {
    const manager = await open(temporaryDirectory(), {
      policy: { retry: { rate_limited: { attempts: 3, baseMs: 1, maxMs: 5 } } },
    });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const keys: string[] = [];
    const crew = crewWith({
      research: (context) =>
        context.operation('query', query, async ({ idempotencyKey, attempt }) => {
          keys.push(`${attempt} ${idempotencyKey}`);
          if (attempt < 3) throw Object.assign(new Error('slow down'), { status: 429 });
          return { result: 1 };
        }),
    });
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'complete',
      state: { total_cost: 0.5 },
    });
    expect(keys).toEqual([1, 2, 3].map((n) => `${n} ${sessionId}:query-1`));
    const types = (await manager.history(sessionId)).map(({ type }) => type);
    expect(types.filter((type) => type === 'cost.reserve')).toHaveLength(3);
    expect(types.filter((type) => type === 'operation.released')).toHaveLength(2);
  });

  test('given a call that times out without a rule, when it is resumed, then it is held and never called again blindly', async () => {
    const manager = await open(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    let calls = 0;
    const crew = crewWith({
      research: (context) =>
        context.operation('query', { ...query, timeoutMs: 20 }, async () => {
          calls += 1;
          return new Promise<never>(() => {});
        }),
    });
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'waiting',
      state: { status: 'research' },
    });
    expect((await manager.getSnapshot(sessionId)).context).toMatchObject({
      money: { spent: 0, reserved: 500_000 },
      operations: { 'query-1': { state: 'held' } },
    });
    const second = await manager.produce(sessionId, crew);
    expect(second).toMatchObject({ outcome: 'waiting' });
    expect(second.reason).toContain('settle');
    expect(calls).toBe(1);
    await manager.settleCost({ sessionId, key: 'query-1', cost: '0.20', result: 'found in the log' });
    await manager.resumeEpisode(sessionId);
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'complete',
      state: { total_cost: 0.2 },
    });
    expect(calls).toBe(1);
  });

  test('given an episode under production, when another orchestrator starts on it, then it is told who works on it', async () => {
    const directory = temporaryDirectory();
    const [a, b] = [await open(directory), await open(directory)];
    const sessionId = await a.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    let finish: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const running = a.produce(sessionId, crewWith({ research: () => gate }), { holder: 'studio one' });
    await expect.poll(() => b.getPhaseStatus(sessionId, 'research')).toBe('active');
    await expect(b.produce(sessionId, crewWith({}), { holder: 'studio two' })).rejects.toMatchObject({
      code: 'claimed_elsewhere',
      message: expect.stringContaining('studio one') as string,
    });
    finish?.();
    expect(await running).toMatchObject({ outcome: 'complete' });
  });

  test('given a claim that has expired, when another takes over, then the late one is refused and stops', async () => {
    const directory = temporaryDirectory();
    let now = Date.parse('2025-09-03T14:30:22.000Z');
    const clock = { now: () => new Date(now).toISOString() };
    const [a, b] = [await open(directory, { clock }), await open(directory, { clock })];
    const sessionId = await a.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    let goOn: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const late = a.produce(sessionId, crewWith({ research: () => gate.then(() => 'late') }), {
      leaseMs: 60_000,
    });
    const refusedLate = late.then(
      () => 'ended',
      (error: { code: string }) => error.code,
    );
    await expect.poll(() => b.getPhaseStatus(sessionId, 'research')).toBe('active');
    now += 120_000;
    expect(await b.produce(sessionId, crewWith({ research: async () => 'taken over' }))).toMatchObject({
      outcome: 'complete',
    });
    goOn?.();
    expect(await refusedLate).toBe('claim_lost');
    expect((await b.loadCheckpoint(sessionId, 'research')).data).toBe('taken over');
  });

  test('given policy asks for approval, when a phase is done, then production waits, and goes on after approval', async () => {
    const manager = await open(temporaryDirectory(), { policy: { approvals: ['script'] } });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    expect(await manager.produce(sessionId, crewWith({}))).toMatchObject({
      outcome: 'waiting',
      state: { status: 'script' },
    });
    await manager.approve({ sessionId, by: 'Ada' });
    expect(await manager.produce(sessionId, crewWith({}))).toMatchObject({ outcome: 'complete' });
  });

  test('given a budget, when calls would pass it, then the worker can choose a cheaper way and nothing passes the cap', async () => {
    const manager = await open(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({
      episodeNum: 1,
      topic: 'Bees',
      budgets: { total: '1.00' },
    });
    const refused: unknown[] = [];
    const crew = crewWith({
      async audio(context) {
        await context
          .operation('voice', { key: 'dear', maxCost: 2 }, async () => ({ result: 1, cost: 2 }))
          .catch((error: unknown) => refused.push((error as { code: string }).code));
        return context.operation('voice', { key: 'cheap', maxCost: '0.90' }, async () => ({
          result: 1,
          cost: '0.90',
        }));
      },
    });
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'complete',
      state: { total_cost: 0.9 },
    });
    expect(refused).toEqual(['budget_exhausted']);
  });

  test('given an interruption, when production drains, then the call going on is settled and the rest can be resumed', async () => {
    const manager = await open(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const interrupt = new AbortController();
    let calls = 0;
    const crew = crewWith({
      async research(context) {
        for (const key of ['one', 'two']) {
          await context.operation('query', { key, maxCost: 1 }, async () => {
            calls += 1;
            if (key === 'one' && calls === 1) interrupt.abort();
            return { result: key, cost: '0.25' };
          });
        }
        return 'both';
      },
    });
    expect(await manager.produce(sessionId, crew, { signal: interrupt.signal })).toMatchObject({
      outcome: 'interrupted',
      state: { total_cost: 0.25, status: 'research' },
    });
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'complete',
      state: { total_cost: 0.5 },
    });
    expect(calls).toBe(2);
  });

  test('given quality gates, when scores are too low, then the phase fails with quality_rejected', async () => {
    const manager = await open(temporaryDirectory(), {
      policy: { quality: { script: { technical_accuracy: 0.8 } } },
    });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const crew = crewWith({ script: (context) => context.score('technical_accuracy', 0.5) });
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'failed',
      failure: { code: 'quality_rejected', phase: 'script' },
    });
  });
});
