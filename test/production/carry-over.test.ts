import { appendFileSync, cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nodeDisk } from '../../src/disk/node-disk.js';
import { ProductionError, ProductionStateManager, type RemoteLog } from '../../src/index.js';
import { carryOver } from '../../src/journal/index.js';
import { encodeLines, noCrc } from '../../src/journal/line.js';
import { machineIdentity } from '../../src/production/machine-identity.js';
import { MemoryLog } from '../../src/testing/memory-log.js';
import { costKeys, expectSound, journalText } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const chunkBytes = 2000;

function move(directory: string, log: RemoteLog) {
  return carryOver({
    disk: nodeDisk,
    directory: join(directory, 'journal'),
    log,
    machine: machineIdentity,
    program: 'showrunner 1.2.3',
    now: () => '2026-11-29T12:00:00.000Z',
    chunkBytes,
  });
}

/** A production of files with several segments, one of them compressed, and with lines that do not count. */
async function ofFiles(): Promise<{ directory: string; sessionId: string; manager: ProductionStateManager }> {
  const directory = temporaryDirectory();
  const open = () => ProductionStateManager.open({ directory, segmentBytes: 3000 });
  const first = await open();
  const sessionId = await first.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  await first.updatePhase({ sessionId, phase: 'research', status: 'active' });
  for (let n = 0; n < 6; n += 1)
    await first.addCost({ sessionId, phase: 'research', operation: 'ask', cost: '0.01', key: `q${n}` });
  first.production.compact();
  await first.close();
  const folder = join(directory, 'journal');
  const last = readdirSync(folder).toSorted().at(-1) ?? '';
  // A seal that came second, and a torn line.
  const late = encodeLines(5, noCrc, [{ kind: 'seal', text: '{"next":200}' }]);
  appendFileSync(join(folder, last), late.bytes);
  appendFileSync(join(folder, last), '{"position":12,"torn');
  const manager = await open();
  onTestFinished(() => manager.close().catch(() => {}));
  await manager.addCost({ sessionId, phase: 'research', operation: 'ask', cost: '0.01', key: 'q6' });
  return { directory, sessionId, manager };
}

const keys = ['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q6'];

async function connect(log: RemoteLog, directory: string): Promise<ProductionStateManager> {
  const manager = await ProductionStateManager.connect({ log, directory });
  onTestFinished(() => manager.close().catch(() => {}));
  return manager;
}

/** A client that is gone after so many appends; what it did land is there. */
function failing(log: RemoteLog, after: number): RemoteLog {
  let appends = 0;
  return Object.assign(Object.create(log) as RemoteLog, {
    append: async (...given: Parameters<RemoteLog['append']>) => {
      appends += 1;
      if (appends > after) throw new ProductionError('journal_unavailable', 'the network is away.');
      const answer = await log.append(...given);
      if (appends === after) throw new ProductionError('journal_unavailable', 'the answer was lost.');
      return answer;
    },
  });
}

describe('a production of files that is moved into a log', () => {
  test('then the log has the same bytes, the folder goes on as its copy, and another machine has all of it', async () => {
    const { directory, sessionId, manager } = await ofFiles();
    await manager.close();
    const log = new MemoryLog();
    const { bytes, lines } = await move(directory, log.connect());
    expect(journalText(directory)).toHaveLength(bytes);
    expect(lines).toBe(journalText(directory).split('\n').length - 1);
    const [here, there] = [
      await connect(log.connect(), directory),
      await connect(log.connect(), temporaryDirectory()),
    ];
    await there.addCost({ sessionId, phase: 'research', operation: 'ask', cost: '0.01', key: 'there' });
    await here.addCost({ sessionId, phase: 'research', operation: 'ask', cost: '0.01', key: 'here' });
    await there.getEpisodeState(sessionId);
    for (const each of [here, there]) {
      expect(await costKeys(each, sessionId)).toEqual([...keys, 'there', 'here']);
      await expectSound(each);
    }
    expect(journalText(directory)).toBe(journalText(there.production.directory));
  });

  test('given it is killed at any append, when it is begun again, then it goes on where it was', async () => {
    let after = 0;
    for (let died = true; died; after += 1) {
      const { directory, sessionId, manager } = await ofFiles();
      await manager.close();
      const log = new MemoryLog();
      died = await move(directory, failing(log.connect(), after)).then(
        () => false,
        () => true,
      );
      if (died) await move(directory, log.connect());
      const { end } = await log.connect().end();
      const there = await connect(log.connect(), temporaryDirectory());
      // Once more changes nothing, also when the log has gone on.
      await move(directory, log.connect());
      expect(await log.connect().end()).toMatchObject({ end });
      await there.updatePhase({ sessionId, phase: 'research', status: 'complete' });
      await move(directory, log.connect());
      await (await connect(log.connect(), directory)).getEpisodeState(sessionId);
      expect(journalText(directory)).toBe(journalText(there.production.directory));
      expect(await costKeys(there, sessionId)).toEqual(keys);
      await expectSound(there);
    }
    expect(after).toBeGreaterThan(3);
  });

  test('given a process has it open meanwhile, then what it had acknowledged goes along, and it is refused from then on', async () => {
    const { directory, sessionId, manager } = await ofFiles();
    const log = new MemoryLog();
    await move(directory, log.connect());
    const late = manager.addCost({
      sessionId,
      phase: 'research',
      operation: 'ask',
      cost: '0.01',
      key: 'late',
    });
    await expect(late).rejects.toMatchObject({ code: 'journal_unavailable' });
    await expect(ProductionStateManager.open({ directory })).rejects.toMatchObject({
      code: 'journal_unavailable',
    });
    const there = await connect(log.connect(), temporaryDirectory());
    expect(await costKeys(there, sessionId)).toEqual(keys);
  });

  test('given a back-up from before, when it is moved as well, then the log is left as it is, and so is the back-up', async () => {
    const { directory, manager } = await ofFiles();
    await manager.close();
    const old = temporaryDirectory();
    cpSync(directory, old, { recursive: true });
    const log = new MemoryLog();
    await move(directory, log.connect());
    const { end } = await log.connect().end();
    await expect(move(old, log.connect())).rejects.toMatchObject({ code: 'journal_replaced' });
    expect(await log.connect().end()).toMatchObject({ end });
    await (await ProductionStateManager.open({ directory: old })).close();
  });

  test('given the log has something else, then it is refused, and the production stays one of files', async () => {
    const { directory, sessionId, manager } = await ofFiles();
    const log = new MemoryLog();
    const other = await connect(log.connect(), temporaryDirectory());
    await other.createEpisodeSession({ episodeNum: 7, topic: 'Wasps' });
    const before = journalText(directory);
    await expect(move(directory, log.connect())).rejects.toMatchObject({ code: 'journal_replaced' });
    expect(journalText(directory)).toBe(before);
    await manager.addCost({ sessionId, phase: 'research', operation: 'ask', cost: '0.01', key: 'q7' });
    expect(await costKeys(manager, sessionId)).toEqual([...keys, 'q7']);
  });
});
