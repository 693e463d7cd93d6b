import { setTimeout as wait } from 'node:timers/promises';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectNothingLost } from '../support/crash.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';
import { buildPackage, startWorker, type Said, type Worker } from '../support/worker.js';

/** One storm again: SHOWRUNNER_SEED=<seed> npm run test:long -- crash-storm */
const again = process.env['SHOWRUNNER_SEED'];
const storms = again === undefined ? (process.env['SHOWRUNNER_LONG'] ? 1000 : 100) : 1;
const first = again === undefined ? Date.now() % 1_000_000_000 : Number(again);
const livesPerStorm = 3;

/** What happens to one process of a life, in milliseconds. */
interface Weather {
  untilStopped: number;
  stoppedFor: number;
  untilKilled: number;
  waitsForReady: boolean;
}

const weather = fc.record<Weather>({ untilStopped: fc.integer({ min: 0, max: 60 }), stoppedFor: fc.integer({ min: 0, max: 80 }), untilKilled: fc.integer({ min: 0, max: 60 }), waitsForReady: fc.integer({ min: 0, max: 4 }).map((n) => n > 0) });

/** Stops the process while others go on, lets it continue, and kills it. */
async function strike(worker: Worker, { untilStopped, stoppedFor, untilKilled, waitsForReady }: Weather): Promise<Said[]> {
  // Some are hit while they open, most amid their work.
  if (waitsForReady) await worker.until(({ ready }) => ready !== undefined);
  await wait(untilStopped);
  worker.process.kill('SIGSTOP');
  await wait(stoppedFor);
  worker.process.kill('SIGCONT');
  await wait(untilKilled);
  worker.process.kill('SIGKILL');
  return worker.ended;
}

describe('storms of stopped and killed processes', () => {
  let lives = 0;
  let kept = 0;
  beforeAll(buildPackage, 60_000);
  afterAll(() => console.log(`${storms} storms, ${lives} processes killed, ${kept.toLocaleString('en')} acknowledged commits, none lost`));

  test.each(Array.from({ length: storms }, (_, index) => first + index))('given the storm of seed %i, when processes are stopped, continued and killed again and again, then every acknowledged commit is there', async (seed) => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const sessions: string[] = [];
    for (let n = 1; n <= 3; n += 1) sessions.push(await manager.createEpisodeSession({ episodeNum: n, topic: 'Storm' }));
    for (const sessionId of sessions) await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await manager.close();
    const acknowledged = new Map<string, Said[]>();
    const fates = fc.sample(weather, { seed, numRuns: livesPerStorm * 2 });
    for (let life = 0; life < livesPerStorm; life += 1) {
      const workers = ['x', 'y'].map((side) => ({ label: `${side}.${life}`, worker: startWorker({ directory, task: 'churn', sessions, cost: '0.000001', label: `${side}.${life}` }) }));
      const said = await Promise.all(workers.map(({ worker }, index) => strike(worker, fates[life * 2 + index] as Weather)));
      for (const [index, { label }] of workers.entries()) acknowledged.set(label, said[index] ?? []);
    }
    await expectNothingLost(directory, sessions, acknowledged);
    lives += acknowledged.size;
    kept += [...acknowledged.values()].flat().filter(({ key }) => key).length;
    expect(lives).toBeGreaterThan(0);
  });

  test.skipIf(again !== undefined)('counted: the processes had time to work', () => {
    expect(kept).toBeGreaterThan(storms * 20);
  });
});
