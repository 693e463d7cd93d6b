import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ProductionStateManager } from '../../src/index.js';
import { journalText, openProduction, readJson } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const segmentBytes = 20_000;

/** Three episodes that take turns; some of their data may look like the journal's own lines. */
async function interleaved(directory: string, { lookalikes }: { lookalikes: boolean }): Promise<{ manager: ProductionStateManager; ids: string[] }> {
  const manager = await openProduction(directory, { segmentBytes });
  const ids: string[] = [];
  for (let n = 1; n <= 3; n += 1) ids.push(await manager.createEpisodeSession({ episodeNum: n, topic: `Past ${n}` }));
  for (const sessionId of ids) await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  for (let n = 0; n < 120; n += 1) {
    const [sessionId = '', other = ''] = [ids[n % 3], ids[(n + 1) % 3]];
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.001', key: `k${n}` });
    if (lookalikes && n % 9 === 0) await manager.createCheckpoint({ sessionId, checkpointName: `c${n}`, data: { session: other, snapshot: { status: 'active' }, nested: [{ session: other }] } });
  }
  return { manager, ids };
}

async function pastOf(manager: ProductionStateManager, ids: readonly string[]): Promise<unknown[]> {
  const past: unknown[] = [];
  for (const id of ids) {
    const history = await manager.history(id);
    past.push(history.map(({ position, type, total_cost: cost }) => [position, type, cost]));
    for (const { position } of history) past.push(await manager.stateAt(id, position));
  }
  return past;
}

describe("an episode's past", () => {
  test('given it was asked for before, when it is asked for again and more has happened, then it is what a fresh handle reads', async () => {
    const directory = temporaryDirectory();
    const { manager, ids } = await interleaved(directory, { lookalikes: true });
    expect(await pastOf(manager, ids)).toEqual(await pastOf(await openProduction(directory), ids));
    const other = await openProduction(directory, { segmentBytes });
    for (const sessionId of ids) await other.updatePhase({ sessionId, phase: 'research', status: 'complete' });
    const [created] = await manager.history(ids[0] ?? '');
    expect(await manager.stateAt(ids[0] ?? '', created?.position ?? 0)).toMatchObject({ context: { money: { spent: 0 } } });
    expect(await pastOf(manager, ids)).toEqual(await pastOf(await openProduction(directory), ids));
  });

  test('given the past is known, when one moment is asked for, then only the lines near it are read', async () => {
    const directory = temporaryDirectory();
    const { manager, ids } = await interleaved(directory, { lookalikes: false });
    const [sessionId = ''] = ids;
    const position = (await manager.history(sessionId)).at(-1)?.position ?? 0;
    const all = journalText(directory).length;
    let read = 0;
    const { journal } = manager.production;
    const { scan } = journal;
    journal.scan = (onEntry, range) => scan.call(journal, (entry) => {
      read += entry.text.length;
      onEntry(entry);
    }, range);
    expect(await manager.stateAt(sessionId, position)).toMatchObject({ context: { sessionId } });
    expect(read).toBeLessThan(all * 0.5);
  });

  test('given a checkpoint, when its document says something else than what was saved, then the journal is believed', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Believed' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await manager.createCheckpoint({ sessionId, checkpointName: 'notes', data: { words: 7 } });
    await manager.close();
    const again = await openProduction(directory);
    expect((await again.loadCheckpoint(sessionId, 'notes')).data).toEqual({ words: 7 });
    const path = join(directory, sessionId, 'checkpoints/notes.json');
    writeFileSync(path, JSON.stringify({ ...readJson(path), data: { words: 8 } }, undefined, 2));
    expect((await again.loadCheckpoint(sessionId, 'notes')).data).toEqual({ words: 7 });
  });
});
