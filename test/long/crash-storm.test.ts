import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectNothingLost } from '../support/crash.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';
import { buildPackage, startWorker, type Said, type Worker } from '../support/worker.js';

const storms = 10;
const livesPerStorm = 20;

describe('a storm of kills', () => {
  beforeAll(buildPackage, 60_000);

  test.each(Array.from({ length: storms }, (_, index) => index))('given storm %i, when two processes are killed at random moments again and again, then every acknowledged commit is there', async (storm) => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const sessions: string[] = [];
    for (let n = 1; n <= 3; n += 1) sessions.push(await manager.createEpisodeSession({ episodeNum: n, topic: 'Storm' }));
    for (const sessionId of sessions) await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await manager.close();
    const acknowledged = new Map<string, Said[]>();
    for (let life = 0; life < livesPerStorm; life += 1) {
      const workers = ['x', 'y'].map((side): [string, Worker] => {
        const label = `${side}${storm}.${life}`;
        return [label, startWorker({ directory, task: 'churn', sessions, cost: '0.000001', label })];
      });
      // Some are killed while they open, most amid their work.
      if (life % 5 !== 0) await Promise.all(workers.map(([, worker]) => worker.until(({ ready }) => ready !== undefined)));
      await wait(Math.random() * 300);
      for (const [label, worker] of workers) {
        worker.process.kill('SIGKILL');
        acknowledged.set(label, await worker.ended);
        await wait(Math.random() * 20);
      }
    }
    expect([...acknowledged.values()].flat().filter(({ key }) => key).length).toBeGreaterThan(100);
    await expectNothingLost(directory, sessions, acknowledged);
  });
});
