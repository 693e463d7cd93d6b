import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { expectSameDocumentsWhenRebuilt } from '../support/crash.js';
import { expectSound, journalText, openProduction, readJson } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

/** A closed production with one episode that has spent 0.30. */
async function closedProduction(
  directory = temporaryDirectory(),
): Promise<{ directory: string; sessionId: string }> {
  const manager = await openProduction(directory);
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Damage' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', cost: '0.10' });
  await manager.addCost({ sessionId, phase: 'script', operation: 'step', cost: '0.20', key: 'last' });
  await manager.close();
  return { directory, sessionId };
}

function journalFile(directory: string): string {
  return join(directory, 'journal', String(readdirSync(join(directory, 'journal')).sort().at(-1)));
}

describe('damaged files', () => {
  test('given the last line is torn at any byte and no document tells of it, when it is opened, then all before it is there and work goes on', async () => {
    const { directory, sessionId } = await closedProduction();
    for (const name of ['state.json', sessionId]) rmSync(join(directory, name), { recursive: true });
    const whole = readFileSync(journalFile(directory));
    const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (let cut = lastLine; cut < whole.length; cut += 97) {
      const copy = temporaryDirectory();
      cpSync(directory, copy, { recursive: true });
      truncateSync(journalFile(copy), cut);
      const manager = await openProduction(copy);
      expect(await manager.getTotalSpending()).toBe(0.1);
      await manager.addCost({ sessionId, phase: 'script', operation: 'step', cost: '0.20', key: 'last' });
      expect(await manager.getTotalSpending()).toBe(0.3);
      await expectSound(manager);
      await manager.close();
    }
  });

  test('given a line that a document tells of was torn away, when it is opened, then the loss is reported and nothing is written', async () => {
    const { directory } = await closedProduction();
    const file = journalFile(directory);
    truncateSync(file, readFileSync(file).length - 20);
    const before = journalText(directory);
    await expect(ProductionStateManager.open({ directory })).rejects.toMatchObject({
      code: 'journal_damaged',
      remedy: 'operator',
    });
    expect(journalText(directory)).toBe(before);
  });

  const edits: [string, (text: string) => string][] = [
    ['null', () => 'null'],
    ['empty', () => ''],
    ['an array', () => '[1,2]\n'],
    ['of another shape', () => '{"active_episodes": 7, "showrunner": null}'],
    ['truncated', (text) => text.slice(0, text.length / 2)],
    ['edited by hand', (text) => text.replace('"total_cost": 0.3', '"total_cost": 99.9')],
    [
      'edited and parsed anew',
      (text) => JSON.stringify({ ...(JSON.parse(text) as object), total_episodes: 12 }, undefined, 2),
    ],
    ['binary', () => '\u0000\u0001\u0002'.repeat(500)],
  ];

  test.each(edits)(
    'given state.json is %s, when it is opened, then it is made again from the journal',
    async (_, edit) => {
      const { directory, sessionId } = await closedProduction();
      const path = join(directory, 'state.json');
      writeFileSync(path, edit(readFileSync(path, 'utf8')));
      const manager = await openProduction(directory);
      expect(await manager.getTotalSpending()).toBe(0.3);
      expect((await manager.getGlobalMetrics()).total_episodes).toBe(1);
      await manager.close();
      expect(readJson(path)).toMatchObject({
        total_cost: 0.3,
        total_episodes: 1,
        active_episodes: { [sessionId]: { total_cost: 0.3 } },
      });
    },
  );

  test.each(edits)(
    'given session.json is %s, when it is opened, then the episode is what the journal says',
    async (_, edit) => {
      const { directory, sessionId } = await closedProduction();
      const path = join(directory, sessionId, 'session.json');
      writeFileSync(path, edit(readFileSync(path, 'utf8')));
      const manager = await openProduction(directory);
      expect(await manager.getEpisodeCost(sessionId)).toBe(0.3);
      await manager.addCost({ sessionId, phase: 'script', operation: 'step', cost: '0.01' });
      await expectSound(manager);
      await manager.close();
      expect(readJson(path)).toMatchObject({ total_cost: 0.31 });
      await expectSameDocumentsWhenRebuilt(directory);
    },
  );

  test('given session.json is deleted, when it is opened, then it is made again though nobody asked for it', async () => {
    const { directory, sessionId } = await closedProduction();
    rmSync(join(directory, sessionId, 'session.json'));
    const manager = await openProduction(directory);
    expect(await manager.getPhaseStatus(sessionId, 'research')).toBe('complete');
    await manager.close();
    expect(readJson(directory, sessionId, 'session.json')).toMatchObject({ total_cost: 0.3 });
  });

  test.each([
    ['is deleted', (path: string) => rmSync(path)],
    ['is torn', (path: string) => truncateSync(path, 40)],
    ["is another phase's", (path: string) => cpSync(path.replace('research', 'script'), path)],
  ])(
    "given a phase's checkpoint.json %s, when the episode is looked at, then all checkpoints' documents are as they were",
    async (_, damage) => {
      const { directory, sessionId } = await closedProduction();
      const first = await openProduction(directory);
      await first.createCheckpoint({ sessionId, checkpointName: 'draft', data: { words: 7 } });
      await first.updatePhase({ sessionId, phase: 'script', status: 'complete' });
      await first.close();
      const files = ['research/checkpoint.json', 'script/checkpoint.json', 'checkpoints/draft.json'].map(
        (name) => join(directory, sessionId, name),
      );
      const before = files.map((file) => readFileSync(file, 'utf8'));
      damage(files[0] ?? '');
      rmSync(files[2] ?? '');
      const manager = await openProduction(directory);
      await manager.getPhaseStatus(sessionId, 'research');
      await manager.getSnapshot(sessionId);
      await manager.close();
      expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(before);
    },
  );

  test('given an older session.json is put back, when it is opened, then the newer commits count', async () => {
    const { directory, sessionId } = await closedProduction();
    const path = join(directory, sessionId, 'session.json');
    const old = readFileSync(path);
    const manager = await openProduction(directory);
    await manager.addCost({ sessionId, phase: 'script', operation: 'step', cost: '0.40' });
    await manager.close();
    writeFileSync(path, old);
    const again = await openProduction(directory);
    expect(await again.getEpisodeCost(sessionId)).toBe(0.7);
    await expectSound(again);
  });

  const losses: [string, (directory: string, sessionId: string) => void][] = [
    ['is deleted', (directory) => rmSync(join(directory, 'journal'), { recursive: true })],
    ['is emptied', (directory) => rmSync(journalFile(directory))],
    [
      'is deleted and state.json is damaged',
      (directory) => {
        rmSync(join(directory, 'journal'), { recursive: true });
        writeFileSync(join(directory, 'state.json'), 'null');
      },
    ],
    [
      'is deleted together with state.json',
      (directory) => {
        rmSync(join(directory, 'journal'), { recursive: true });
        rmSync(join(directory, 'state.json'));
      },
    ],
    ['is truncated to nothing', (directory) => truncateSync(journalFile(directory), 0)],
    [
      'is truncated to nothing and state.json deleted',
      (directory) => {
        truncateSync(journalFile(directory), 0);
        rmSync(join(directory, 'state.json'));
      },
    ],
    [
      "is another production's, shorter",
      (directory) => {
        const text = readFileSync(journalFile(directory), 'utf8');
        writeFileSync(journalFile(directory), text.slice(0, text.indexOf('\n') + 1));
      },
    ],
  ];

  test.each(losses)(
    'given the journal %s, when it is opened, then it is refused and no document is overwritten',
    async (_, lose) => {
      const { directory, sessionId } = await closedProduction();
      lose(directory, sessionId);
      const session = readFileSync(join(directory, sessionId, 'session.json'), 'utf8');
      for (let tries = 0; tries < 2; tries += 1) {
        const error: unknown = await ProductionStateManager.open({ directory }).then(
          (manager) => manager.close(),
          (reason: unknown) => reason,
        );
        expect(['import_invalid', 'journal_damaged']).toContain(
          (error as { code?: string } | undefined)?.code,
        );
      }
      expect(readFileSync(join(directory, sessionId, 'session.json'), 'utf8')).toBe(session);
    },
  );

  test("given a session's folder of another production, when it is copied here, then it is no session of this one", async () => {
    const other = await closedProduction();
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    for (let n = 2; n < 9; n += 1) await manager.createEpisodeSession({ episodeNum: n, topic: 'Mine' });
    cpSync(join(other.directory, other.sessionId), join(directory, other.sessionId), { recursive: true });
    await expect(manager.getEpisodeState(other.sessionId)).rejects.toMatchObject({ code: 'session_unknown' });
    await expect(
      manager.addCost({ sessionId: other.sessionId, phase: 'research', operation: 'step', cost: '1' }),
    ).rejects.toMatchObject({ code: 'session_unknown' });
    expect(await manager.getTotalSpending()).toBe(0);
    await expectSound(manager);
  });

  test('given rubbish in the folders, when it is opened, then it is passed over', async () => {
    const { directory, sessionId } = await closedProduction();
    writeFileSync(join(directory, '.tmp-state.json-1'), '{');
    writeFileSync(join(directory, 'journal', '.tmp-abc'), '{');
    writeFileSync(join(directory, 'journal', 'notes.txt'), 'hello');
    mkdirSync(join(directory, 'ep_nonsense'));
    appendFileSync(journalFile(directory), 'half a line');
    const manager = await openProduction(directory);
    expect(await manager.getEpisodeCost(sessionId)).toBe(0.3);
    await manager.addCost({ sessionId, phase: 'script', operation: 'step', cost: '0.1' });
    await expectSound(manager);
  });
});
