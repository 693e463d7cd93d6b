import { setTimeout as sleep } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, onTestFinished } from 'vitest';
import { ProductionStateManager, type RemoteLog } from '../../src/index.js';
import { costKeys, expectSound, journalText } from './production.js';
import { temporaryDirectory } from './temporary.js';

/** What is the machine's way to say no; everything else is an error. */
const refusals = new Set([
  'budget_exhausted',
  'budget_reserved',
  'daily_cap_reached',
  'operation_settled',
  'operation_unknown',
  'phase_budget_exhausted',
  'wrong_state',
]);

const phase = 'research';

interface Step {
  session: number;
  kind: 'cost' | 'pair' | 'hold' | 'checkpoint' | 'score' | 'cap' | 'create' | 'restart';
  cents: number;
  pauseMs: number;
}

const step = fc.record<Step>({
  session: fc.nat(3),
  kind: fc.oneof(
    { weight: 8, arbitrary: fc.constant<Step['kind']>('cost') },
    { weight: 6, arbitrary: fc.constant<Step['kind']>('pair') },
    { weight: 2, arbitrary: fc.constant<Step['kind']>('hold') },
    { weight: 2, arbitrary: fc.constant<Step['kind']>('checkpoint') },
    { weight: 2, arbitrary: fc.constant<Step['kind']>('score') },
    { weight: 1, arbitrary: fc.constant<Step['kind']>('cap') },
    { weight: 1, arbitrary: fc.constant<Step['kind']>('create') },
    { weight: 1, arbitrary: fc.constant<Step['kind']>('restart') },
  ),
  cents: fc.integer({ min: 1, max: 40 }),
  pauseMs: fc.nat(2),
});

/** A client whose calls and answers take their time, and which hears of others late or never; `counts` how its landings came out. */
function slow(log: RemoteLog, waitMs: () => number, counts: Map<string, number>): RemoteLog {
  const late = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    await sleep(waitMs());
    const answer = await call();
    await sleep(waitMs());
    return answer;
  };
  return {
    name: log.name,
    end: () => log.end(),
    turn: () => log.turn(),
    close: () => log.close(),
    follow: () => () => {},
    read: (position, most) => late(() => log.read(position, most)),
    append: (position, bytes, key) => late(() => log.append(position, bytes, key)),
    land: async (request, key) => {
      const answer = await late(async () => {
        if (!log.land) throw new Error('a log that lands nothing has nothing to explore');
        return log.land(request, key);
      });
      const isBehind = answer.lines[0] !== undefined && answer.lines[0].position > request.position;
      const outcome = isBehind ? 'behind others' : answer.outcome;
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      return answer;
    },
  };
}

/** Three machines do what each has been given, at the same time; gives how their landings came out. */
async function explore(
  connectLog: () => RemoteLog,
  plans: readonly (readonly Step[])[],
  waits: () => number,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const folders = plans.map(temporaryDirectory);
  const connect = async (directory: string): Promise<ProductionStateManager> =>
    ProductionStateManager.connect({ log: slow(connectLog(), waits, counts), directory });
  const machines = await Promise.all(folders.map(connect));
  onTestFinished(async () => {
    for (const machine of machines) await machine.close().catch(() => {});
  });
  const [first] = machines as [ProductionStateManager];
  await first.changePolicy({ set: { dailyCap: '1.20' }, by: 'Ada', reason: 'a small day' });
  const sessions: string[] = [];
  for (let n = 1; n <= 4; n += 1) {
    const sessionId = await first.createEpisodeSession({ episodeNum: n, topic: 'Bees' });
    await first.updatePhase({ sessionId, phase, status: 'active' });
    sessions.push(sessionId);
  }
  const paid: { sessionId: string; key: string }[] = [];
  await Promise.all(
    plans.map(async (steps, which) => {
      for (const [index, { session, kind, cents, pauseMs }] of steps.entries()) {
        await sleep(pauseMs);
        const sessionId = sessions[session] ?? '';
        const key = `${which}.${index}`;
        const money = (cents / 100).toFixed(2);
        const machine = machines[which] as ProductionStateManager;
        const acts: Record<Step['kind'], () => Promise<unknown>> = {
          cost: async () => {
            await machine.addCost({ sessionId, phase, operation: 'step', cost: money, key });
            paid.push({ sessionId, key });
          },
          pair: async () => {
            await machine.reserveCost({ sessionId, phase, operation: 'call', key, maxCost: money });
            await machine.settleCost({ sessionId, key, cost: (cents / 200).toFixed(3) });
            paid.push({ sessionId, key });
          },
          hold: () => machine.reserveCost({ sessionId, phase, operation: 'call', key, maxCost: money }),
          checkpoint: () => machine.createCheckpoint({ sessionId, checkpointName: 'here', data: { key } }),
          score: () => machine.recordQuality({ sessionId, name: 'depth', value: cents }),
          cap: () =>
            machine.changePolicy({
              set: { dailyCap: (1 + cents / 40).toFixed(2) },
              by: 'Ada',
              reason: key,
            }),
          create: () => machine.createEpisodeSession({ episodeNum: 100 + index, topic: key }),
          restart: async () => {
            await machine.close();
            machines[which] = await connect(folders[which] ?? '');
          },
        };
        await acts[kind]().catch((error: unknown) => {
          const { code } = error as { code?: string };
          if (code === undefined || !refusals.has(code)) throw error;
        });
      }
    }),
  );
  for (const machine of machines) {
    await machine.listEpisodes();
    await expectSound(machine);
  }
  expect(new Set(folders.map(journalText)).size).toBe(1);
  let latest = 0;
  for (const line of journalText(folders[0] ?? '')
    .trim()
    .split('\n')) {
    const { at } = (JSON.parse(line) as { commit?: { at: string } }).commit ?? {};
    if (at === undefined) continue;
    expect(latest - Date.parse(at)).toBeLessThanOrEqual(5000);
    latest = Math.max(latest, Date.parse(at));
  }
  for (const sessionId of sessions) {
    const keys = await costKeys(machines[0] as ProductionStateManager, sessionId);
    expect(new Set(keys).size).toBe(keys.length);
    const told = paid.filter((each) => each.sessionId === sessionId).map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(told));
  }
  return counts;
}

/**
 * Three machines at a time do anything at any time on a new log that lands commits behind others': accounts are sound, caps hold, and nothing is lost or doubled.
 * `make` gives what connects a client to
 * one; gives how many landings came out how.
 */
export async function exploreLandings(
  runs: number,
  make: () => () => RemoteLog,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 4, maxLength: 14 }), { minLength: 3, maxLength: 3 }),
      fc.infiniteStream(fc.nat(3)),
      async (plans, waits) => {
        const found = await explore(make(), plans, () => waits.next().value ?? 0);
        for (const [outcome, count] of found) counts.set(outcome, (counts.get(outcome) ?? 0) + count);
      },
    ),
    { numRuns: runs, seed: 20, endOnFailure: true },
  );
  // Else little was tried.
  expect(counts.get('behind others')).toBeGreaterThan(runs);
  return counts;
}
