import { spawnSync } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  ProductionStateManager,
  defineCrew,
  type OpenOptions,
  type PersonNotice,
  type SessionId,
} from '../../src/index.js';
import { needsOf } from '../../src/reports/index.js';
import { rehydrate } from '../../machines/index.js';
import { fixedClock, type FixedClock } from '../../src/testing/index.js';
import { expectSound } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const idle = () => Promise.resolve(null);
const crew = defineCrew({ research: idle, script: idle, audio: idle });
const hourMs = 3_600_000;

interface Told {
  directory: string;
  clock: FixedClock;
  told: PersonNotice[];
  open: (options?: OpenOptions) => Promise<ProductionStateManager>;
}

/** A production whose handles tell `told`, and what goes wrong while `fails` says so. */
function telling(fails: () => boolean = () => false): Told {
  const directory = temporaryDirectory();
  const clock = fixedClock();
  const told: PersonNotice[] = [];
  const notify = (notice: PersonNotice): void => {
    told.push(notice);
    if (fails()) throw new Error('the mail server is down');
  };
  const open = async (options: OpenOptions = {}): Promise<ProductionStateManager> => {
    const manager = await ProductionStateManager.open({ directory, clock, notify, ...options });
    onTestFinished(() => manager.close().catch(() => {}));
    return manager;
  };
  return { directory, clock, told, open };
}

async function inReview(manager: ProductionStateManager): Promise<SessionId> {
  const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees', approvals: ['script'] });
  await manager.produce(id, crew);
  return id;
}

const patient = { timeout: 20_000 };

describe('who is waited for is told', () => {
  test('given work comes into review, then it is told once what it waits for and which answers there are, however many have the production open', async () => {
    const { told, open, directory } = telling();
    const manager = await open();
    await open();
    await open();
    const id = await inReview(manager);
    // Another of the three may be about to.
    await expect.poll(() => told, patient).not.toEqual([]);
    expect(told).toEqual([
      {
        id: `${id}/approval:script:1.1`,
        directory,
        sessionId: id,
        episodeNumber: 1,
        topic: 'Bees',
        status: 'script',
        need: 'approval',
        text: 'script waits for approval',
        reason: null,
        since: '2025-09-03T14:30:22.000Z',
        deadline: null,
        reminder: 0,
        answers: [
          { answer: 'approve', command: `showrunner approve ${id}` },
          { answer: 'reject', command: `showrunner reject ${id} --reason "…"` },
          { answer: 'edit', command: `showrunner edit ${id} <file>` },
        ],
      },
    ]);
    await manager.close();
    await (await open()).close();
    expect(told).toHaveLength(1);
  });

  test('given many episodes and handles at once, then each wait is told once', async () => {
    const { told, open } = telling();
    const managers = [await open(), await open(), await open()];
    const [first = managers[0] as ProductionStateManager] = managers;
    const ids = await Promise.all(managers.flatMap((manager) => [inReview(manager), inReview(manager)]));
    await Promise.all(managers.map((manager) => manager.produceAll(ids, crew)));
    await Promise.all(managers.slice(1).map((manager) => manager.close()));
    expect(told.map(({ sessionId }) => sessionId).toSorted()).toEqual(ids.toSorted());
    await expectSound(first);
  });

  test('given telling does not work, then it is tried again until it did, also after a restart, and who hears it is told why', async () => {
    let isDown = true;
    const { told, open, clock } = telling(() => isDown);
    const errors: unknown[] = [];
    const heard = async (): Promise<ProductionStateManager> => {
      const manager = await open();
      manager.on('error', (error) => errors.push(String(error)));
      return manager;
    };
    const manager = await heard();
    const id = await inReview(manager);
    expect(told).toHaveLength(1);
    await manager.close();
    await (await heard()).close();
    expect(told).toHaveLength(1);
    clock.advance(5_000);
    await (await heard()).close();
    expect(told).toHaveLength(2);
    // The second time it waits twice as long.
    clock.advance(9_999);
    await (await heard()).close();
    expect(told).toHaveLength(2);
    // Why, is said when it first does not work.
    expect(errors).toEqual(['Error: the mail server is down']);
    isDown = false;
    clock.advance(1);
    const last = await heard();
    await expect.poll(() => told.length, patient).toBe(3);
    await expect
      .poll(async () => (await last.getSnapshot(id)).context.notices, patient)
      .toMatchObject({ 'approval:script:1.1': { given: 1, failures: 0, underWay: null } });
    expect(new Set(told.map((notice) => notice.id)).size).toBe(1);
    const failed = (await last.history(id)).flatMap(({ event }) =>
      event.type === 'notice.failed' ? [event.message] : [],
    );
    expect(failed).toEqual(['the mail server is down', 'the mail server is down']);
  });

  test('given a command that leaves something running with its standard error, when it has ended well, then that counts at once, and one that fails says why', async () => {
    const { open } = telling();
    const left = 'sleep 25 & ';
    const manager = await open({ notify: ['sh', '-c', `${left}exit 0`] });
    const id = await inReview(manager);
    const noticed = async () => Object.values((await manager.getSnapshot(id)).context.notices);
    await expect
      .poll(noticed, { timeout: 10_000 })
      .toMatchObject([{ given: 1, failures: 0, underWay: null }]);
    // Two that are open would tell in turns.
    await manager.close();
    const failing = await open({ notify: ['sh', '-c', `${left}echo no mail >&2; exit 3`] });
    const errors: string[] = [];
    failing.on('error', (error) => errors.push(String(error)));
    await inReview(failing);
    await expect.poll(() => errors, { timeout: 10_000 }).toEqual(['Error: sh ended with 3: no mail']);
  });

  test('given a process that was telling has died, then another one tells at once', async () => {
    const { told, open } = telling();
    const quiet = await open({ notify: undefined });
    const id = await inReview(quiet);
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const { thisProcess } = await import('../../src/disk/index.js');
    await quiet.send(id, {
      type: 'notice.begin',
      wait: 'approval:script:1.1',
      until: '2025-09-03T14:31:22.000Z',
      process: { ...thisProcess(), pid },
      over: [],
    });
    await (await open()).close();
    expect(told).toHaveLength(1);
  });

  test('given what was rejected comes into review again, then that is told as a new wait; what is over is told no more', async () => {
    const { told, open } = telling();
    const manager = await open();
    const id = await inReview(manager);
    await manager.reject({ sessionId: id, reason: 'too long' });
    await manager.produce(id, crew);
    expect(told.map((notice) => notice.id)).toEqual([
      `${id}/approval:script:1.1`,
      `${id}/approval:script:2.2`,
    ]);
    expect(Object.keys((await manager.getSnapshot(id)).context.notices)).toEqual(['approval:script:2.2']);
    await manager.approve({ sessionId: id });
    await manager.produce(id, crew);
    expect(told).toHaveLength(2);
  });

  test('given a question with choices, a held call, a budget that is used up and a failure, then each is told with its answers', async () => {
    const { told, open } = telling();
    const manager = await open();
    const make = (topic: string) => manager.createEpisodeSession({ episodeNum: 1, topic });
    const asks = defineCrew({
      ...crew,
      research: ({ ask }) => ask({ key: 'title', question: 'Which?', choices: ['Why bees dance', 'Bees'] }),
    });
    const holds = defineCrew({
      ...crew,
      research: ({ operation }) =>
        operation('call', { key: 'q', maxCost: '0.10' }, () =>
          Promise.reject(new DOMException('late', 'TimeoutError')),
        ),
    });
    const fails = defineCrew({ ...crew, research: () => Promise.reject(new Error('it burns')) });
    const spends = defineCrew({
      ...crew,
      research: ({ operation }) =>
        operation('call', { key: 'q', maxCost: '9.00' }, () =>
          Promise.resolve({ result: null, cost: '9.00' }),
        ),
    });
    await manager.produce(await make('asks'), asks);
    await manager.produce(await make('holds'), holds);
    await manager.produce(await make('fails'), fails);
    await manager.produce(await make('spends'), spends);
    expect(
      told.map(({ topic, need, answers }) => [topic, need, answers.map(({ answer }) => answer)]),
    ).toEqual([
      ['asks', 'question', ['Why bees dance', 'Bees']],
      ['holds', 'held_operation', ['settle', 'release']],
      ['fails', 'failed', ['recover', 'recover']],
      ['spends', 'budget_stop', ['budget', 'recover', 'recover']],
    ]);
  });

  test('given somebody pauses an episode, then nobody is told; where its worker asks for what a paid call gave, that is told once, also when it is given', async () => {
    const { told, open } = telling();
    const manager = await open();
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await manager.pause({ sessionId, by: 'Ada', reason: 'lunch' });
    await manager.attend({ signal: AbortSignal.abort() });
    expect(told).toEqual([]);
    await manager.resume({ sessionId });
    await manager.addCost({ sessionId, phase: 'research', operation: 'call', cost: '0.10', key: 'q' });
    const asks = defineCrew({
      ...crew,
      research: ({ operation }) =>
        operation('call', { key: 'q', maxCost: '0.10' }, () => Promise.resolve({ result: 1, cost: '0.10' })),
    });
    await manager.produce(sessionId, asks);
    expect(told.map(({ need, answers }) => [need, answers.map(({ answer }) => answer)])).toEqual([
      ['missing_result', ['settle']],
    ]);
    await manager.settleCost({ sessionId, key: 'q', result: 1 });
    await manager.attend({ signal: AbortSignal.abort() });
    expect(told).toHaveLength(1);
  });

  test.each([[[]], [['']], ['./tell.sh'], [7]])(
    'given notify is %j, then it is refused by name',
    async (notify) => {
      await expect(
        ProductionStateManager.open({ directory: temporaryDirectory(), notify: notify as never }),
      ).rejects.toMatchObject({ code: 'invalid_input', field: 'notify' });
    },
  );
});

describe('waiting has an end', () => {
  test.each([
    ['approve', 'audio', { verdict: 'approved' }],
    ['reject', 'script', { verdict: 'rejected' }],
  ] as const)(
    'given policy says to %s after a day, then that is shown, and decided by a commit that says so',
    async (deed, status, review) => {
      const { open, clock } = telling();
      const manager = await open({ policy: { approvalDeadline: { hours: 24, do: deed } } });
      const id = await inReview(manager);
      const [need] = needsOf(rehydrate(await manager.getSnapshot(id)), clock.now());
      expect(need).toMatchObject({
        deadline: '2025-09-04T14:30:22.000Z',
        text: `script waits for approval (policy ${deed}s it after 2025-09-04T14:30:22.000Z)`,
      });
      clock.advance(24 * hourMs - 1);
      await manager.attend({ signal: AbortSignal.abort() });
      expect((await manager.getEpisodeState(id)).status).toBe('script');
      clock.advance(1);
      await manager.attend({ signal: AbortSignal.abort() });
      expect((await manager.getEpisodeState(id)).status).toBe(status);
      expect((await manager.getSnapshot(id)).context.reviews).toMatchObject([
        {
          ...review,
          by: 'policy',
          reason: 'nobody has answered for 24 hours: approvalDeadline of the policy',
        },
      ]);
    },
  );

  test('given a worker and an approval whose time is over, then policy approves it and the worker finishes the episode', async () => {
    const { open, clock } = telling();
    const manager = await open({
      notify: undefined,
      policy: { approvalDeadline: { hours: 1, do: 'approve' } },
    });
    const id = await inReview(manager);
    const ended = new AbortController();
    const working = manager.work(crew, { signal: ended.signal, pollMs: 50 });
    clock.advance(hourMs);
    await expect.poll(async () => (await manager.getEpisodeState(id)).status, patient).toBe('complete');
    ended.abort();
    await working;
  });

  test('given policy gets a deadline while an episode waits, then it holds for that one too', async () => {
    const { open, clock } = telling();
    const manager = await open();
    const id = await inReview(manager);
    await manager.changePolicy({
      set: { approvalDeadline: { hours: 1, do: 'approve' } },
      by: 'Ada',
      reason: 'nobody answers',
    });
    clock.advance(hourMs - 1);
    await manager.attend({ signal: AbortSignal.abort() });
    expect((await manager.getEpisodeState(id)).status).toBe('script');
    clock.advance(1);
    await manager.attend({ signal: AbortSignal.abort() });
    expect((await manager.getEpisodeState(id)).status).toBe('audio');
  });

  test('given an episode with a deadline of its own, then the policy changes nothing of it', async () => {
    const { open, clock } = telling();
    const manager = await open({ policy: { approvalDeadline: { hours: 1, do: 'reject' } } });
    const id = await manager.createEpisodeSession({
      episodeNum: 1,
      topic: 'Bees',
      approvals: ['script'],
      rules: { approvalDeadline: { hours: 2, do: 'approve' } },
    });
    await manager.produce(id, crew);
    clock.advance(hourMs);
    await manager.attend({ signal: AbortSignal.abort() });
    expect((await manager.getSnapshot(id)).value).toEqual({ script: 'review' });
    clock.advance(hourMs);
    await manager.attend({ signal: AbortSignal.abort() });
    expect((await manager.getEpisodeState(id)).status).toBe('audio');
  });

  test('given policy reminds at the deadline, and of everything every so often, then each reminder is a commit and is told once', async () => {
    const { told, open, clock } = telling();
    const manager = await open({
      policy: { approvalDeadline: { hours: 2, do: 'remind' }, remindEveryHours: 5 },
    });
    const id = await inReview(manager);
    const look = () => manager.attend({ signal: AbortSignal.abort() });
    for (const hours of [1, 1, 4, 1, 15]) {
      clock.advance(hours * hourMs);
      await look();
      await look();
    }
    expect(told.map(({ reminder }) => reminder)).toEqual([0, 1, 2, 3]);
    const reminders = (await manager.history(id)).flatMap(({ event }) =>
      event.type === 'notice.remind' ? [event.reason] : [],
    );
    expect(reminders).toEqual([
      'nobody has answered for 2 hours: approvalDeadline of the policy',
      'nobody has answered for 5 hours: remindEveryHours of the policy',
      'nobody has answered for 5 hours: remindEveryHours of the policy',
    ]);
    await expectSound(manager);
  });

  test('given policy reminds of approvals, then it does so once, and of a failure not at all', async () => {
    const { told, open, clock } = telling();
    const manager = await open({ policy: { approvalDeadline: { hours: 2, do: 'remind' } } });
    await inReview(manager);
    const fails = defineCrew({ ...crew, research: () => Promise.reject(new Error('it burns')) });
    await manager.produce({ key: 'fails', topic: 'Wasps' }, fails);
    for (const hours of [2, 2, 20]) {
      clock.advance(hours * hourMs);
      await manager.attend({ signal: AbortSignal.abort() });
    }
    expect(told.map(({ need, reminder }) => [need, reminder])).toEqual([
      ['approval', 0],
      ['failed', 0],
      ['approval', 1],
    ]);
  });
});
