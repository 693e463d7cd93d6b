import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { defineCrew } from '../../src/index.js';
import { nodeDisk } from '../../src/disk/index.js';
import { expectSound, journalText, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

describe('listeners and hooks', () => {
  test('given listeners that throw, at once and later, when commits are made, then callers and other listeners do not notice', async () => {
    const manager = await openProduction(temporaryDirectory());
    const errors: string[] = [];
    const heard: string[] = [];
    manager.on('commit', () => {
      throw new Error('at once');
    });
    manager.on('commit', async () => {
      await turn();
      throw new Error('later');
    });
    manager.on('commit', ({ type }) => heard.push(type));
    manager.on('error', (error, where) => errors.push(`${where}: ${(error as Error).message}`));
    manager.on('error', () => {
      throw new Error('even here');
    });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Noise' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await expect.poll(() => errors).toHaveLength(4);
    expect(heard).toEqual(['episode.created', 'phase.start']);
    expect(new Set(errors)).toEqual(new Set(['listener of commit: at once', 'listener of commit: later']));
    await expectSound(manager);
  });

  test('given one throwing function listens to commits and to errors, when a commit is made, then it is not called without end', async () => {
    const manager = await openProduction(temporaryDirectory());
    let calls = 0;
    const listener = (): void => {
      calls += 1;
      if (calls > 50) return;
      throw new Error('always');
    };
    manager.on('commit', listener);
    manager.on('error', listener);
    await manager.createEpisodeSession({ episodeNum: 1, topic: 'Loop' });
    expect(calls).toBe(2);
  });

  test('given once and off, when commits are made, then the one hears one and the other none', async () => {
    const manager = await openProduction(temporaryDirectory());
    const heard: string[] = [];
    const gone = (): number => heard.push('gone');
    manager.once('commit', () => heard.push('once'));
    manager.on('commit', gone);
    manager.on('created', gone);
    manager.off('commit', gone);
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Once' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    manager.once('commit', gone);
    manager.off('commit', gone);
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' });
    expect(heard).toEqual(['once', 'gone']);
    expect(manager.listenerCount('commit')).toBe(0);
    manager.removeAllListeners();
    expect(manager.listenerCount('created')).toBe(0);
  });

  test('given an inspector that throws, when its live actor moves, then the commit resolves all the same', async () => {
    const manager = await openProduction(temporaryDirectory());
    const errors: unknown[] = [];
    manager.on('error', (error) => errors.push(error));
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Inspected' });
    let isArmed = false;
    const actor = await manager.actor(sessionId, {
      inspect: () => {
        if (isArmed) throw new Error('inspector');
      },
    });
    isArmed = true;
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' });
    expect(await manager.getEpisodeCost(sessionId)).toBe(0.1);
    expect(errors).not.toEqual([]);
    actor.stop();
  });

  test('given a listener looks into the journal, when it hears of a commit, then the commit is on disk', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const found: boolean[] = [];
    manager.on('commit', ({ position, event }) => {
      const line =
        Buffer.from(journalText(directory)).subarray(position).toString('utf8').split('\n')[0] ?? '';
      found.push(line.startsWith(`{"position":${position},`) && line.includes(JSON.stringify(event.type)));
    });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'On disk' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.01', key: `k${n}` }),
      ),
    );
    expect(found).toEqual(Array.from({ length: 22 }, () => true));
  });

  test('given two managers, when one commits, then the other hears it as foreign once it follows, and not before', async () => {
    const directory = temporaryDirectory();
    const [a, b] = [await openProduction(directory), await openProduction(directory)];
    const heard: string[] = [];
    b.on('commit', ({ type, local }) => heard.push(`${type} ${local ? 'local' : 'foreign'}`));
    const sessionId = await a.createEpisodeSession({ episodeNum: 1, topic: 'Foreign' });
    expect(await b.getPhaseStatus(sessionId, 'research')).toBe('pending');
    await b.updatePhase({ sessionId, phase: 'research', status: 'active' });
    expect(heard).toEqual(['phase.start local']);
    b.follow();
    await a.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' });
    await expect.poll(() => heard).toEqual(['phase.start local', 'cost.recorded foreign']);
    await b.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' });
    expect(heard.at(-1)).toBe('cost.recorded local');
    expect(heard).toHaveLength(3);
  });

  describe('one who follows, on a disk that tells when its folder changes only if it is asked to', () => {
    async function followed() {
      const directory = temporaryDirectory();
      let notify = (): void => {};
      let failing = false;
      const disk = {
        ...nodeDisk,
        watch: (_directory: string, onChange: () => void) => {
          notify = onChange;
          return () => {};
        },
        sync(fd: number): void {
          if (failing) throw Object.assign(new Error('i/o error'), { code: 'EIO' });
          nodeDisk.sync(fd);
        },
        async syncLater(fd: number): Promise<void> {
          await turn();
          disk.sync(fd);
        },
      };
      const a = await openProduction(directory);
      const b = await openProduction(directory, { disk });
      const heard: string[] = [];
      b.on('commit', ({ type }) => heard.push(type));
      b.follow();
      const sessionId = await a.createEpisodeSession({ episodeNum: 1, topic: 'Heard' });
      await a.updatePhase({ sessionId, phase: 'research', status: 'active' });
      return {
        b,
        heard,
        sessionId,
        pay: () => a.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' }),
        notify: () => notify(),
        fail: (does: boolean) => (failing = does),
      };
    }
    const all = ['episode.created', 'phase.start', 'cost.recorded'];

    test('given it has read a commit to answer a question, then its listeners hear of that commit all the same', async () => {
      const { b, heard, sessionId, pay } = await followed();
      await pay();
      expect(await b.getEpisodeCost(sessionId)).toBe(0.1);
      await expect.poll(() => heard).toEqual(all);
    });

    test('given the disk fails when it looks, then its listeners hear once the disk is well, each commit once and in order', async () => {
      const { b, heard, sessionId, pay, notify, fail } = await followed();
      fail(true);
      notify();
      await turn();
      await turn();
      await pay();
      await expect(b.getEpisodeCost(sessionId)).rejects.toMatchObject({ code: 'journal_unavailable' });
      expect(heard).toEqual([]);
      fail(false);
      expect(await b.getEpisodeCost(sessionId)).toBe(0.1);
      await expect.poll(() => heard).toEqual(all);
    });
  });

  test('given a hook that vetoes, when any changing call is made, then it is refused with the reason and nothing is written', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Veto' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    const before = journalText(directory);
    const files = readdirSync(directory, { recursive: true }).length;
    const asked: string[] = [];
    const remove = manager.hook({
      before: ({ call, sessionId: of }) => `${asked.push(call)} no ${of ?? ''}`,
    });
    const large = 'x'.repeat(100_000);
    const calls = [
      () => manager.createEpisodeSession({ episodeNum: 2, topic: 'x' }),
      () => manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data: large }),
      () => manager.updatePhase({ sessionId, phase: 'research', status: 'skipped', reason: 'x', cost: 1 }),
      () => manager.updatePhase({ sessionId, phase: 'research', status: 'failed', error: 'x', cost: 1 }),
      () => manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: 1 }),
      () => manager.reserveCost({ sessionId, phase: 'research', operation: 'step', key: 'k', maxCost: 1 }),
      () => manager.saveCheckpoint({ sessionId, phase: 'research', data: large }),
      () => manager.createCheckpoint({ sessionId, checkpointName: 'x', data: large }),
      () => manager.checkpointPhase(sessionId, 'research'),
      () => manager.fulfillPhase({ sessionId, phase: 'research', reason: 'x', data: large }),
      () => manager.raiseBudget({ sessionId, scope: 'total', amount: 1, by: 'me', reason: 'x' }),
      () => manager.cancelEpisode({ sessionId, reason: 'x' }),
      () => manager.cleanupOrphanedSessions(),
      () => manager.pause({ sessionId }),
      () => manager.markPhaseFailed({ sessionId, phase: 'research', error: 'x' }),
      () => manager.recordQuality({ sessionId, name: 'x', value: 1 }),
      () => manager.send(sessionId, { type: 'phase.pause', phase: 'research' }),
    ];
    for (const call of calls)
      await expect(call()).rejects.toMatchObject({
        code: 'vetoed',
        message: expect.stringContaining(' no '),
      });
    expect(asked).toHaveLength(calls.length);
    expect(journalText(directory)).toBe(before);
    expect(readdirSync(directory, { recursive: true }).length).toBe(files);
    remove();
    await manager.pause({ sessionId });
  });

  test('given finished work and a hook that vetoes, when it is forked, restored, edited, corrected or settled, then no file or folder of that is left', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory, { policy: { approvals: ['script'] } });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Veto' });
    const large = 'x'.repeat(100_000);
    const crew = defineCrew({
      async research({ writeArtifact }) {
        await writeArtifact('notes.md', 'notes');
        return large;
      },
      script: ({ writeArtifact }) => writeArtifact('script.md', 'said'),
      audio: async () => null,
    });
    await manager.produce(sessionId, crew);
    await manager.addCost({ sessionId, phase: 'script', operation: 'ask', cost: 1, key: 'k' });
    await manager.production.show();
    const files = () => readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted();
    const [before, were] = [journalText(directory), files()];
    manager.hook({ before: () => 'not today' });
    const said = { by: 'Ada', reason: 'x' };
    for (const call of [
      () => manager.forkEpisode({ sessionId }),
      () => manager.forkEpisode({ sessionId, checkpointName: 'research_complete', data: large }),
      () => manager.restoreCheckpoint({ sessionId, checkpointName: 'research_complete' }),
      () => manager.editArtifact({ sessionId, path: 'script/script.md', content: large, ...said }),
      () => manager.correctCost({ sessionId, key: 'k', cost: 2, ...said }),
      () => manager.settleCost({ sessionId, key: 'k', cost: 1, result: large }),
      () => manager.approve({ sessionId, by: 'Ada' }),
      () => manager.archiveEpisode(sessionId),
      () => manager.deleteEpisode({ sessionId, reason: 'x' }),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'vetoed' });
    expect([journalText(directory) === before, files()]).toEqual([true, were]);
  });

  test('given a before hook that removes itself, when a call is made, then the hooks after it are asked all the same', async () => {
    const manager = await openProduction(temporaryDirectory());
    const remove = manager.hook({ before: () => remove() });
    manager.hook({ before: () => 'not today' });
    await expect(manager.createEpisodeSession({ episodeNum: 1, topic: 'Once' })).rejects.toMatchObject({
      code: 'vetoed',
    });
  });

  test('given a before hook that throws, when a call is made, then it is refused and nothing is written', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory, {
      hooks: { before: () => Promise.reject(new Error('broken hook')) },
    });
    const before = journalText(directory);
    await expect(manager.createEpisodeSession({ episodeNum: 1, topic: 'x' })).rejects.toThrow('broken hook');
    expect(journalText(directory)).toBe(before);
  });

  test('given after and failure hooks, when an episode fails, then they run on what is on disk and recovery begins when asked for', async () => {
    const directory = temporaryDirectory();
    const seen: string[] = [];
    const manager = await openProduction(directory, {
      hooks: {
        after: ({ type }) => {
          seen.push(type);
          if (type === 'phase.start') throw new Error('after hook');
        },
        onFailure: ({ failure }) => {
          seen.push(`failure ${failure.code}`);
          expect(
            readFileSync(
              join(directory, 'journal', String(readdirSync(join(directory, 'journal'))[0])),
              'utf8',
            ),
          ).toContain('"phase.failed"');
          return 'recover';
        },
      },
    });
    const errors: unknown[] = [];
    manager.on('error', (error) => errors.push(error));
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Fails' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await manager.markPhaseFailed({
      sessionId,
      phase: 'research',
      error: Object.assign(new Error('slow'), { status: 429 }),
    });
    await expect.poll(() => manager.getEpisodeState(sessionId)).toMatchObject({ status: 'recovery' });
    expect(seen).toEqual(
      expect.arrayContaining([
        'episode.created',
        'phase.start',
        'phase.failed',
        'failure rate_limited',
        'recovery.begin',
      ]),
    );
    expect(errors).toEqual([expect.objectContaining({ message: 'after hook' })]);
    await manager.close();
  });

  test('given a manager is closed, when it is called, then it says so; closing twice is fine', async () => {
    const manager = await openProduction(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Closed' });
    const last = manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' });
    await manager.close();
    await expect(last).resolves.toMatchObject({ total_cost: 0.1 });
    await manager.close();
    await expect(
      manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' }),
    ).rejects.toMatchObject({ code: 'production_closed' });
    await expect(manager.getEpisodeState(sessionId)).rejects.toMatchObject({ code: 'production_closed' });
  });
});
