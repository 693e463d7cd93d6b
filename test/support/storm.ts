import { setTimeout as wait } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expectNothingLost } from './crash.js';
import { openProduction } from './production.js';
import { temporaryDirectory } from './temporary.js';
import { startWorker, type Said, type Worker } from './worker.js';

const livesPerStorm = 3;
/** Over a log a commit takes longer. */
const longestLife = process.env['SHOWRUNNER_TEST_LOG'] ? 900 : 60;

/** What happens to one process of a life, in milliseconds. */
interface Weather {
  untilStopped: number;
  stoppedFor: number;
  untilKilled: number;
  waitsForReady: boolean;
}

const weather = fc.record<Weather>({
  untilStopped: fc.integer({ min: 0, max: longestLife }),
  stoppedFor: fc.integer({ min: 0, max: 80 }),
  untilKilled: fc.integer({ min: 0, max: longestLife }),
  waitsForReady: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
});

/** Stops the process while others go on, lets it continue, and kills it. */
async function strike(
  worker: Worker,
  { untilStopped, stoppedFor, untilKilled, waitsForReady }: Weather,
): Promise<Said[]> {
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

/**
 * Pairs of processes, of the built package unless a bundled one is given, that are stopped, continued and killed, life after life. Throws when
 * anything that they acknowledged is not there; gives what each one said.
 */
export async function storm(seed: number, file?: string): Promise<Map<string, Said[]>> {
  const directory = temporaryDirectory();
  const manager = await openProduction(directory);
  const sessions: string[] = [];
  for (let n = 1; n <= 3; n += 1)
    sessions.push(await manager.createEpisodeSession({ episodeNum: n, topic: 'Storm' }));
  for (const sessionId of sessions)
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  await manager.close();
  const acknowledged = new Map<string, Said[]>();
  const fates = fc.sample(weather, { seed, numRuns: livesPerStorm * 2 });
  for (let life = 0; life < livesPerStorm; life += 1) {
    const workers = ['x', 'y'].map((side) => ({
      label: `${side}.${life}`,
      worker: startWorker(
        { directory, task: 'churn', sessions, cost: '0.000001', label: `${side}.${life}` },
        file,
      ),
    }));
    const said = await Promise.all(
      workers.map(({ worker }, index) => strike(worker, fates[life * 2 + index] as Weather)),
    );
    for (const [index, { label }] of workers.entries()) acknowledged.set(label, said[index] ?? []);
  }
  await expectNothingLost(directory, sessions, acknowledged);
  return acknowledged;
}
