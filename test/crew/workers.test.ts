import { describe, expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager, defineCrew, type SessionId } from '../../src/index.js';
import { expectSound, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const phases = ['research', 'script', 'audio'] as const;

/** A crew that pays for one call a phase, and what it was asked for. */
function payingCrew(): { crew: ReturnType<typeof defineCrew>; paid: string[] } {
  const paid: string[] = [];
  const work = ({ operation, phase, sessionId }: Parameters<ReturnType<typeof defineCrew>['research']>[0]) =>
    operation('call', { key: phase, maxCost: '0.10' }, () => {
      paid.push(`${sessionId} ${phase}`);
      return Promise.resolve({ result: null, cost: '0.05' });
    });
  return { crew: defineCrew({ research: work, script: work, audio: work }), paid };
}

interface Workers {
  /** Ends them gracefully. */
  stop: () => Promise<{ taken: number; complete: number }[]>;
}

function start(
  managers: readonly ProductionStateManager[],
  ...more: Parameters<ProductionStateManager['work']>
): Workers {
  const [crew, options = {}] = more;
  const ended = new AbortController();
  const all = managers.map((manager) => manager.work(crew, { pollMs: 50, ...options, signal: ended.signal }));
  const stop: Workers['stop'] = () => {
    ended.abort();
    return Promise.all(all);
  };
  onTestFinished(async () => void (await stop().catch(() => {})));
  return { stop };
}

const patient = { timeout: 20_000 };

const statuses = async (manager: ProductionStateManager): Promise<string[]> =>
  (await manager.listEpisodes()).map(({ status }) => status);

describe('workers', () => {
  test('given two of them and episodes that wait for approval, when those are approved while they work, then all are complete and each call is paid once', async () => {
    const directory = temporaryDirectory();
    const [person, one, two] = [
      await openProduction(directory),
      await openProduction(directory),
      await openProduction(directory),
    ];
    const { crew, paid } = payingCrew();
    const ids: SessionId[] = [];
    for (let n = 0; n < 6; n += 1)
      ids.push(
        await person.createEpisodeSession({ episodeNum: n + 1, topic: `Bees ${n}`, approvals: ['script'] }),
      );
    const workers = start([one, two], crew, { concurrency: 2 });
    for (const sessionId of ids) {
      await expect
        .poll(async () => (await person.getSnapshot(sessionId)).value, patient)
        .toEqual({ script: 'review' });
      await person.approve({ sessionId, by: 'Ada' });
    }
    await expect.poll(() => statuses(person), patient).toEqual(Array(6).fill('complete'));
    const worked = await workers.stop();
    expect(worked.reduce((sum, { complete }) => sum + complete, 0)).toBe(6);
    expect(paid.toSorted()).toEqual(ids.flatMap((id) => phases.map((phase) => `${id} ${phase}`)).toSorted());
    await expectSound(person);
  });

  test('given somebody else ends an episode that was seen to be ready, then who took it counts nothing and tells of nothing', async () => {
    const directory = temporaryDirectory();
    const other = await openProduction(directory);
    const { crew, paid } = payingCrew();
    const sessionId = await other.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const before = async ({ call }: { call: string }): Promise<void> => {
      if (call === 'produce') await other.produce(sessionId, crew);
    };
    const worker = await openProduction(directory, { hooks: { before } });
    const told: unknown[] = [];
    const workers = start([worker], crew, { onProduced: (produced) => void told.push(produced) });
    await expect.poll(() => statuses(worker), patient).toEqual(['complete']);
    expect(await workers.stop()).toMatchObject([{ taken: 0, complete: 0 }]);
    expect([told, paid.length]).toEqual([[], 3]);
  });

  test('given an episode is driven by hand, paused or failed, then it is left alone; once it is resumed or recovered, it is taken', async () => {
    const directory = temporaryDirectory();
    const [person, worker] = [await openProduction(directory), await openProduction(directory)];
    const { crew, paid } = payingCrew();
    const create = (topic: string) =>
      person.createEpisodeSession({ episodeNum: 1, topic, approvals: ['research'] });
    const [hand, paused, failed, ready] = [
      await create('hand'),
      await create('paused'),
      await create('failed'),
      await create('ready'),
    ];
    await person.updatePhase({ sessionId: hand, phase: 'research', status: 'active' });
    for (const sessionId of [paused, failed]) {
      await person.produce(sessionId, crew);
      await person.approve({ sessionId });
      await person.updatePhase({ sessionId, phase: 'script', status: 'active' });
    }
    await person.pause({ sessionId: paused, reason: 'lunch' });
    await person.markPhaseFailed({ sessionId: failed, phase: 'script', error: new Error('blank') });
    paid.length = 0;
    start([worker], crew);
    await expect
      .poll(async () => (await person.getSnapshot(ready)).value, patient)
      .toEqual({ research: 'review' });
    expect(paid).toEqual([`${ready} research`]);
    await person.resume({ sessionId: paused });
    await person.recoverFailedSession(failed);
    for (const sessionId of [paused, failed])
      await expect
        .poll(async () => (await person.getEpisodeState(sessionId)).status, patient)
        .toBe('complete');
    expect((await person.getSnapshot(hand)).context.claims).toBe(0);
  });

  test('given a question whose deadline is over, then a worker goes on with its default', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const answers: unknown[] = [];
    const deadline = new Date(Date.now() + 300).toISOString();
    const crew = defineCrew({
      research: async ({ ask }) =>
        void answers.push(await ask({ key: 'title', question: 'Which?', default: 'Bees', deadline })),
      script: () => Promise.resolve(null),
      audio: () => Promise.resolve(null),
    });
    await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    start([manager], crew);
    await expect.poll(() => statuses(manager), patient).toEqual(['complete']);
    expect(answers).toEqual(['Bees']);
  });

  test('given it is stopped, then what it has begun is put in order and can be taken up; given a wish that none fulfils, then it takes those it chooses', async () => {
    const manager = await openProduction(temporaryDirectory());
    const { crew } = payingCrew();
    await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    await manager.createEpisodeSession({ episodeNum: 2, topic: 'Wasps' });
    const told: unknown[] = [];
    const workers = start([manager], crew, {
      takes: ({ topic }) => topic === 'Wasps',
      optionsFor: (id) => ({ id }),
      onProduced: ({ outcome }) => told.push(outcome),
    });
    await expect.poll(() => statuses(manager), patient).toEqual(['initialized', 'complete']);
    expect(await workers.stop()).toMatchObject([{ taken: 1, complete: 1 }]);
    expect(told).toEqual(['complete']);
    expect(
      (await manager.getSnapshot((await manager.listEpisodes())[1]?.session_id ?? '')).context.claim,
    ).toBe(null);
  });

  test('given an episode that could not be worked on rests, when a person says something of it, then it is taken at once', async () => {
    const manager = await openProduction(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    let asked = 0;
    const errors: unknown[] = [];
    manager.on('error', (error) => errors.push(error));
    start([manager], payingCrew().crew, {
      optionsFor: () => {
        asked += 1;
        if (asked === 1) throw new Error('not found');
        return {};
      },
    });
    await expect.poll(() => errors.length, patient).toBe(1);
    await manager.scheduleEpisode({ sessionId, startAt: null, by: 'Ada' });
    await expect.poll(() => statuses(manager), patient).toEqual(['complete']);
    expect(asked).toBe(2);
  });

  test.each([
    ['a crew that is none', {}, {}, 'crew.research'],
    ['no room for an episode', undefined, { concurrency: 0 }, 'concurrency'],
  ])('given %s, then it is refused by name', async (_what, crew, options, field) => {
    const manager = await openProduction(temporaryDirectory());
    await expect(manager.work((crew ?? payingCrew().crew) as never, options)).rejects.toMatchObject({
      field,
    });
  });

  test('given the production is closed under it, then it ends and says so', async () => {
    const manager = await ProductionStateManager.open({ directory: temporaryDirectory() });
    const working = manager.work(payingCrew().crew, { pollMs: 20 });
    await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const ended = working.catch((error: unknown) => error);
    await manager.close();
    expect(await ended).toMatchObject({ code: 'production_closed' });
  });
});
