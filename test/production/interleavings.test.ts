import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keysAndValues } from '../../machines/index.js';
import type { ProductionStateManager } from '../../src/index.js';
import { MemoryDisk, memoryProduction } from '../../src/testing/index.js';
import type * as Everywhere from '../simulation/everywhere.js';
import { tries } from '../fuzz/told-production.js';
import type { PlantedBug } from '../support/bundle.js';
import { engineWith } from '../support/engine-with.js';
import { overlaid } from '../support/overlaid-disk.js';
import { expectSound } from '../support/production.js';

const cap = 10;
const policy = {
  budgets: { research: 1, script: 1, audio: 1, total: `0.${String(cap).padStart(6, '0')}` },
  dailyCap: '0.000016',
};
const dollars = (micros: number): string => (micros / 1_000_000).toFixed(6);

interface Command {
  do:
    | 'reserve'
    | 'settle'
    | 'release'
    | 'cost'
    | 'checkpoint'
    | 'pause'
    | 'resume'
    | 'fail'
    | 'recover'
    | 'raise'
    | 'wait'
    | 'correct'
    | 'policy'
    | 'create';
  episode: 0 | 1;
  key: number;
  amount: number;
}

const allKinds: readonly Command['do'][] = [
  'reserve',
  'reserve',
  'settle',
  'settle',
  'release',
  'cost',
  'checkpoint',
  'pause',
  'resume',
  'fail',
  'recover',
  'raise',
  'wait',
  'correct',
  'correct',
  'policy',
  'create',
];

const commandsOf = (kinds: readonly Command['do'][]): fc.Arbitrary<Command> =>
  fc.record<Command>({
    do: fc.constantFrom(...kinds),
    episode: fc.constantFrom(0, 1),
    key: fc.nat(3),
    amount: fc.integer({ min: 1, max: 6 }),
  });

interface Program {
  /** Each handle does its commands one after the other; all handles at once. */
  handles: Command[][];
  /** Which of a handle's writes to the journal come after half a line of somebody else's. */
  torn: number[];
  /** Whether the handles watch what the others do. */
  follows: boolean;
}

const programsOf = (kinds: readonly Command['do'][]): fc.Arbitrary<Program> =>
  fc.record<Program>({
    handles: fc.array(fc.array(commandsOf(kinds), { minLength: 1, maxLength: 5 }), {
      minLength: 2,
      maxLength: 3,
    }),
    torn: fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 3 }),
    follows: fc.boolean(),
  });

/** What callers were told: each key's settled cost and each cost, by episode; and the sessions that a key of the caller's stands for. */
interface Told {
  paid: Map<string, number>;
  made: Map<string, Set<string>>;
  errors: unknown[];
}

async function perform(
  manager: ProductionStateManager,
  ids: readonly string[],
  { do: what, episode, key, amount }: Command,
  unique: string,
  told: Told,
): Promise<void> {
  const sessionId = ids[episode] ?? '';
  const name = `k${key}`;
  const pay = (by: string): void =>
    void told.paid.set(`${sessionId} ${by}`, (told.paid.get(`${sessionId} ${by}`) ?? 0) + 1);
  const reserve = (waits: { waitMs?: number }): Promise<unknown> =>
    manager.reserveCost({
      sessionId,
      phase: 'research',
      operation: 'call',
      key: name,
      maxCost: dollars(amount),
      ...waits,
    });
  const acts: Record<Command['do'], () => Promise<unknown>> = {
    reserve: () => reserve({}),
    wait: () => reserve({ waitMs: 2 }),
    correct: () =>
      manager.correctCost({ sessionId, key: 'bill', cost: dollars(amount), by: 'ann', reason: 'the bill' }),
    policy: () =>
      manager.changePolicy({ set: { dailyCap: dollars(cap + amount) }, by: 'ann', reason: 'lean' }),
    create: () =>
      manager
        .createEpisodeSession({ key: `${key % 2}`, topic: 'Keyed' })
        .then((id) => told.made.set(`${key % 2}`, (told.made.get(`${key % 2}`) ?? new Set()).add(id))),
    settle: () => manager.settleCost({ sessionId, key: name, cost: dollars(1) }).then(() => pay(name)),
    release: () => manager.releaseCost({ sessionId, key: name }),
    cost: () =>
      manager
        .addCost({ sessionId, phase: 'research', operation: 'step', cost: dollars(1), key: unique })
        .then(() => pay(unique)),
    checkpoint: () => manager.createCheckpoint({ sessionId, checkpointName: name, data: { unique } }),
    pause: () => manager.pause({ sessionId }),
    resume: () => manager.resume({ sessionId }),
    fail: () => manager.markPhaseFailed({ sessionId, phase: 'research', error: 'down' }),
    recover: () => manager.recoverFailedSession(sessionId),
    raise: () =>
      manager.raiseBudget({ sessionId, scope: 'research', amount: dollars(1), by: 'ann', reason: 'more' }),
  };
  try {
    await acts[what]();
  } catch (error) {
    told.errors.push(error);
  }
}

/**
 * A disk whose every sync ends when the scheduler says so, and to which another process, about to die, has added half a line just before
 * each of our writes to the journal that `torn` counts.
 */
function shared(disk: MemoryDisk, scheduler: fc.Scheduler, torn: ReadonlySet<number>): MemoryDisk {
  const segments = new Set<number>();
  let writes = 0;
  const own: Partial<MemoryDisk> = {
    open: (path, mode) => {
      const fd = disk.open(path, mode);
      if (mode === 'append' && path.includes('journal')) segments.add(fd);
      return fd;
    },
    close: (fd) => {
      segments.delete(fd);
      disk.close(fd);
    },
    write: (fd, bytes) => {
      if (segments.has(fd) && torn.has((writes += 1))) disk.write(fd, bytes.subarray(0, 20));
      return disk.write(fd, bytes);
    },
    renameLater: (from, to) =>
      scheduler.schedule(Promise.resolve(), `rename ${to}`).then(() => disk.rename(from, to)),
    syncLater: (fd) => scheduler.schedule(Promise.resolve(), `sync ${fd}`).then(() => disk.sync(fd)),
  };
  return overlaid(disk, own);
}

type Engine = Pick<typeof Everywhere, 'MemoryDisk' | 'memoryProduction'>;

/** How many lines were void because something of another process's was first. */
let races = 0;
/** How many corrections there were, and how many changes of policy before reservations. */
let corrections = 0;
let policies = 0;

async function story(
  scheduler: fc.Scheduler,
  { handles: all, torn, follows }: Program,
  engine: Engine = { MemoryDisk, memoryProduction },
): Promise<void> {
  const memory = new engine.MemoryDisk();
  const open = async (disk: MemoryDisk): Promise<ProductionStateManager> =>
    (await engine.memoryProduction({ disk, policy, segmentBytes: 6000 })).manager;
  const first = await open(memory);
  const ids = [
    await first.createEpisodeSession({ episodeNum: 1, topic: 'One' }),
    await first.createEpisodeSession({ episodeNum: 2, topic: 'Two' }),
  ];
  for (const sessionId of ids) {
    await first.updatePhase({ sessionId, phase: 'research', status: 'active' });
    const bill = { phase: 'research', operation: 'step', cost: dollars(1), key: 'bill' } as const;
    await first.addCost({ sessionId, ...bill });
  }
  await first.close();
  const handles = await Promise.all(all.map(() => open(shared(memory, scheduler, new Set(torn)))));
  if (follows) for (const { production } of handles) production.follow();
  const told: Told = { paid: new Map(), made: new Map(), errors: [] };
  const working = Promise.all(
    all.map(async (commands, handle) => {
      for (const [index, each] of commands.entries()) {
        await scheduler.schedule(Promise.resolve(), `handle ${handle}: ${each.do} ${each.episode}`);
        await perform(handles[handle] as ProductionStateManager, ids, each, `u${handle}.${index}`, told);
      }
    }),
  );
  await scheduler.waitFor(working);
  await scheduler.waitFor(Promise.all(handles.map(async (manager) => manager.close())));
  await check(await open(memory), ids, told);
}

/** What nobody may hear who asks for what is right: not of what others have changed meanwhile either. */
const neverHeard = new Set(['invalid_input', 'session_unknown', 'key_taken', 'claimed_elsewhere']);

async function check(manager: ProductionStateManager, ids: readonly string[], told: Told): Promise<void> {
  expect(told.errors.filter((error) => ((error as { remedy?: string }).remedy ?? 'bug') === 'bug')).toEqual(
    [],
  );
  const codes = told.errors.map((error) => String((error as { code?: string }).code));
  expect(codes.filter((code) => neverHeard.has(code))).toEqual([]);
  await expectSound(manager);
  await checkKeyed(manager, ids, told);
  races += manager.production.inspect().segments.reduce((sum, { voidLines }) => sum + voidLines, 0);
  for (const sessionId of ids) {
    const { money, paid, budgets } = (await manager.getSnapshot(sessionId)).context;
    const history = await manager.history(sessionId);
    const keys = history.flatMap(({ event }) =>
      (event.type === 'cost.recorded' || event.type === 'operation.settled') && event.key !== undefined
        ? [event.key]
        : [],
    );
    expect(new Set(keys).size, 'a key was paid twice').toBe(keys.length);
    const acknowledged = [...told.paid.keys()]
      .filter((name) => name.startsWith(sessionId))
      .map((name) => name.slice(sessionId.length + 1));
    expect(keys, 'a payment is lost').toEqual(expect.arrayContaining(acknowledged));
    const { amounts, raised } = corrected(history, keys);
    expect(money.spent).toBe([...amounts.values()].reduce((sum, amount) => sum + amount, 0));
    checkCaps(manager, history);
    expect(keysAndValues(paid).every(([key]) => keys.includes(key))).toBe(true);
    const recorded = keys.filter((key) => key.startsWith('u')).length;
    // Costs without a reservation, and corrections, land in any case; what is guarded never passes.
    expect(money.spent + money.reserved).toBeLessThanOrEqual(budgets.total + recorded + raised);
  }
  await manager.close();
}

type History = Awaited<ReturnType<ProductionStateManager['history']>>;

/** What each key has cost in the end, and how much corrections have added; each correction knows of the one before it. */
function corrected(
  history: History,
  keys: readonly string[],
): { amounts: Map<string, number>; raised: number } {
  const amounts = new Map(keys.map((key) => [key, 1]));
  let raised = 0;
  for (const { event } of history) {
    if (event.type !== 'cost.corrected') continue;
    expect(event.was, 'a correction did not know of an earlier one').toBe(amounts.get(event.key));
    amounts.set(event.key, event.cost);
    raised += Math.max(0, event.cost - event.was);
    corrections += 1;
  }
  return { amounts, raised };
}

/** Each reservation was decided by the newest policy before it, whoever changed that. */
function checkCaps({ production }: ProductionStateManager, history: History): void {
  const changes = production.policyHistory();
  for (const { event, position } of history) {
    if (event.type !== 'cost.reserve') continue;
    const before = changes.filter((change) => change.position <= position);
    policies += before.length - 1;
    expect(event.day.cap, 'a reservation went by an older policy').toBe(before.at(-1)?.policy.dailyCap);
    expect(event.day.spent + event.day.reserved + event.amount).toBeLessThanOrEqual(event.day.cap);
  }
}

/** A key stands for one episode, for every handle, and for one that can be found. */
async function checkKeyed(manager: ProductionStateManager, ids: readonly string[], told: Told) {
  const made = [...told.made.values()].map((sessions) => [...sessions]);
  expect(
    made.filter((sessions) => sessions.length !== 1),
    'a key stands for two episodes',
  ).toEqual([]);
  const listed = (await manager.listEpisodes()).map((state) => state.session_id);
  expect(listed.toSorted()).toEqual([...ids, ...made.flat()].toSorted());
}

describe('several handles, interleaved at every await', () => {
  // A disk that always seems slow: every sync is waited for, so that others get in between.
  beforeEach(() => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 10));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('given any commands, when they meet in any order, then nothing is lost or paid twice, and all agree', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), programsOf(allKinds), (scheduler, program) =>
        story(scheduler, program),
      ),
      tries(120),
    );
    for (const seen of [races, corrections, policies]) expect(seen).toBeGreaterThan(0);
  }, 600_000);

  test.each<[what: string, kinds: readonly Command['do'][], bug: PlantedBug]>([
    [
      'does not look whether its line is at its place',
      allKinds,
      {
        file: 'src/journal/landing.ts',
        from: 'const count = isThere === true ? lines.filter((line) => line.end <= end).length : 0;',
        to: 'const count = lines.length;',
      },
    ],
    [
      'counts a line wherever it is',
      allKinds,
      {
        file: 'src/journal/line.ts',
        from: 'if (!start || Number(start[1]) !== position) return undefined;',
        to: 'if (!start) return undefined;',
      },
    ],
    [
      'takes a correction by what it knew when it was asked',
      ['correct', 'correct', 'cost'],
      {
        file: 'src/calls/money-plans.ts',
        from: 'const was = valueAt(paid, key) ?? zeroUsd;',
        to: 'const was = use.amount;',
      },
    ],
    [
      'goes by the policy that it was opened with until it changes it itself',
      allKinds,
      {
        file: 'src/production/mirror.ts',
        from: 'if (commit.policy) this.#takePolicy(commit.policy);',
        to: '',
      },
    ],
    [
      'knows only the keys that it has given itself',
      allKinds,
      {
        file: 'src/production/batch.ts',
        from: 'return this.#createdWith(key) ?? keys.find(key);',
        to: 'return this.#createdWith(key);',
      },
    ],
  ])(
    'given an engine that %s, then the same check notices',
    async (_what, kinds, bug) => {
      const engine = await engineWith(bug);
      await expect(
        fc.assert(
          fc.asyncProperty(fc.scheduler(), programsOf(kinds), (scheduler, program) =>
            story(scheduler, program, engine),
          ),
          tries(200),
        ),
      ).rejects.toThrow(/Property failed/);
    },
    600_000,
  );
});
