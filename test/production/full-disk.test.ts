import { appendFileSync, readdirSync, rmSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { startStudio } from '../studio/studio-process.js';
import { run } from '../support/cli.js';
import { mayMount, mountSmall } from '../support/mount.js';
import { costKeys, expectDocumentsParse, expectSound, openProduction } from '../support/production.js';

/** Fills what is left of a file system, but for a few bytes. */
function fill(directory: string, leave: number): void {
  const { bavail, bsize } = statfsSync(directory);
  writeFileSync(join(directory, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - leave)));
}

// Where mounting is not permitted these are skipped; in CI they fail instead, so that nobody believes they ran.
describe.skipIf(!mayMount && !process.env['CI'])('a real disk', () => {
  /** An episode with a checkpoint and a cost whose documents are behind: its process was killed. */
  async function begun(production: string): Promise<{ sessionId: string; writer: ProductionStateManager }> {
    const writer = await openProduction(production);
    const sessionId = await writer.createEpisodeSession({ episodeNum: 1, topic: 'Full' });
    await writer.updatePhase({ sessionId, phase: 'research', status: 'active', cost: '0.1' });
    await writer.createCheckpoint({ sessionId, checkpointName: 'kept', data: { is: 'kept' } });
    return { sessionId, writer };
  }

  // What is said after a second of silence, as there is where six commands start at once on a busy machine.
  const progress = /^(?:auditing|checking|looking|reading) .*\n/gm;

  const asked = [['list'], ['show', '1'], ['history', '1'], ['metrics'], ['verify'], ['doctor']];

  /** What somebody finds who only looks: through a handle, the command line, and the studio. */
  async function lookedAt(production: string, sessionId: string) {
    const reader = await ProductionStateManager.open({ directory: production });
    const found = {
      cost: await reader.getEpisodeCost(sessionId),
      episodes: (await reader.listEpisodes()).length,
      kept: (await reader.loadCheckpoint(sessionId, 'kept')).data,
      events: (await reader.history(sessionId)).length,
      problems: (await reader.verify()).problems,
    };
    await reader.close();
    const told = await Promise.all(asked.map((args) => run(production, ...args)));
    const studio = await startStudio(production);
    const authorization = `Bearer ${studio.link.split('#token=')[1] ?? ''}`;
    const board = await fetch(`${studio.origin}/api/production`, { headers: { authorization } });
    await studio.kill();
    return {
      ...found,
      told: told.map(({ code, stdout, stderr }) => ({
        code,
        stderr: stderr.replaceAll(progress, ''),
        isSaid: stdout.length > 10,
      })),
      studio: board.status,
    };
  }

  const everything = {
    cost: 0.1,
    episodes: 1,
    kept: { is: 'kept' },
    events: 4,
    problems: [],
    told: asked.map(() => ({ code: 0, stderr: '', isSaid: true })),
    studio: 200,
  };

  // Cases from the field: 38.
  test('given a full disk and documents that are behind, when somebody only looks, then everything answers, the studio too, and closing is no error', async () => {
    const { directory } = mountSmall(512);
    const production = join(directory, 'production');
    const { sessionId } = await begun(production);
    rmSync(join(production, 'state.json'), { force: true });
    fill(directory, 0);
    expect(await lookedAt(production, sessionId)).toEqual(everything);
  });

  test('given a read-only file system and documents that are behind, when somebody only looks, then everything answers, the studio too', async () => {
    const { directory, readOnly } = mountSmall(512);
    const production = join(directory, 'production');
    const { sessionId, writer } = await begun(production);
    await writer.close();
    rmSync(join(production, 'state.json'));
    rmSync(join(production, sessionId, 'session.json'));
    readOnly(true);
    expect(await lookedAt(production, sessionId)).toEqual(everything);
  });

  test('given a file system that turns writable again, when the process that only looked pays, then it can', async () => {
    const { directory, readOnly } = mountSmall(512);
    const production = join(directory, 'production');
    const { sessionId, writer } = await begun(production);
    await writer.close();
    readOnly(true);
    const reader = await openProduction(production);
    const pay = () => reader.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' });
    await expect(pay()).rejects.toMatchObject({ code: 'journal_unavailable' });
    readOnly(false);
    expect((await pay()).total_cost).toBe(0.2);
    await reader.close();
  });

  test('given room for a commit and none for its documents, when the command line pays, then it says so, and does not fail', async () => {
    const { directory } = mountSmall(512);
    const production = join(directory, 'production');
    const { sessionId, writer } = await begun(production);
    await writer.close();
    const segment = join(production, 'journal', readdirSync(join(production, 'journal'))[0] ?? '');
    // A page of the journal is not full yet; a document needs one of its own.
    appendFileSync(segment, '~'.repeat(4096 - (statSync(segment).size % 4096) + 100));
    fill(directory, 0);
    const paid = await run(production, 'cost', '1', 'research', 'step', '0.10', '--json');
    expect(paid).toMatchObject({ code: 0, stderr: expect.stringContaining('done and on disk') as string });
    expect(paid.json()).toMatchObject({ episode: { total_cost: 0.2 } });
    const reader = await openProduction(production);
    expect(await reader.getEpisodeCost(sessionId)).toBe(0.2);
  });

  test('given the disk fills up, when work goes on, then what was acknowledged is there, and room is all it takes to go on', async () => {
    const { directory } = mountSmall(512);
    const production = join(directory, 'production');
    const manager = await openProduction(production);
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Full' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    fill(directory, 20_000);
    const acknowledged: string[] = [];
    const payUntilRefused = async (): Promise<never> => {
      for (let n = 0; ; n += 1) {
        await manager.addCost({
          sessionId,
          phase: 'research',
          operation: 'step',
          cost: '0.001',
          key: `k${n}`,
        });
        acknowledged.push(`k${n}`);
      }
    };
    await expect(payUntilRefused()).rejects.toMatchObject({
      code: 'journal_unavailable',
      remedy: 'operator',
      message: expect.stringContaining('free space'),
    });
    expect(acknowledged.length).toBeGreaterThan(5);
    await expect(
      manager.createCheckpoint({ sessionId, checkpointName: 'x', data: 'x'.repeat(200_000) }),
    ).rejects.toMatchObject({ code: 'document_unavailable', message: expect.stringContaining('free space') });
    rmSync(join(directory, 'ballast'));
    // The same process goes on, and so does the next.
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.001', key: 'room' });
    await manager.close();
    expectDocumentsParse(production);
    const again = await openProduction(production);
    const keys = await costKeys(again, sessionId);
    expect(keys).toEqual(expect.arrayContaining([...acknowledged, 'room']));
    expect(new Set(keys).size).toBe(keys.length);
    await expectSound(again);
  });

  test('given the file system turns read-only, when calls are made, then they are refused with an advice and reading goes on', async () => {
    const { directory, readOnly } = mountSmall(512);
    const production = join(directory, 'production');
    const manager = await openProduction(production);
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Read-only' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active', cost: '0.1' });
    await manager.close();
    readOnly(true);
    await expect(ProductionStateManager.open({ directory: join(directory, 'new') })).rejects.toMatchObject({
      code: 'journal_unavailable',
      remedy: 'operator',
    });
    const reader = await openProduction(production, { readOnly: true });
    expect(await reader.getEpisodeCost(sessionId)).toBe(0.1);
    await expectSound(reader);
    await expect(
      reader.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' }),
    ).rejects.toMatchObject({ code: 'production_closed' });
    await reader.close();
    const writer: unknown = await ProductionStateManager.open({ directory: production }).then(
      async (opened) => {
        const refused: unknown = await opened
          .addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' })
          .catch((reason: unknown) => reason);
        await opened.close().catch(() => {});
        return refused;
      },
      (reason: unknown) => reason,
    );
    expect(writer).toMatchObject({
      code: 'journal_unavailable',
      remedy: 'operator',
      message: expect.stringContaining('read-only'),
    });
    readOnly(false);
    const again = await openProduction(production);
    await again.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' });
    expect(await again.getEpisodeCost(sessionId)).toBe(0.2);
    await expectSound(again);
    await again.close();
  });
});
