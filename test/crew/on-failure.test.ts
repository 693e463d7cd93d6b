import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  ProductionStateManager,
  defineCrew,
  type Hooks,
  type OpenOptions,
  type PhaseContext,
} from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary.js';

interface Made {
  manager: ProductionStateManager;
  sessionId: string;
  seen: PhaseContext[];
  crew: ReturnType<typeof defineCrew>;
  errors: unknown[];
}

/** An episode whose script fails so many times, with the given error. */
async function failing(
  times: number,
  error: object,
  options: Omit<OpenOptions, 'directory'> = {},
): Promise<Made> {
  const manager = await ProductionStateManager.open({ directory: temporaryDirectory(), ...options });
  onTestFinished(() => manager.close());
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const seen: PhaseContext[] = [];
  let left = times;
  const crew = defineCrew({
    research: (context) => {
      seen.push(context);
      return Promise.resolve('notes');
    },
    script: (context) => {
      seen.push(context);
      left -= 1;
      return left >= 0
        ? Promise.reject(Object.assign(new Error('the page was blank'), error))
        : Promise.resolve('text');
    },
    audio: () => Promise.resolve(null),
  });
  const errors: unknown[] = [];
  manager.on('error', (thrown) => errors.push(thrown));
  return { manager, sessionId, seen, crew, errors };
}

function asked(answer: NonNullable<Hooks['onFailure']>): { hooks: Hooks; codes: string[] } {
  const codes: string[] = [];
  const onFailure: Hooks['onFailure'] = (failed) => {
    codes.push(failed.failure.code);
    return answer(failed);
  };
  return { hooks: { onFailure }, codes };
}

describe('onFailure under produce', () => {
  test("given the guide's example, when a phase fails that can be tried again, then it is recovered and the episode is complete", async () => {
    const page = readFileSync(fileURLToPath(new URL('../../docs/embedding.md', import.meta.url)), 'utf8');
    const codes = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
    const example = codes.find((code) => code.includes('onFailure')) ?? '';
    const { manager, sessionId, crew, errors } = await failing(1, {});
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the guide's own lines are what is tested
    new Function('manager', 'isNight', 'console', example)(manager, () => false, console);
    expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
    expect(errors).toEqual([]);
    expect((await manager.getSnapshot(sessionId)).context.recoveries).toBe(1);
  });

  test('given policy answers a failure, then nobody is asked; when it has no more answer, then they are asked once', async () => {
    const { hooks, codes } = asked(() => 'recover');
    const policy = { retry: { unknown: { attempts: 3, baseMs: 0, maxMs: 0 } } };
    const { manager, sessionId, seen, crew } = await failing(3, {}, { hooks, policy });
    expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
    expect(codes).toEqual(['unknown']);
    expect(seen.filter(({ phase }) => phase === 'script')).toHaveLength(4);
  });

  test('given the answer names an earlier phase, then the work begins there, as a new revision', async () => {
    const { hooks } = asked(() => ({ recover: 'research' }));
    const { manager, sessionId, seen, crew } = await failing(1, {}, { hooks });
    expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
    expect(seen.map(({ phase, revision }) => `${phase} ${revision}`)).toEqual([
      'research 1',
      'script 1',
      'research 2',
      'script 2',
    ]);
  });

  test.each([
    ['what fails for ever', {}],
    ['what only a provider can mend', { status: 503 }],
  ])(
    'given the answer is always recover, when it is %s, then it ends where policy allows no more',
    async (_what, error) => {
      const { hooks, codes } = asked(() => 'recover');
      const policy = { maxRecoveries: 2, retry: {} };
      const { manager, sessionId, crew } = await failing(99, error, { hooks, policy });
      const produced = await manager.produce(sessionId, crew);
      expect(produced).toMatchObject({ outcome: 'failed' });
      expect(produced.reason).toContain(`showrunner fork ${sessionId}`);
      expect(codes).toHaveLength(3);
    },
  );

  test.each<[string, NonNullable<Hooks['onFailure']>]>([
    ['throws', () => Promise.reject(new Error('the pager is down'))],
    ['answers with no phase', () => ({ recover: 'mixing' }) as never],
    ['says nothing', () => undefined],
  ])('given the hook %s, then the failure stands', async (what, answer) => {
    const { hooks, codes } = asked(answer);
    const { manager, sessionId, crew, errors } = await failing(1, {}, { hooks });
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'failed',
      reason: 'the page was blank',
    });
    expect(codes).toHaveLength(1);
    expect(errors).toHaveLength(what === 'says nothing' ? 0 : 1);
  });

  test('given it was produced before, when it fails by a call of its own, then the hook is asked of that too', async () => {
    const { hooks, codes } = asked(() => ({ recover: 'research' }));
    const { manager, sessionId, crew } = await failing(1, {}, { hooks: {} });
    await manager.produce(sessionId, crew);
    await manager.recoverFailedSession(sessionId);
    manager.hook(hooks);
    await manager.markPhaseFailed({ sessionId, phase: 'script', error: new Error('by hand') });
    await expect.poll(() => manager.getPhaseStatus(sessionId, 'research')).toBe('pending');
    expect(codes).toEqual(['unknown']);
  });
});

test('given a quality gate rejects the work, when it is recovered, then the worker does it anew, and is told why', async () => {
  const policy = { quality: { script: { technical_accuracy: 0.8 } } };
  const manager = await ProductionStateManager.open({ directory: temporaryDirectory(), policy });
  onTestFinished(() => manager.close());
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const seen: PhaseContext[] = [];
  const crew = defineCrew({
    research: () => Promise.resolve(null),
    async script(context) {
      seen.push(context);
      await context.operation('call', { key: 'draft', maxCost: '0.10' }, () =>
        Promise.resolve({ result: null, cost: '0.05' }),
      );
      await context.score('technical_accuracy', context.revision === 1 ? 0.5 : 0.9);
    },
    audio: () => Promise.resolve(null),
  });
  const rejected = await manager.produce(sessionId, crew);
  expect(rejected).toMatchObject({ outcome: 'failed', failure: { code: 'quality_rejected' } });
  expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
  expect(seen.map(({ revision, review }) => [revision, review?.reason ?? null])).toEqual([
    [1, null],
    [2, expect.stringContaining('technical_accuracy is 0.5')],
  ]);
  expect((await manager.getEpisodeState(sessionId)).total_cost).toBe(0.1);
  expect(await manager.verify()).toMatchObject({ ok: true });
});
