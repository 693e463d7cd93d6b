import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { SessionId } from '../../machines/index.js';
import type { ProductionStateManager } from '../../src/index.js';
import { Journal } from '../../src/journal/index.js';
import { journalText, openProduction, readJson } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const segmentBytes = 20_000;

/** Three episodes that take turns; some of their data may look like the journal's own lines. */
async function interleaved(
  directory: string,
  { lookalikes }: { lookalikes: boolean },
): Promise<{ manager: ProductionStateManager; ids: string[] }> {
  const manager = await openProduction(directory, { segmentBytes });
  const ids: string[] = [];
  for (let n = 1; n <= 3; n += 1)
    ids.push(await manager.createEpisodeSession({ episodeNum: n, topic: `Past ${n}` }));
  for (const sessionId of ids) await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  for (let n = 0; n < 120; n += 1) {
    const [sessionId = '', other = ''] = [ids[n % 3], ids[(n + 1) % 3]];
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.001', key: `k${n}` });
    if (lookalikes && n % 9 === 0)
      await manager.createCheckpoint({
        sessionId,
        checkpointName: `c${n}`,
        data: { session: other, snapshot: { status: 'active' }, nested: [{ session: other }] },
      });
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

/** What is read of journals from now on, on their own. */
function countedReads(): { characters: number; lines: number } {
  const read = { characters: 0, lines: 0 };
  const { scan } = Journal.prototype;
  vi.spyOn(Journal.prototype, 'scan').mockImplementation(function counted(this: Journal, onEntry, range) {
    scan.call(
      this,
      (entry) => {
        read.characters += entry.text.length;
        read.lines += 1;
        onEntry(entry);
      },
      range,
    );
  });
  onTestFinished(() => void vi.restoreAllMocks());
  return read;
}

describe("an episode's past", () => {
  test('given it was asked for before, when it is asked for again and more has happened, then it is what a fresh handle reads', async () => {
    const directory = temporaryDirectory();
    const { manager, ids } = await interleaved(directory, { lookalikes: true });
    expect(await pastOf(manager, ids)).toEqual(await pastOf(await openProduction(directory), ids));
    const other = await openProduction(directory, { segmentBytes });
    for (const sessionId of ids)
      await other.updatePhase({ sessionId, phase: 'research', status: 'complete' });
    const [created] = await manager.history(ids[0] ?? '');
    expect(await manager.stateAt(ids[0] ?? '', created?.position ?? 0)).toMatchObject({
      context: { money: { spent: 0 } },
    });
    expect(await pastOf(manager, ids)).toEqual(await pastOf(await openProduction(directory), ids));
  });

  test('given the past is known, when one moment is asked for, then only the lines near it are read', async () => {
    const directory = temporaryDirectory();
    const { manager, ids } = await interleaved(directory, { lookalikes: false });
    const [sessionId = ''] = ids;
    const position = (await manager.history(sessionId)).at(-1)?.position ?? 0;
    const all = journalText(directory).length;
    const read = countedReads();
    expect(await manager.stateAt(sessionId, position)).toMatchObject({ context: { sessionId } });
    expect(read.characters).toBeLessThan(all * 0.5);
    // Its own since the last whole snapshot, and none of the others' between them; one more to see that nothing has come.
    expect(read.lines).toBeLessThanOrEqual(34);
  });

  test('given a journal that is read a few commits at a time, when that is done, then each line was read once', async () => {
    const directory = temporaryDirectory();
    const { manager } = await interleaved(directory, { lookalikes: true });
    const { position } = manager.production;
    const all = manager.production.commitsAfter(0).next(1000, position);
    const read = countedReads();
    const few = manager.production.commitsAfter(0);
    const found: unknown[][] = [];
    for (let some = few.next(7, position); some.length > 0; some = few.next(7, position)) found.push(some);
    expect(found.flat()).toEqual(all);
    expect(found[0]).toHaveLength(7);
    expect(read.lines).toBe(all.length);
  });

  test('given the past is known, when it is walked again, then nothing is read beyond its last commit', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const ids: string[] = [];
    for (let episodeNum = 1; episodeNum <= 5; episodeNum += 1)
      ids.push(await manager.createEpisodeSession({ episodeNum, topic: 'One of five' }));
    const [id = ''] = ids;
    const history = await manager.history(id);
    const read = countedReads();
    expect(await manager.history(id)).toEqual(history);
    expect(read.lines).toBe(1);
  });

  test('given a past that was looked at, when it is looked at again, then what has come since is read and given, and no more', async () => {
    const directory = temporaryDirectory();
    const { manager, ids } = await interleaved(directory, { lookalikes: true });
    const sessionId = ids[0] as SessionId;
    const past = manager.production.past(sessionId);
    const seen = past.next();
    expect(seen).toEqual(await manager.history(sessionId));
    expect(past.next()).toEqual([]);
    const read = countedReads();
    for (const each of ids)
      await manager.addCost({ sessionId: each, phase: 'research', operation: 'step', cost: '0.01' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', cost: '0.05' });
    read.lines = 0;
    const fresh = past.next();
    expect(read.lines).toBe(4);
    expect(fresh.map(({ type, total_cost: spent }) => `${type}, ${spent}`)).toEqual([
      'cost.recorded, 0.05',
      'phase.complete, 0.05',
      'cost.recorded, 0.1',
    ]);
    expect(past.next()).toEqual([]);
    expect([...seen, ...fresh]).toEqual(await (await openProduction(directory)).history(sessionId));
  });

  test('given keys that were used, when they are used again, then the past is read once, and from there on', async () => {
    const manager = await openProduction(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Keys' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    const pay = (key: string, cost = '0.01') =>
      manager.addCost({ sessionId, phase: 'research', operation: 'step', cost, key });
    for (const key of ['a', 'b', 'c']) await pay(key);
    const read = countedReads();
    for (const key of ['a', 'b', 'c', 'a']) await pay(key);
    const once = read.lines;
    expect(once).toBeLessThan(8);
    await pay('d');
    await pay('d');
    expect(read.lines).toBe(once + 1);
    await expect(pay('d', '0.02')).rejects.toMatchObject({ code: 'key_reused' });
    expect(await manager.getEpisodeCost(sessionId)).toBe(0.04);
  });

  test('given a past of some commits, when it is read, then it is told how far, up to its end', async () => {
    const directory = temporaryDirectory();
    const { manager, ids } = await interleaved(directory, { lookalikes: false });
    const told: [number, number][] = [];
    await manager.history(ids[0] ?? '', { onJournal: (read, end) => told.push([read, end]) });
    const { position } = manager.production;
    expect(told.at(-1)).toEqual([position, position]);
    expect(told.map(([read]) => read)).toEqual(told.map(([read]) => read).toSorted((a, b) => a - b));
    expect(new Set(told.map(([, end]) => end))).toEqual(new Set([position]));
  });

  test('given each moment was kept as it was, when the past is asked for, then every moment is that again, with its state and money', async () => {
    const manager = await openProduction(temporaryDirectory());
    const heard: number[] = [];
    manager.on('commit', ({ position }) => heard.push(position));
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Moments' });
    const moments = [await manager.getSnapshot(sessionId)];
    const steps = [
      () => manager.updatePhase({ sessionId, phase: 'research', status: 'active' }),
      () => manager.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.15' }),
      () => manager.pause({ sessionId, reason: 'lunch' }),
      () => manager.markPhaseFailed({ sessionId, phase: 'research', error: 'timed out' }),
      () => manager.initiateRecovery(sessionId),
    ];
    for (const step of steps) {
      await step();
      moments.push(await manager.getSnapshot(sessionId));
    }
    const history = await manager.history(sessionId);
    expect(history.map(({ type, state, total_cost: cost }) => [type, state, cost])).toEqual([
      ['episode.created', 'initialized', 0],
      ['phase.start', 'research.active', 0],
      ['cost.recorded', 'research.active', 0.15],
      ['phase.pause', 'research.paused', 0.15],
      ['phase.failed', 'failed', 0.15],
      ['recovery.begin', 'recovery', 0.15],
    ]);
    expect(await Promise.all(history.map(({ position }) => manager.stateAt(sessionId, position)))).toEqual(
      moments,
    );
    expect(await Promise.all(heard.slice(1).map((position) => manager.stateAt(sessionId, position)))).toEqual(
      moments.slice(0, -1),
    );
  });

  test.each([-1, 0.5, Number.NaN, Infinity, '7', null, undefined])(
    'given %s as a position, then it is refused by name',
    async (position) => {
      const manager = await openProduction(temporaryDirectory());
      const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Where' });
      await expect(manager.stateAt(sessionId, position as number)).rejects.toMatchObject({
        code: 'invalid_input',
        field: 'position',
      });
    },
  );

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
