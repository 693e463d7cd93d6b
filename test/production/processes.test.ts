import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectNothingLost } from '../support/crash.js';
import { costKeys, expectSound, openProduction, readJson } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';
import { buildPackage, startWorker, type Said, type Worker } from '../support/worker.js';

const processes = 8;

async function given(topics: number): Promise<{ directory: string; sessions: string[] }> {
  const directory = temporaryDirectory();
  const manager = await openProduction(directory);
  const sessions: string[] = [];
  for (let n = 1; n <= topics; n += 1) {
    const sessionId = await manager.createEpisodeSession({ episodeNum: n, topic: `Episode ${n}` });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    sessions.push(sessionId);
  }
  await manager.close();
  return { directory, sessions };
}

function startAll(make: (label: string) => Worker): Worker[] {
  return Array.from({ length: processes }, (_, index) => make(`p${index}`));
}

function granted(all: Said[][]): number {
  return all.flat().reduce((sum, said) => sum + (said.granted ?? 0), 0);
}

describe('many processes on one production', () => {
  beforeAll(buildPackage, 60_000);

  test('given eight processes, when each adds fifty costs to one episode, then nothing is lost and the sums are exact', async () => {
    const { directory, sessions } = await given(1);
    const sessionId = String(sessions[0]);
    const workers = startAll((label) =>
      startWorker({ directory, task: 'costs', sessions, count: 50, cost: '0.001001', label }),
    );
    const said = await Promise.all(workers.map(({ ended }) => ended));
    const keys = said.flat().flatMap(({ key }) => key ?? []);
    expect(keys).toHaveLength(processes * 50);
    const shown = readJson(directory, 'state.json');
    const manager = await openProduction(directory);
    expect((await costKeys(manager, sessionId)).sort()).toEqual(keys.sort());
    expect(await manager.getEpisodeCost(sessionId)).toBe(0.4004);
    expect(await manager.getPhaseCost(sessionId, 'research')).toBe(0.4004);
    expect(await manager.getTotalSpending()).toBe(0.4004);
    expect((await manager.getSpending()).per_operation).toEqual({ step: { count: 400, cost: 0.4004 } });
    await expectSound(manager);
    // The last process to end has left the documents fresh.
    expect(shown).toMatchObject({
      total_cost: 0.4004,
      active_episodes: { [sessionId]: { total_cost: 0.4004 } },
    });
    expect((shown['showrunner'] as { position: number }).position).toBe(manager.production.position);
    expect(readJson(directory, sessionId, 'session.json')).toMatchObject({ total_cost: 0.4004 });
  });

  test('given eight processes, when each reserves 0.10 until it is refused, then exactly seventy are granted of 7.00', async () => {
    const { directory, sessions } = await given(1);
    const workers = startAll((label) =>
      startWorker({ directory, task: 'reserve', sessions, cost: '0.10', label }),
    );
    const said = await Promise.all(workers.map(({ ended }) => ended));
    expect(granted(said)).toBe(70);
    expect(said.flat().filter(({ refusals }) => refusals)).toEqual(
      Array.from({ length: processes }, () => ({
        granted: expect.any(Number),
        refusals: { budget_reserved: 1 },
      })),
    );
    const manager = await openProduction(directory);
    expect((await manager.getSnapshot(String(sessions[0]))).context.money).toMatchObject({
      spent: 0,
      reserved: 7_000_000,
    });
    await expectSound(manager);
  });

  test("given a day's cap over four episodes, when eight processes reserve until they are refused, then the cap is met exactly", async () => {
    const { directory, sessions } = await given(4);
    const policy = { dailyCap: '3.30' };
    const workers = startAll((label) =>
      startWorker({ directory, task: 'reserve', sessions, cost: '0.10', label, policy }),
    );
    const said = await Promise.all(workers.map(({ ended }) => ended));
    expect(granted(said)).toBe(33);
    expect(said.flat().flatMap(({ refusals }) => Object.keys(refusals ?? {}))).toEqual(
      Array.from({ length: processes }, () => 'budget_reserved'),
    );
    const manager = await openProduction(directory, { policy });
    expect(manager.production.today()).toMatchObject({ spent: 0, reserved: 3_300_000, cap: 3_300_000 });
    await expectSound(manager);
  });

  test('given a process is stopped amid its work, when others have gone on and it wakes, then each acknowledged cost is there once', async () => {
    const { directory, sessions } = await given(1);
    const sessionId = String(sessions[0]);
    const sleeper = startWorker({
      directory,
      task: 'costs',
      sessions,
      count: 200,
      cost: '0.001',
      label: 'sleeper',
    });
    await sleeper.until(({ key }) => key === 'sleeper-20');
    sleeper.process.kill('SIGSTOP');
    const others = ['a', 'b'].map((label) =>
      startWorker({ directory, task: 'costs', sessions, count: 60, cost: '0.001', label }),
    );
    await Promise.all(others.map(({ ended }) => ended));
    sleeper.process.kill('SIGCONT');
    await sleeper.ended;
    const manager = await openProduction(directory);
    const keys = await costKeys(manager, sessionId);
    expect(keys).toHaveLength(320);
    expect(new Set(keys).size).toBe(320);
    expect(await manager.getEpisodeCost(sessionId)).toBe(0.32);
    await expectSound(manager);
    expect(readJson(directory, 'state.json')).toMatchObject({ total_cost: 0.32 });
  });

  test('given processes are killed at random moments, when it is opened again, then every acknowledged commit is there', async () => {
    const { directory, sessions } = await given(2);
    const acknowledged = new Map<string, Said[]>();
    for (let life = 0; life < 10; life += 1) {
      const workers = [`x${life}`, `y${life}`].map((label): [string, Worker] => [
        label,
        startWorker({ directory, task: 'churn', sessions, cost: '0.000001', label }),
      ]);
      await Promise.all(workers.map(([, worker]) => worker.until(({ ready }) => ready !== undefined)));
      await wait(Math.random() * 120);
      for (const [label, worker] of workers) {
        worker.process.kill('SIGKILL');
        acknowledged.set(label, await worker.ended);
      }
    }
    expect([...acknowledged.values()].flat()).not.toEqual([]);
    await expectNothingLost(directory, sessions, acknowledged);
  });
});
