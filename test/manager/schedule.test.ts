import { describe, expect, onTestFinished, test } from 'vitest';
import { defineCrew, type PersonNotice } from '../../src/index.js';
import { needsOf, waitOf } from '../../src/reports/index.js';
import { temporaryProduction } from '../../src/testing/index.js';
import { rehydrate } from '../../machines/index.js';

const nothing = () => Promise.resolve(null);
const crew = defineCrew({ research: nothing, script: nothing, audio: nothing });
const hourMs = 3_600_000;
const six = '2025-09-03T18:00:00.000Z';
const eight = '2025-09-03T20:00:00.000Z';

async function begin(options: Parameters<typeof temporaryProduction>[0] = {}) {
  const given = await temporaryProduction(options);
  onTestFinished(() => given.remove());
  const create = (times: object, episodeNum = 1) =>
    given.manager.createEpisodeSession({ episodeNum, topic: 'Bees', ...times });
  const needs = async (id: string) =>
    needsOf(rehydrate(await given.manager.getSnapshot(id)), given.clock.now()).map(
      ({ need, text, next }) => ({
        need,
        text,
        next,
      }),
    );
  return { ...given, create, needs };
}

describe('a time to begin at', () => {
  test('given it has not come, when the episode is produced, begun by hand or worked on, then it is left alone and says until when; when it has come it is made', async () => {
    const { manager, clock, create, needs } = await begin();
    // As people write it, with a zone.
    const id = await create({ startAt: '2025-09-03T20:00:00+02:00' });
    const early = { code: 'too_early', remedy: 'retry', message: expect.stringContaining(six) as unknown };
    await expect(
      manager.updatePhase({ sessionId: id, phase: 'research', status: 'active' }),
    ).rejects.toMatchObject(early);
    await expect(manager.resumeEpisode(id)).rejects.toMatchObject(early);
    expect(await manager.produce(id, crew)).toMatchObject({
      outcome: 'waiting',
      reason: expect.stringMatching(
        /not to be taken up before .*showrunner schedule .* --start-at now$/,
      ) as unknown,
    });
    const { context } = await manager.getSnapshot(id);
    const wait = waitOf('initialized', context, { now: clock.now(), timeZone: 'UTC' });
    expect(wait).toEqual({ for: 'start', until: six, text: `is not taken up before ${six}` });
    expect(await needs(id)).toEqual([]);
    clock.set(six);
    expect(await manager.produce(id, crew)).toMatchObject({ outcome: 'complete' });
  });

  test('given workers, then they take other episodes, and this one when its time has come', async () => {
    const { manager, clock, create } = await begin();
    const [later, now] = [await create({ startAt: six }), await create({}, 2)];
    const end = new AbortController();
    const made: string[] = [];
    const work = manager.work(crew, {
      pollMs: 20,
      signal: end.signal,
      onProduced: ({ sessionId }) => {
        made.push(sessionId);
        // The first one is made: the other's time comes.
        clock.set(six);
        if (made.length === 2) end.abort();
      },
    });
    await work;
    expect(made).toEqual([now, later]);
  });

  test('given it may begin now, when that is said, then it begins', async () => {
    const { manager, create } = await begin();
    const id = await create({ startAt: six });
    await manager.scheduleEpisode({ sessionId: id, startAt: null, by: 'Ada', reason: 'the guest is here' });
    expect(await manager.produce(id, crew)).toMatchObject({ outcome: 'complete' });
    expect((await manager.history(id)).find(({ type }) => type === 'episode.scheduled')?.event).toMatchObject(
      {
        startAt: null,
        by: 'Ada',
        reason: 'the guest is here',
      },
    );
  });

  test('given it is in the future, when somebody cleans up, then the episode is not lost', async () => {
    const { manager, clock, create } = await begin();
    const id = await create({});
    await manager.produce(id, { ...crew, script: () => Promise.reject(new Error('no')) });
    await manager.scheduleEpisode({ sessionId: id, startAt: '2025-12-24T00:00:00Z' });
    clock.advance(1000 * hourMs);
    expect(await manager.cleanupOrphanedSessions()).toEqual({ archived: [], waiting: [id] });
    clock.advance(3000 * hourMs);
    expect(await manager.cleanupOrphanedSessions()).toEqual({ archived: [id], waiting: [] });
  });

  test.each([
    ['startAt', { startAt: 'tomorrow' }],
    ['startAt', { startAt: '2025-09-03' }],
    ['startAt', { startAt: new Date(Number.NaN) }],
    ['dueBy', { startAt: eight, dueBy: six }],
    ['dueBy', { dueBy: 7 }],
  ])(
    'given %s that cannot be, when an episode is created, then it is refused by its name and none is made',
    async (field, times) => {
      const { manager, create } = await begin();
      await expect(create(times)).rejects.toMatchObject({ code: 'invalid_input', field });
      expect(await manager.listEpisodes()).toEqual([]);
    },
  );

  test('given both times, when one is moved past the other, then it is refused and both stay', async () => {
    const { manager, create } = await begin();
    const id = await create({ startAt: six, dueBy: eight });
    await expect(manager.scheduleEpisode({ sessionId: id, startAt: eight })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('dueBy') as unknown,
    });
    await expect(manager.scheduleEpisode({ sessionId: id })).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await manager.getSnapshot(id)).context).toMatchObject({ startAt: six, dueBy: eight });
  });
});

describe('a time to be done by', () => {
  test('given it is over, then the episode is late wherever it stands, until it is complete, cancelled, or due later', async () => {
    const { manager, clock, create, needs } = await begin();
    const ids = [
      await create({ dueBy: six }),
      await create({ dueBy: six }, 2),
      await create({ dueBy: six, approvals: ['script'] }, 3),
      await create({ dueBy: six }, 4),
    ] as const;
    const [waiting, done, reviewed, unwanted] = ids;
    await manager.produce(done, crew);
    await manager.produce(reviewed, crew);
    await manager.cancelEpisode({ sessionId: unwanted, reason: 'no longer wanted' });
    const named = async (id: string) => (await needs(id)).map(({ need }) => need);
    expect(await Promise.all(ids.map(named))).toEqual([[], [], ['approval'], []]);
    clock.set(six);
    expect(await Promise.all(ids.map(named))).toEqual([['late'], [], ['approval', 'late'], []]);
    expect(await needs(waiting)).toEqual([
      {
        need: 'late',
        text: `late: it was due by ${six}`,
        next: [`showrunner schedule ${waiting} --due-by <time>`],
      },
    ]);
    await manager.scheduleEpisode({ sessionId: waiting, dueBy: eight });
    expect(await named(waiting)).toEqual([]);
    clock.set(eight);
    await manager.scheduleEpisode({ sessionId: waiting, dueBy: null });
    expect(await named(waiting)).toEqual([]);
  });

  test('given who is told, when the time is over, then he is told once, and once more when another time is over; of what was done in time never', async () => {
    const told: PersonNotice[] = [];
    const { manager, clock, create } = await begin({ notify: (notice) => void told.push(notice) });
    const [id, done] = [await create({ dueBy: six }), await create({ dueBy: six }, 2)];
    await manager.produce(done, crew);
    expect(told).toEqual([]);
    const untilTold = async (count: number): Promise<void> => {
      await expect.poll(() => told.length, { timeout: 20_000 }).toBe(count);
    };
    clock.set(six);
    await untilTold(1);
    expect(told[0]).toMatchObject({
      id: `${id}/late:${six}`,
      need: 'late',
      since: six,
      answers: [{ answer: 'schedule', command: `showrunner schedule ${id} --due-by <time>` }],
    });
    await manager.scheduleEpisode({ sessionId: id, dueBy: eight });
    clock.set(eight);
    await untilTold(2);
    expect(told.map((notice) => notice.id)).toEqual([`${id}/late:${six}`, `${id}/late:${eight}`]);
  });
});
