import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defineCrew, type PhaseWorker, type ProductionStateManager } from '../../src/index.js';
import { expectSound, journalText, openProduction, readJson } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

interface Given {
  directory: string;
  manager: ProductionStateManager;
  sessionId: string;
}

/** Research is complete with one artifact and has cost 0.50, script is active. */
async function givenScript(): Promise<Given> {
  const directory = temporaryDirectory();
  const manager = await openProduction(directory);
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Checkpoints' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active', cost: '0.50' });
  put(directory, sessionId, 'research', 'notes.txt', 'found');
  await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data: { facts: 3 } });
  await manager.updatePhase({ sessionId, phase: 'script', status: 'active' });
  return { directory, manager, sessionId };
}

function put(directory: string, sessionId: string, phase: string, name: string, text: string): void {
  mkdirSync(join(directory, sessionId, phase), { recursive: true });
  writeFileSync(join(directory, sessionId, phase, name), text);
}

describe('checkpoints', () => {
  test('given the file of a large one is lost right after its commit, when it was saved, then the call does not throw', async () => {
    const { directory, manager, sessionId } = await givenScript();
    manager.on('commit', () => rmSync(join(directory, sessionId, 'checkpoints'), { recursive: true }));
    const data = { text: 'x'.repeat(100_000) };
    await expect(manager.saveCheckpoint({ sessionId, phase: 'script', data })).resolves.toMatchObject({
      name: 'script_checkpoint',
      phase: 'script',
      next_phase: 'script',
      can_resume: true,
      data,
    });
  });

  test.each([1, 60])(
    'given a payload of %i MB, when it is saved, then it stays out of the journal and comes back as it was',
    async (megabytes) => {
      const { directory, manager, sessionId } = await givenScript();
      const before = journalText(directory).length;
      const data = { text: 'ä"'.repeat(megabytes * 250_000), n: megabytes };
      await manager.createCheckpoint({ sessionId, checkpointName: 'large', data });
      expect(journalText(directory).length - before).toBeLessThan(4000);
      const digest = (value: unknown): string =>
        createHash('sha256').update(JSON.stringify(value)).digest('hex');
      expect(digest((await manager.loadCheckpoint(sessionId, 'large')).data)).toBe(digest(data));
      await manager.close();
      const again = await openProduction(directory);
      expect(digest((await again.loadCheckpoint(sessionId, 'large')).data)).toBe(digest(data));
    },
  );

  test('given a payload above 100 MB, when it is saved, then it is refused by name', async () => {
    const { directory, manager, sessionId } = await givenScript();
    const before = journalText(directory);
    await expect(
      manager.createCheckpoint({ sessionId, checkpointName: 'huge', data: 'x'.repeat(101 * 1024 * 1024) }),
    ).rejects.toMatchObject({ code: 'invalid_input', field: 'data' });
    expect(journalText(directory)).toBe(before);
  });

  test('given a large payload is altered or gone, when it is loaded, then it is refused', async () => {
    const { directory, manager, sessionId } = await givenScript();
    await manager.createCheckpoint({ sessionId, checkpointName: 'large', data: 'x'.repeat(200_000) });
    const folder = join(directory, sessionId, 'checkpoints');
    const file = join(folder, String(readdirSync(folder).find((name) => name.startsWith('large-'))));
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('x', 'y'));
    await expect(manager.loadCheckpoint(sessionId, 'large')).rejects.toMatchObject({
      code: 'artifact_invalid',
      sessionId,
    });
    await expect(manager.restoreCheckpoint({ sessionId, checkpointName: 'large' })).rejects.toMatchObject({
      code: 'artifact_invalid',
    });
    rmSync(file);
    await expect(manager.loadCheckpoint(sessionId, 'large')).rejects.toMatchObject({
      code: 'artifact_invalid',
    });
    symlinkSync('/etc/hostname', file);
    await expect(manager.loadCheckpoint(sessionId, 'large')).rejects.toMatchObject({ code: 'path_refused' });
  });

  const damages: [string, (file: string) => void][] = [
    ['altered', (file) => writeFileSync(file, 'fount')],
    ['missing', (file) => rmSync(file)],
    [
      'replaced by a folder',
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
    [
      'replaced by a link',
      (file) => {
        rmSync(file);
        symlinkSync('/etc/hostname', file);
      },
    ],
  ];

  test.each(damages)(
    'given an artifact is %s, when its checkpoint or a later one is restored or forked, then it is refused and nothing changes',
    async (_, damage) => {
      const { directory, manager, sessionId } = await givenScript();
      await manager.saveCheckpoint({ sessionId, phase: 'script', data: { draft: 1 } });
      damage(join(directory, sessionId, 'research', 'notes.txt'));
      const before = journalText(directory);
      for (const checkpointName of ['research_complete', 'script_checkpoint']) {
        await expect(manager.restoreCheckpoint({ sessionId, checkpointName })).rejects.toMatchObject({
          code: 'artifact_invalid',
          sessionId,
        });
        await expect(manager.forkEpisode({ sessionId, checkpointName })).rejects.toMatchObject({
          sessionId: expect.stringContaining('ep_001'),
        });
      }
      await expect(manager.checkpointPhase(sessionId, 'research')).rejects.toMatchObject({
        code: 'artifact_invalid',
      });
      expect(journalText(directory)).toBe(before);
      expect(await manager.listEpisodes()).toHaveLength(1);
    },
  );

  test("given a complete phase, when data is to be saved under its checkpoint's name, then it is refused and the record stays", async () => {
    const { directory, manager, sessionId } = await givenScript();
    const before = journalText(directory);
    for (const checkpointName of ['research_complete', 'audio_complete']) {
      await expect(manager.createCheckpoint({ sessionId, checkpointName, data: {} })).rejects.toMatchObject({
        code: 'invalid_input',
        field: 'checkpointName',
      });
    }
    expect(journalText(directory)).toBe(before);
    expect((await manager.loadCheckpoint(sessionId, 'research')).data).toEqual({ facts: 3 });
  });

  test('given artifacts that somebody named as he liked, when their checkpoint is saved, then it can be checked, restored and forked, and a crew reads them', async () => {
    const { directory, manager, sessionId } = await givenScript();
    const names = ['final cut.md', '_notes/ä.txt', `${'x'.repeat(200)}.txt`];
    for (const name of names)
      put(directory, sessionId, dirname(`script/${name}`), basename(name), 'made by hand');
    await manager.fulfillPhase({ sessionId, phase: 'script', reason: 'written by hand' });
    expect(
      (await manager.checkpointPhase(sessionId, 'script')).artifacts.map(({ path }) => path).sort(),
    ).toEqual(names.map((name) => `script/${name}`).sort());
    const fork = await manager.forkEpisode({ sessionId });
    expect(readFileSync(join(directory, fork, 'script', 'final cut.md'), 'utf8')).toBe('made by hand');
    expect((await manager.restoreCheckpoint({ sessionId, checkpointName: 'script_complete' })).status).toBe(
      'audio',
    );
    const heard: unknown[] = [];
    const nothing = async (): Promise<object> => ({});
    const audio: PhaseWorker = async ({ earlier, readArtifact }) => {
      for (const { path } of earlier.script?.artifacts ?? [])
        heard.push(Buffer.from((await readArtifact(path)) ?? '').toString());
      return {};
    };
    expect(
      (await manager.produce(sessionId, defineCrew({ research: nothing, script: nothing, audio }))).outcome,
    ).toBe('complete');
    expect(heard).toEqual(names.map(() => 'made by hand'));
  });

  test('given money was spent since, when a checkpoint is restored, then the phase goes back and the money does not', async () => {
    const { manager, sessionId } = await givenScript();
    await manager.addCost({ sessionId, phase: 'script', operation: 'step', cost: '1.25', key: 'paid' });
    await manager.updatePhase({ sessionId, phase: 'script', status: 'complete' });
    await manager.restoreCheckpoint({ sessionId, checkpointName: 'research_complete' });
    expect(await manager.getPhaseStatus(sessionId, 'script')).toBe('pending');
    expect(await manager.getEpisodeCost(sessionId)).toBe(1.75);
    expect(await manager.getPhaseCost(sessionId, 'script')).toBe(1.25);
    // The same cost again is no new cost, also after going back.
    await manager.addCost({ sessionId, phase: 'script', operation: 'step', cost: '1.25', key: 'paid' });
    expect(await manager.getEpisodeCost(sessionId)).toBe(1.75);
    await manager.updatePhase({ sessionId, phase: 'script', status: 'active' });
    await expectSound(manager);
  });

  test('given an episode with artifacts, when it is forked, then the fork has copies of its own, nothing spent, and knows its origin', async () => {
    const { directory, manager, sessionId } = await givenScript();
    const fork = await manager.forkEpisode({
      sessionId,
      checkpointName: 'research_complete',
      topic: 'Another end',
    });
    expect(fork).not.toBe(sessionId);
    expect(await manager.getEpisodeCost(fork)).toBe(0);
    expect(await manager.getEpisodeCost(sessionId)).toBe(0.5);
    expect(await manager.getTotalSpending()).toBe(0.5);
    expect((await manager.getSnapshot(fork)).context).toMatchObject({
      forkedFrom: sessionId,
      money: { inherited: 500_000, spent: 0 },
    });
    rmSync(join(directory, sessionId, 'research', 'notes.txt'));
    expect(readFileSync(join(directory, fork, 'research', 'notes.txt'), 'utf8')).toBe('found');
    expect((await manager.loadCheckpoint(fork, 'research_complete')).data).toEqual({ facts: 3 });
    await manager.updatePhase({ sessionId: fork, phase: 'script', status: 'active' });
    await manager.updatePhase({ sessionId: fork, phase: 'script', status: 'complete', cost: '0.25' });
    await manager.restoreCheckpoint({ sessionId: fork, checkpointName: 'research_complete' });
    expect(await manager.getEpisodeCost(fork)).toBe(0.25);
    expect(await manager.getTotalSpending()).toBe(0.75);
    const second = await manager.forkEpisode({ sessionId: fork, checkpointName: 'research_complete' });
    expect((await manager.loadCheckpoint(second, 'research_complete')).data).toEqual({ facts: 3 });
    put(directory, sessionId, 'research', 'notes.txt', 'found');
    await expectSound(manager);
  });

  test('given an episode with an approval and budgets of its own, when it is forked, then they hold for the fork too', async () => {
    const { manager } = await givenScript();
    const sessionId = await manager.createEpisodeSession({
      episodeNum: 2,
      topic: 'Strict',
      approvals: ['script'],
      budgets: { total: '3.00' },
    });
    await manager.raiseBudget({ sessionId, scope: 'research', amount: '0.50', by: 'ann', reason: 'more' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data: {} });
    const fork = await manager.forkEpisode({ sessionId });
    const { budgets, rules } = (await manager.getSnapshot(fork)).context;
    expect({ budgets, approvals: rules.approvals }).toEqual({
      budgets: { research: 2_500_000, script: 2_000_000, audio: 3_000_000, total: 3_000_000 },
      approvals: ['script'],
    });
  });

  test('given a number that no session id can have, when an episode is forked under it, then it is refused and no folder is made', async () => {
    const { directory, manager, sessionId } = await givenScript();
    await expect(manager.forkEpisode({ sessionId, episodeNum: 10_000_000 })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'episodeNum',
    });
    expect(readdirSync(directory).filter((name) => name.startsWith('ep_'))).toEqual([sessionId]);
  });

  test('given many forks in the same second by two managers, when they are made, then each has a session of its own', async () => {
    const { directory, manager, sessionId } = await givenScript();
    const other = await openProduction(directory);
    const forks = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        (n % 2 === 0 ? manager : other).forkEpisode({ sessionId, checkpointName: 'research_complete' }),
      ),
    );
    expect(new Set(forks).size).toBe(10);
    for (const fork of forks)
      expect(readFileSync(join(directory, fork, 'research', 'notes.txt'), 'utf8')).toBe('found');
    await expectSound(manager);
  });

  test('given every document is deleted, when a checkpoint is loaded, then it comes from the journal', async () => {
    const { directory, manager, sessionId } = await givenScript();
    await manager.createCheckpoint({ sessionId, checkpointName: 'named', data: { deep: [1, { two: 'ß' }] } });
    const before = [
      await manager.loadCheckpoint(sessionId, 'named'),
      await manager.loadCheckpoint(sessionId, 'research'),
      await manager.getSnapshot(sessionId),
    ];
    await manager.close();
    rmSync(join(directory, 'state.json'));
    for (const file of ['session.json', 'checkpoints', 'research/checkpoint.json'])
      rmSync(join(directory, sessionId, file), { recursive: true });
    const again = await openProduction(directory);
    expect([
      await again.loadCheckpoint(sessionId, 'named'),
      await again.loadCheckpoint(sessionId, 'research'),
      await again.getSnapshot(sessionId),
    ]).toEqual(before);
    await again.restoreCheckpoint({ sessionId, checkpointName: 'named' });
    await again.close();
    expect(existsSync(join(directory, sessionId, 'checkpoints', 'named.json'))).toBe(true);
  });

  test('given a link inside a phase folder, or a link in its place, when the phase completes, then it is refused', async () => {
    const { directory, manager, sessionId } = await givenScript();
    const before = journalText(directory);
    symlinkSync('/etc/passwd', join(directory, sessionId, 'script', 'secrets.txt'));
    await expect(
      manager.updatePhase({ sessionId, phase: 'script', status: 'complete' }),
    ).rejects.toMatchObject({ code: 'path_refused' });
    rmSync(join(directory, sessionId, 'script', 'secrets.txt'));
    mkdirSync(join(directory, sessionId, 'script', 'deep'));
    symlinkSync('/etc', join(directory, sessionId, 'script', 'deep', 'etc'));
    await expect(
      manager.updatePhase({ sessionId, phase: 'script', status: 'complete' }),
    ).rejects.toMatchObject({ code: 'path_refused' });
    rmSync(join(directory, sessionId, 'script'), { recursive: true });
    symlinkSync(temporaryDirectory(), join(directory, sessionId, 'script'));
    await expect(
      manager.updatePhase({ sessionId, phase: 'script', status: 'complete' }),
    ).rejects.toMatchObject({ code: 'path_refused' });
    await expect(manager.saveCheckpoint({ sessionId, phase: 'script', data: 1 })).rejects.toMatchObject({
      code: 'path_refused',
    });
    expect(journalText(directory)).toBe(before);
    rmSync(join(directory, sessionId, 'script'));
    await manager.updatePhase({ sessionId, phase: 'script', status: 'complete' });
  });

  test('given a session’s folder was moved and a link put in its place, when another process completes an empty phase, then it is refused', async () => {
    const { directory, manager, sessionId } = await givenScript();
    await manager.close();
    const elsewhere = join(temporaryDirectory(), sessionId);
    renameSync(join(directory, sessionId), elsewhere);
    symlinkSync(elsewhere, join(directory, sessionId));
    const other = await openProduction(directory);
    await expect(other.updatePhase({ sessionId, phase: 'script', status: 'complete' })).rejects.toMatchObject(
      { code: 'path_refused' },
    );
  });

  test('given a checkpoint is saved again under its name, when it is loaded, then the newer one comes; the older content is not mixed in', async () => {
    const { manager, sessionId } = await givenScript();
    for (const draft of ['one', 'two', 'one']) {
      await manager.saveCheckpoint({ sessionId, phase: 'script', data: { draft } });
      expect((await manager.loadCheckpoint(sessionId, 'script_checkpoint')).data).toEqual({ draft });
    }
    await expect(manager.loadCheckpoint(sessionId, 'nothing')).rejects.toMatchObject({
      code: 'checkpoint_unknown',
      sessionId,
    });
    await expect(manager.loadCheckpoint(sessionId, 'audio')).rejects.toMatchObject({
      code: 'checkpoint_unknown',
    });
  });

  test('given checkpoints saved under two names in turn, when their documents are written together, then the phase shows the newest', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'In turn' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await Promise.all(
      ['notes', 'draft', 'notes'].map((checkpointName, turn) =>
        manager.createCheckpoint({ sessionId, checkpointName, data: { turn } }),
      ),
    );
    await manager.close();
    expect(readJson(directory, sessionId, 'research/checkpoint.json')).toMatchObject({
      name: 'notes',
      data: { turn: 2 },
    });
    expect(readJson(directory, sessionId, 'checkpoints/draft.json')).toMatchObject({
      name: 'draft',
      data: { turn: 1 },
    });
  });
});
