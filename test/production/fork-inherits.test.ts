import { describe, expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager, defineCrew, type PhaseContext } from '../../src/index.js';
import { episodeEstimates } from '../../src/reports/index.js';
import { expectSound } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

interface HalfDone {
  manager: ProductionStateManager;
  sessionId: string;
  /** What the provider was asked for, in order. */
  asked: string[];
  crew: ReturnType<typeof defineCrew>;
}

const large = 'x'.repeat(80_000);

/** An episode whose script has paid for a call and written a file, and has then failed; the crew is mended by now. */
async function halfDone(): Promise<HalfDone> {
  const manager = await ProductionStateManager.open({
    directory: temporaryDirectory(),
    policy: { retry: {} },
  });
  onTestFinished(() => manager.close());
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const asked: string[] = [];
  const pay = ({ operation }: PhaseContext, key: string, result: string): Promise<string> =>
    operation('call', { key, maxCost: '0.10' }, () => {
      asked.push(key);
      return Promise.resolve({ result, cost: '0.05' });
    });
  let isBroken = true;
  const crew = defineCrew({
    research: (context) => pay(context, 'query', 'notes'),
    async script(context) {
      const draft = await pay(context, 'draft', large);
      const known = await context.readArtifact('script/draft.txt');
      if (!known) await context.writeArtifact('draft.txt', draft);
      if (isBroken) {
        isBroken = false;
        throw new Error('the page was blank');
      }
      const rest = await pay(context, 'rest', 'the rest');
      return {
        notes: context.earlier.research?.data,
        hadFile: known !== undefined,
        length: draft.length,
        rest,
      };
    },
    audio: () => Promise.resolve(null),
  });
  expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'failed' });
  asked.length = 0;
  return { manager, sessionId, asked, crew };
}

describe('a fork', () => {
  test('given its source has stopped amid a phase, then it keeps what that has paid for, results and files, and pays only for the rest', async () => {
    const { manager, sessionId, asked, crew } = await halfDone();
    const fork = await manager.forkEpisode({ sessionId });
    expect(await manager.getOperationResult(fork, 'draft')).toBe(large);
    expect(await manager.produce(fork, crew)).toMatchObject({ outcome: 'complete' });
    expect(asked).toEqual(['rest']);
    expect((await manager.loadCheckpoint(fork, 'script')).data).toEqual({
      notes: 'notes',
      hadFile: true,
      length: large.length,
      rest: 'the rest',
    });
    expect((await manager.getEpisodeState(fork)).total_cost).toBe(0.05);
    expect((await manager.getSnapshot(fork)).context.money.inherited).toBe(100_000);
    await expectSound(manager);
  });

  test('given the phase was in its second revision, then what is kept is of that one', async () => {
    const { manager, sessionId, asked, crew } = await halfDone();
    await manager.recoverFailedSession(sessionId, { phase: 'research' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data: 'notes' });
    await manager.updatePhase({ sessionId, phase: 'script', status: 'active' });
    await manager.reserveCost({
      sessionId,
      phase: 'script',
      operation: 'call',
      key: 'draft~r2',
      maxCost: '0.10',
    });
    await manager.settleCost({ sessionId, key: 'draft~r2', cost: '0.05', result: 'second draft' });
    const fork = await manager.forkEpisode({ sessionId });
    await manager.produce(fork, crew);
    expect(asked).toEqual(['rest']);
    expect((await manager.loadCheckpoint(fork, 'script')).data).toMatchObject({
      length: 'second draft'.length,
    });
  });

  test('given the data that it goes on from is edited, then the phase works on that, and pays anew', async () => {
    const { manager, sessionId, asked, crew } = await halfDone();
    const fork = await manager.forkEpisode({ sessionId, data: 'better notes' });
    expect((await manager.loadCheckpoint(fork, 'research')).data).toBe('better notes');
    await manager.produce(fork, crew);
    expect(asked).toEqual(['draft', 'rest']);
    expect((await manager.loadCheckpoint(fork, 'script')).data).toMatchObject({ notes: 'better notes' });
    expect((await manager.loadCheckpoint(sessionId, 'research')).data).toBe('notes');
    await expectSound(manager);
  });

  test('given a position of the past, then it goes on from how the episode stood there', async () => {
    const { manager, sessionId, asked, crew } = await halfDone();
    const history = await manager.history(sessionId);
    const during = history.find(({ type }) => type === 'phase.start')?.position ?? 0;
    const early = await manager.forkEpisode({ sessionId, position: during });
    await manager.produce(early, crew);
    expect(asked).toEqual(['query', 'draft', 'rest']);
    const after =
      history.find(({ event }) => event.type === 'phase.start' && event.phase === 'script')?.position ?? 0;
    expect(
      (await manager.getEpisodeState(await manager.forkEpisode({ sessionId, position: after }))).phases,
    ).toMatchObject({
      research: { status: 'complete' },
      script: { status: 'pending' },
    });
    await expectSound(manager);
  });

  test('given what it inherits is an estimate, then that is shown and corrected at whoever has paid, also below a fork of the fork, and nothing is booked in the fork', async () => {
    const { manager, sessionId, crew } = await halfDone();
    await manager.recoverFailedSession(sessionId);
    const guess = { sessionId, phase: 'script', operation: 'call', key: 'rest', maxCost: '0.10' } as const;
    await manager.reserveCost(guess);
    await manager.settleCost({ sessionId, key: 'rest', result: 'the rest' });
    const fork = await manager.forkEpisode({ sessionId });
    const second = await manager.forkEpisode({ sessionId: fork });
    const estimatesOf = async (id: string) =>
      episodeEstimates((await manager.getSnapshot(id)).context).map(({ key }) => key);
    expect(await Promise.all([sessionId, fork, second].map(estimatesOf))).toEqual([['rest'], [], []]);
    const bill = { key: 'rest', cost: '0.12', by: 'Ada', reason: 'the invoice' };
    for (const id of [fork, second])
      await expect(manager.correctCost({ sessionId: id, ...bill })).rejects.toMatchObject({
        code: 'operation_unknown',
        message: expect.stringContaining(`showrunner correct ${sessionId} rest `) as unknown,
      });
    await manager.correctCost({ sessionId, ...bill });
    expect(await manager.produce(second, crew)).toMatchObject({
      outcome: 'complete',
      state: { total_cost: 0 },
    });
    expect((await manager.getSnapshot(fork)).context.money).toMatchObject({ spent: 0, inherited: 200_000 });
    expect((await manager.getEpisodeState(sessionId)).total_cost).toBe(0.22);
    await expectSound(manager);
  });

  test('given a position where it did not exist, or data that nothing is kept for, then it is refused by name', async () => {
    const { manager, sessionId } = await halfDone();
    await expect(manager.forkEpisode({ sessionId, position: 0 })).rejects.toMatchObject({
      field: 'position',
    });
    const other = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Wasps' });
    await expect(manager.forkEpisode({ sessionId: other, data: 1 })).rejects.toMatchObject({ field: 'data' });
  });
});
