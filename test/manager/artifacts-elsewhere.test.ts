import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProductionStateManager, folderStore, type ArtifactStore, type Crew } from '../../src/index.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const large = 'bees dance '.repeat(8000);
const sources = 'research/sources/notes.md';

/** An episode whose research is done on one machine, with a large result, large data and a file; the store has what the journal refers to. */
async function givenResearched(store: ArtifactStore | string) {
  const directory = temporaryDirectory();
  const manager = await openProduction(directory, { artifacts: store });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Why bees dance' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  await manager.reserveCost({
    sessionId,
    phase: 'research',
    operation: 'search',
    key: 'q1',
    maxCost: '0.50',
  });
  await manager.settleCost({ sessionId, key: 'q1', cost: '0.20', result: { text: large } });
  mkdirSync(join(directory, sessionId, 'research', 'sources'));
  writeFileSync(join(directory, sessionId, sources), 'The dance tells where.');
  await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data: { findings: large } });
  await manager.close();
  return { directory, sessionId };
}

/** Another machine: it has the journal, and nothing else. */
async function elsewhere(from: string, store?: ArtifactStore | string): Promise<ProductionStateManager> {
  const directory = temporaryDirectory();
  cpSync(join(from, 'journal'), join(directory, 'journal'), { recursive: true });
  return openProduction(directory, store === undefined ? {} : { artifacts: store });
}

/** What a worker gets of the research. */
function crewThatReads(seen: unknown[]): Crew {
  return {
    name: 'reader',
    version: '1',
    research: () => Promise.reject(new Error('the research is done')),
    async script(context) {
      const { earlier } = context;
      seen.push(earlier.research?.data, Buffer.from((await context.readArtifact(sources)) ?? []).toString());
      await context.writeArtifact('script.json', '{"lines":[]}');
      return { lines: 0 };
    },
    audio: () => Promise.resolve({}),
  };
}

describe('artifacts that another machine has made', () => {
  test('given research was done elsewhere, when a machine with the journal alone goes on, then its files and payloads are there, and the audit holds before and after', async () => {
    const store = join(temporaryDirectory(), 'shared');
    const { directory, sessionId } = await givenResearched(store);
    const manager = await elsewhere(directory, store);
    expect(await manager.verify()).toMatchObject({ ok: true, problems: [] });
    const here = manager.production.directory;
    expect(existsSync(join(here, sessionId, sources))).toBe(false);
    expect((await manager.loadCheckpoint(sessionId, 'research')).data).toEqual({ findings: large });
    expect(await manager.getOperationResult(sessionId, 'q1')).toEqual({ text: large });
    const seen: unknown[] = [];
    await manager.produce(sessionId, crewThatReads(seen));
    expect(seen).toEqual([{ findings: large }, 'The dance tells where.']);
    expect(readFileSync(join(here, sessionId, sources), 'utf8')).toBe('The dance tells where.');
    expect(await manager.verify()).toMatchObject({ ok: true, problems: [] });
  });

  test('given a machine ended in the middle of a phase, when another goes on, then the files that paid calls had made are there, and nothing is called twice', async () => {
    const store = join(temporaryDirectory(), 'shared');
    const { directory, sessionId } = await givenResearched(store);
    const first = await openProduction(directory, { artifacts: store });
    let calls = 0;
    const read: string[] = [];
    const ends = new AbortController();
    const crew = (onSpoken: () => void): Crew => ({
      ...crewThatReads([]),
      async script(context) {
        const line = await context.operation('speak', { key: 'line-1', maxCost: '0.10' }, async () => {
          calls += 1;
          return { result: { of: [await context.writeArtifact('lines/1.txt', 'A line.')] }, cost: '0.05' };
        });
        onSpoken();
        context.signal.throwIfAborted();
        read.push(String(Buffer.from((await context.readArtifact(line.of[0]?.path ?? '')) ?? [])));
        return {};
      },
    });
    await first.produce(
      sessionId,
      crew(() => ends.abort()),
      { signal: ends.signal },
    );
    await first.close();
    const manager = await elsewhere(directory, store);
    expect(
      (
        await manager.produce(
          sessionId,
          crew(() => {}),
        )
      ).outcome,
    ).toBe('complete');
    expect({ calls, read }).toEqual({ calls: 1, read: ['A line.'] });
    expect(await manager.getPhaseCost(sessionId, 'script')).toBe(0.05);
    expect(await manager.verify()).toMatchObject({ ok: true, problems: [] });
  });

  test('given there is no store, when another machine goes on, then it says what is missing', async () => {
    const { directory, sessionId } = await givenResearched(join(temporaryDirectory(), 'shared'));
    const manager = await elsewhere(directory);
    await expect(manager.loadCheckpoint(sessionId, 'research')).rejects.toMatchObject({
      code: 'artifact_invalid',
    });
    expect((await manager.verify()).problems.map(({ what }) => what).join()).toMatch(/missing/);
  });

  test('given what the store has was altered, lengthened or cut, when another machine goes on, then that is told, and nothing of it is taken', async () => {
    for (const alter of [
      (bytes: Buffer) => Buffer.concat([bytes.subarray(1), Buffer.from('!')]),
      (bytes: Buffer) => Buffer.concat([bytes, bytes]),
      (bytes: Buffer) => bytes.subarray(1),
    ]) {
      const store = join(temporaryDirectory(), 'shared');
      const { directory, sessionId } = await givenResearched(store);
      for (const path of filesBelow(store)) writeFileSync(path, alter(readFileSync(path)));
      const manager = await elsewhere(directory, store);
      await expect(manager.loadCheckpoint(sessionId, 'research')).rejects.toMatchObject({
        code: 'artifact_invalid',
      });
      const { ok, problems } = await manager.verify();
      expect(ok, JSON.stringify(problems)).toBe(false);
      expect(filesBelow(manager.production.directory).filter((path) => path.includes('checkpoints'))).toEqual(
        [],
      );
    }
  });

  test('given a file was altered here, when the episode goes on, then the store’s does not take its place', async () => {
    const store = join(temporaryDirectory(), 'shared');
    const { directory, sessionId } = await givenResearched(store);
    const manager = await openProduction(directory, { artifacts: store });
    writeFileSync(join(directory, sessionId, sources), 'Edited by hand.');
    const { outcome } = await manager.produce(sessionId, crewThatReads([]));
    expect(outcome).not.toBe('complete');
    expect(readFileSync(join(directory, sessionId, sources), 'utf8')).toBe('Edited by hand.');
  });

  test('given the store cannot be written, when a phase ends, then nothing is committed that refers to what it does not have', async () => {
    const folder = temporaryDirectory();
    const isDown = { now: false };
    const whole = folderStore(folder);
    const store: ArtifactStore = {
      ...whole,
      put: (file, path) =>
        isDown.now ? Promise.reject(new Error('connect ECONNREFUSED')) : whole.put(file, path),
    };
    const directory = temporaryDirectory();
    const manager = await openProduction(directory, { artifacts: store });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Why bees dance' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    writeFileSync(join(directory, sessionId, 'research', 'notes.md'), 'The dance tells where.');
    isDown.now = true;
    const end = () => manager.updatePhase({ sessionId, phase: 'research', status: 'complete' });
    await expect(end()).rejects.toMatchObject({
      code: 'artifacts_unavailable',
      message: expect.stringMatching(/keep research\/notes\.md in the folder .* ECONNREFUSED/) as string,
    });
    expect(await manager.getPhaseStatus(sessionId, 'research')).toBe('active');
    isDown.now = false;
    await end();
    expect(await manager.getPhaseStatus(sessionId, 'research')).toBe('complete');
    expect(filesBelow(folder)).toHaveLength(1);
  });

  test('given a secret got into what the store has, when it is taken out of the production, then the store has it no more, and another machine goes on', async () => {
    const store = join(temporaryDirectory(), 'shared');
    const { directory, sessionId } = await givenResearched(store);
    const count = filesBelow(store).length;
    const isThere = () => filesBelow(store).some((path) => readFileSync(path).includes('tells where'));
    expect(isThere()).toBe(true);
    const text = 'tells where';
    const done = await ProductionStateManager.redact({
      directory,
      text,
      by: 'Ada',
      reason: 'a key',
      artifacts: store,
    });
    expect(done.left).toEqual([]);
    expect(isThere()).toBe(false);
    expect(filesBelow(store)).toHaveLength(count);
    const manager = await elsewhere(directory, store);
    const seen: unknown[] = [];
    await manager.produce(sessionId, crewThatReads(seen));
    expect(seen[1]).toMatch(/^The dance \S+.$/);
    expect(await manager.verify()).toMatchObject({ ok: true });
  });

  test('given an episode was forked on one machine, when another goes on with both, then both have what they need', async () => {
    const store = join(temporaryDirectory(), 'shared');
    const { directory, sessionId } = await givenResearched(store);
    const first = await openProduction(directory, { artifacts: store });
    const forkId = await first.forkEpisode({ sessionId, checkpointName: 'research' });
    await first.close();
    const manager = await elsewhere(directory, store);
    for (const id of [sessionId, forkId]) {
      const seen: unknown[] = [];
      await manager.produce(id, crewThatReads(seen));
      expect(seen).toEqual([{ findings: large }, 'The dance tells where.']);
    }
    rmSync(join(manager.production.directory, forkId), { recursive: true });
    expect((await manager.loadCheckpoint(forkId, 'research')).data).toEqual({ findings: large });
  });
});

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
}
