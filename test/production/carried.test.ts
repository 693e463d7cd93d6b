import {
  appendFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ProductionError, parseSessionId, parseUsd, valueAt } from '../../machines/index.js';
import { planCost } from '../../src/calls/money-plans.js';
import { readProduceSettings, writeProduceSettings } from '../../src/documents/produce-settings.js';
import { ProductionStateManager, type ConnectOptions, type RemoteLog } from '../../src/index.js';
import { fixedClock } from '../../src/testing/index.js';
import { MemoryLog } from '../../src/testing/memory-log.js';
import { costKeys, expectSound, journalText } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

async function connect(
  log: RemoteLog,
  directory: string,
  options: Omit<ConnectOptions, 'log'> = {},
): Promise<ProductionStateManager> {
  const manager = await ProductionStateManager.connect({ log, directory, ...options });
  onTestFinished(() => manager.close().catch(() => {}));
  return manager;
}

/** A client that hears nothing of others: what it knows, it has asked for. */
function deaf(log: RemoteLog): RemoteLog {
  return { ...log, follow: () => () => {} };
}

async function twoMachines(options: Omit<ConnectOptions, 'log'> = {}) {
  const log = new MemoryLog();
  const folders = [temporaryDirectory(), temporaryDirectory()] as const;
  const one = await connect(deaf(log.connect()), folders[0], options);
  const other = await connect(deaf(log.connect()), folders[1], options);
  return { log, folders, one, other };
}

const lastSegment = (directory: string): string => {
  const folder = join(directory, 'journal');
  const segments = readdirSync(folder).filter((name) => /^\d/.test(name));
  return join(folder, segments.sort().at(-1) ?? '');
};

describe('a production whose journal a log carries', () => {
  test('given two machines, when one creates an episode, then the other can work on it at once, and both folders say the same', async () => {
    const { folders, one, other } = await twoMachines();
    const sessionId = await one.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    await other.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await one.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.15', key: 'q1' });
    expect((await other.getEpisodeState(sessionId)).total_cost).toBe(0.15);
    expect(journalText(folders[0])).toBe(journalText(folders[1]));
    await expectSound(one);
    await expectSound(other);
  });

  test('given an episode that another machine has made under a key, when it is asked for by its key, then its folders are there at once, and its settings can be kept', async () => {
    const { log, folders, one, other } = await twoMachines();
    const named = { key: 'bees', topic: 'Bees' };
    const sessionId = parseSessionId(await one.createEpisodeSession(named));
    expect(await other.createEpisodeSession(named)).toBe(sessionId);
    expect(readdirSync(join(folders[1], sessionId))).toEqual(
      expect.arrayContaining(['research', 'script', 'audio']),
    );
    const byId = await connect(deaf(log.connect()), temporaryDirectory());
    const settings = { crew: 'offline', crew_options: {} };
    expect(() => writeProduceSettings(byId.production, sessionId, settings)).not.toThrow();
    expect(readProduceSettings(byId.production.directory, sessionId)).toEqual(settings);
    await one.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await one.updatePhase({ sessionId, phase: 'research', status: 'failed', error: 'enough' });
    await one.archiveEpisode(sessionId, 'enough');
    const third = await connect(deaf(log.connect()), temporaryDirectory());
    expect(await third.createEpisodeSession(named)).toBe(sessionId);
    expect(existsSync(join(third.production.directory, sessionId))).toBe(false);
  });

  test('given what one machine knows would refuse a call, when another machine has moved on, then it is decided upon what is true', async () => {
    const { one, other } = await twoMachines();
    const sessionId = await one.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    await other.getEpisodeState(sessionId);
    await one.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await one.updatePhase({ sessionId, phase: 'research', status: 'complete' });
    // As far as the other has read, research has not even begun.
    const { phases } = await other.updatePhase({ sessionId, phase: 'script', status: 'active' });
    expect(phases.script.status).toBe('active');
    await expect(other.updatePhase({ sessionId, phase: 'audio', status: 'active' })).rejects.toMatchObject({
      code: 'wrong_state',
    });
  });

  test('given what one machine knows would refuse a call, when it is decided beside a commit that lands behind another machine’s, then it is decided again', async () => {
    const { one, other } = await twoMachines();
    const bees = await one.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const owls = await one.createEpisodeSession({ episodeNum: 2, topic: 'Owls' });
    await one.updatePhase({ sessionId: bees, phase: 'research', status: 'active' });
    await one.updatePhase({ sessionId: owls, phase: 'research', status: 'active' });
    const query = { sessionId: owls, phase: 'research' as const, operation: 'query', cost: '0.10' };
    // The day is known to both.
    await one.addCost({ ...query, key: 'p' });
    await other.getEpisodeState(bees);
    await one.addCost({ ...query, key: 'q' });
    const cost = { phase: 'research' as const, operation: 'query', cost: parseUsd('0.10', 'cost') };
    const paid = other.production.commit(planCost(parseSessionId(bees), cost));
    const settled = other.production.commit((view) => {
      const { context } = view.episode(parseSessionId(owls));
      if (valueAt(context.paid, 'q') === undefined)
        throw new ProductionError('operation_unknown', 'not as far as is known');
      return [];
    });
    await Promise.all([paid, settled]);
    expect((await one.getEpisodeState(bees)).total_cost).toBe(0.1);
    expect(other.production.position).toBe(one.production.position);
  });

  test('given a plan that finds nothing to do, when another machine has moved on, then it is asked again', async () => {
    const { one, other } = await twoMachines();
    const sessionId = await one.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    await other.getEpisodeState(sessionId);
    await one.updatePhase({ sessionId, phase: 'research', status: 'active' });
    const seen: string[] = [];
    await other.production.commit((view) => {
      seen.push(view.episode(sessionId).context.phases.research.status);
      return [];
    });
    expect(seen).toEqual(['pending', 'active']);
  });

  test('given four machines that commit all the time, then each gets on, and nothing is doubled or lost', async () => {
    const log = new MemoryLog();
    const first = await connect(log.connect(), temporaryDirectory());
    const sessionId = await first.createEpisodeSession({
      episodeNum: 1,
      topic: 'Bees',
      budgets: { research: '9.00' },
    });
    await first.updatePhase({ sessionId, phase: 'research', status: 'active' });
    const machines = [first];
    for (let n = 1; n < 4; n += 1) machines.push(await connect(log.connect(), temporaryDirectory()));
    const done = await Promise.all(
      machines.map(async (machine, index) => {
        for (let n = 0; n < 25; n += 1)
          await machine.addCost({
            sessionId,
            phase: 'research',
            operation: 'query',
            cost: '0.01',
            key: `${index}.${n}`,
          });
        return index;
      }),
    );
    expect(done).toEqual([0, 1, 2, 3]);
    const keys = await costKeys(first, sessionId);
    expect(keys).toHaveLength(100);
    expect(new Set(keys).size).toBe(100);
    expect((await first.getEpisodeState(sessionId)).total_cost).toBe(1);
    await expectSound(first);
  });

  test('given two machines that pay at the same time, then the cap holds', async () => {
    const { one, other } = await twoMachines();
    const sessionId = await one.createEpisodeSession({
      episodeNum: 1,
      topic: 'Bees',
      budgets: { total: '0.50' },
    });
    await one.updatePhase({ sessionId, phase: 'research', status: 'active' });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) =>
        (n % 2 ? one : other).reserveCost({
          sessionId,
          phase: 'research',
          operation: 'query',
          maxCost: '0.10',
          key: `q${n}`,
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });

  test('given the answer to an append is lost, then the commit is made once', async () => {
    const log = new MemoryLog();
    const client = log.connect();
    let isLost = false;
    const one = await connect(
      {
        ...client,
        async append(...args) {
          const answer = await client.append(...args);
          isLost = !isLost;
          if (isLost) throw await unavailable();
          return answer;
        },
      },
      temporaryDirectory(),
    );
    const sessionId = await one.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    await one.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await one.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.15', key: 'q1' });
    expect(await costKeys(one, sessionId)).toEqual(['q1']);
    await expectSound(one);
  });

  test('given the log cannot be asked, then nothing is refused or confirmed on what is known', async () => {
    const log = new MemoryLog();
    const client = log.connect();
    let isAway = false;
    const one = await connect(
      {
        ...client,
        read: async (...args) => (isAway ? Promise.reject(await unavailable()) : client.read(...args)),
      },
      temporaryDirectory(),
    );
    const sessionId = await one.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    isAway = true;
    await expect(one.updatePhase({ sessionId, phase: 'audio', status: 'active' })).rejects.toMatchObject({
      code: 'journal_unavailable',
    });
    isAway = false;
    await one.updatePhase({ sessionId, phase: 'research', status: 'active' });
  });

  test('given the folder is deleted, then it comes back from the log, byte for byte', async () => {
    const { log, folders, one, other } = await twoMachines({ segmentBytes: 4000 });
    const sessionId = await one.createEpisodeSession({
      episodeNum: 1,
      topic: 'Bees',
      budgets: { research: '9.00' },
    });
    await one.updatePhase({ sessionId, phase: 'research', status: 'active' });
    for (let n = 0; n < 30; n += 1)
      await one.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.01' });
    await one.close();
    const before = journalText(folders[0]);
    expect(readdirSync(join(folders[0], 'journal')).length).toBeGreaterThan(2);
    rmSync(folders[0], { recursive: true });
    const again = await connect(log.connect(), folders[0], { segmentBytes: 4000 });
    expect(journalText(folders[0])).toBe(before);
    expect((await again.getEpisodeState(sessionId)).total_cost).toBe(0.3);
    expect((await other.getEpisodeState(sessionId)).total_cost).toBe(0.3);
    await expectSound(again);
    await expectSound(other);
  });

  test('given two processes in one folder, then both write the same there', async () => {
    const log = new MemoryLog();
    const [shared, own] = [temporaryDirectory(), temporaryDirectory()];
    const one = await connect(log.connect(), shared, { segmentBytes: 3000 });
    const two = await connect(log.connect(), shared, { segmentBytes: 3000 });
    const third = await connect(log.connect(), own, { segmentBytes: 3000 });
    const sessionId = await one.createEpisodeSession({
      episodeNum: 1,
      topic: 'Bees',
      budgets: { research: '9.00' },
    });
    await two.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await Promise.all(
      [one, two, third].flatMap((manager) =>
        Array.from({ length: 10 }, () =>
          manager.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.01' }),
        ),
      ),
    );
    expect((await two.getEpisodeState(sessionId)).total_cost).toBe(0.3);
    await third.getEpisodeState(sessionId);
    expect(journalText(shared)).toBe(journalText(own));
    await expectSound(one);
    await expectSound(two);
  });

  test.each([
    ['torn', (path: string) => truncateSync(path, readFileSync(path).length - 40)],
    [
      'torn, with zeros where lines were',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes.fill(0, Math.floor(bytes.length / 2), bytes.length - 300);
        writeFileSync(path, bytes);
      },
    ],
  ])('given a power cut left the last segment %s, then it is fetched again', async (_, cut) => {
    const { log, folders, one } = await twoMachines();
    const sessionId = await one.createEpisodeSession({
      episodeNum: 1,
      topic: 'Bees',
      budgets: { research: '9.00' },
    });
    await one.updatePhase({ sessionId, phase: 'research', status: 'active' });
    for (let n = 0; n < 5; n += 1)
      await one.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.01' });
    await one.close();
    const before = journalText(folders[0]);
    cut(lastSegment(folders[0]));
    expect(journalText(folders[0])).not.toBe(before);
    const again = await connect(log.connect(), folders[0]);
    expect(journalText(folders[0])).toBe(before);
    expect((await again.getEpisodeState(sessionId)).total_cost).toBe(0.05);
  });

  test.each([
    ['another production', async (directory: string) => connect(new MemoryLog().connect(), directory)],
    [
      'a production of files',
      async (directory: string) => ProductionStateManager.open({ directory, by: 'somebody' }),
    ],
  ])('given the folder has %s, then it is refused and left as it is', async (_, make) => {
    const { log, one } = await twoMachines();
    await one.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const directory = temporaryDirectory();
    const foreign = await make(directory);
    for (let n = 0; n < 2; n += 1) await foreign.createEpisodeSession({ episodeNum: n + 1, topic: 'Wasps' });
    await foreign.close();
    const before = journalText(directory);
    await expect(connect(log.connect(), directory)).rejects.toMatchObject({ code: 'journal_replaced' });
    expect(journalText(directory)).toBe(before);
  });

  test('given bytes behind the end of the log, then the folder is refused', async () => {
    const { log, folders, one } = await twoMachines();
    await one.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    await one.close();
    appendFileSync(lastSegment(folders[0]), 'something');
    await expect(connect(log.connect(), folders[0])).rejects.toMatchObject({ code: 'journal_replaced' });
  });

  test('given a clock that is an hour ahead, then commits get the log’s time', async () => {
    const clock = fixedClock('2026-11-29T10:00:00.000Z');
    const log = new MemoryLog(() => '2026-11-29T09:00:00.000Z');
    const one = await connect(log.connect(), temporaryDirectory(), { clock });
    const sessionId = await one.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const [created] = await one.history(sessionId);
    expect(created?.event.at).toBe('2026-11-29T09:00:00.000Z');
  });

  test('given a machine that only reads, then it sees what there is, and writes nothing into the log', async () => {
    const { log, one } = await twoMachines();
    const sessionId = await one.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const reader = await connect(log.connect(), temporaryDirectory(), { readOnly: true });
    expect((await reader.getEpisodeState(sessionId)).status).toBe('initialized');
    await one.updatePhase({ sessionId, phase: 'research', status: 'active' });
    expect((await reader.getEpisodeState(sessionId)).phases.research.status).toBe('active');
    await expect(reader.createEpisodeSession({ episodeNum: 2, topic: 'Wasps' })).rejects.toMatchObject({
      code: 'production_closed',
    });
  });

  test('given others commit, when a machine follows, then it hears of them in their order', async () => {
    const log = new MemoryLog();
    const one = await connect(log.connect(), temporaryDirectory());
    const other = await connect(log.connect(), temporaryDirectory());
    other.follow();
    const heard: string[] = [];
    const third = new Promise<void>((resolve) => {
      other.on('commit', ({ type }) => {
        heard.push(type);
        if (heard.length === 3) resolve();
      });
    });
    const sessionId = await one.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    await one.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await one.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.15' });
    await third;
    expect(heard).toEqual(['episode.created', 'phase.start', 'cost.recorded']);
  });

  test('given a folder is a copy of a log, when it is opened without the log or a text is to be taken out of it, then that is refused; it can be read, and made a production of its own', async () => {
    const { folders, one } = await twoMachines();
    const sessionId = await one.createEpisodeSession({ episodeNum: 1, topic: 'Bees and dances' });
    await one.close();
    const [directory] = folders;
    const isCopy = {
      code: 'journal_unavailable',
      message: expect.stringMatching(/is a copy .* showrunner export --apart\.$/) as string,
    };
    await expect(ProductionStateManager.open({ directory })).rejects.toMatchObject(isCopy);
    const redaction = { directory, text: 'Bees and dances', by: 'Ada', reason: 'a secret' };
    await expect(ProductionStateManager.redact(redaction)).rejects.toMatchObject(isCopy);
    const reading = await ProductionStateManager.open({ directory, readOnly: true });
    expect((await reading.getEpisodeState(sessionId)).topic).toBe('Bees and dances');
    await reading.close();
    rmSync(join(directory, 'journal', 'carried-by-a-log'));
    const own = await ProductionStateManager.open({ directory });
    await own.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await expectSound(own);
    await own.close();
  });
});

async function unavailable(): Promise<Error> {
  const { ProductionError } = await import('../../src/index.js');
  return new ProductionError('journal_unavailable', 'the network is away.');
}
