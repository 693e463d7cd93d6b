import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { PostgresLog } from '../../../src/postgres/index.js';
import { buildPackage } from '../../support/worker.js';
import { expectTold, startFour, storm } from '../support/four-machines.js';
import { postgresForAll } from './for-all.js';

beforeAll(buildPackage);
const server = postgresForAll();

/** Whoever is amid a question to the log, or between two of one commit. */
const amid = `from pg_stat_activity where pid <> pg_backend_pid() and state in ('active', 'idle in transaction') and query ~ 'showrunner_log|advisory'`;
const times = 8;

test('given an operator ends, cancels and stops sessions amid commits of four machines, then what was acknowledged is there, once', async () => {
  const log = { url: server.url, production: 'operators' };
  const operator = new Client({ connectionString: server.url });
  await operator.connect();
  onTestFinished(() => operator.end());
  const pids = async (select: string): Promise<number[]> =>
    (await operator.query<{ pid: number }>(`select pid, ${select} ${amid}`)).rows.map(({ pid }) => pid);
  const machines = startFour(log, 8);
  const hits = { ended: 0, cancelled: 0, stopped: 0 };
  const until = performance.now() + 30_000;
  await storm(machines, async () => {
    await wait(1000);
    while (Math.min(...Object.values(hits)) < times && performance.now() < until) {
      hits.ended += (await pids('pg_terminate_backend(pid)')).length;
      await wait(50);
      hits.cancelled += (await pids('pg_cancel_backend(pid)')).length;
      await wait(50);
      const [pid] = await pids('1');
      if (pid === undefined) continue;
      process.kill(pid, 'SIGSTOP');
      await wait(200);
      process.kill(pid, 'SIGCONT');
      hits.stopped += 1;
    }
    await wait(1000);
  });
  await expectTold(machines, new PostgresLog(log));
  for (const count of Object.values(hits)) expect(count).toBeGreaterThanOrEqual(times);
});
