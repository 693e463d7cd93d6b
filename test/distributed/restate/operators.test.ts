import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RestateLog } from '../../../src/restate/index.js';
import { buildPackage } from '../../support/worker.js';
import { expectTold, startFour, storm } from '../support/four-machines.js';
import { startCluster, type Cluster } from './cluster.js';

let cluster: Cluster;
let server: ChildProcess;
beforeAll(async () => {
  buildPackage();
  const serving = fileURLToPath(new URL('serving.mjs', import.meta.url));
  server = spawn(process.execPath, [serving], { stdio: ['ignore', 'pipe', 'ignore'] });
  const said = once(server.stdout ?? server, 'data') as Promise<[Buffer]>;
  const [[port]] = await Promise.all([said, startCluster(1).then((started) => (cluster = started))]);
  await cluster.register(Number(port.toString()));
});
afterAll(() => {
  server.kill('SIGKILL');
  cluster.stop();
});

async function ask(method: string, path: string, query?: string): Promise<Response> {
  return await fetch(`${cluster.nodes[0]?.admin ?? ''}${path}`, {
    method,
    ...(query !== undefined && {
      body: JSON.stringify({ query }),
      headers: { 'content-type': 'application/json', accept: 'application/json' },
    }),
  });
}

/** The first invocation of the log in a state, if there is one. */
async function invocation(which: string): Promise<string | undefined> {
  const query = `select id from sys_invocation where ${which} and (target like '%/append' or target like '%/land')`;
  const answer = await ask('POST', '/query', query);
  if (!answer.ok) throw new Error(`/query: ${String(answer.status)} ${await answer.text()}`);
  return /inv_\w+/.exec(await answer.text())?.[0];
}

/** Does to an invocation what an operator may, again until it can be done. False if it ended before that. */
async function operate(id: string, act: 'kill' | 'cancel' | 'pause' | 'resume'): Promise<boolean> {
  for (;;) {
    const answer = await ask('PATCH', `/invocations/${id}/${act}`);
    if (answer.ok) return true;
    const text = await answer.text();
    if (answer.status === 404 || text.includes('is completed')) return false;
    if (answer.status !== 409) throw new Error(`${act}: ${String(answer.status)} ${text}`);
    await wait(100);
  }
}

/** Stops who serves the log amid a commit, and does to that what an operator may, until it was in time. */
async function amidCommit(act: 'kill' | 'cancel' | 'pause'): Promise<void> {
  for (;;) {
    server.kill('SIGSTOP');
    await wait(100);
    const id = await invocation("status = 'running'");
    const inTime = id !== undefined && (await operate(id, act));
    server.kill('SIGCONT');
    await wait(500);
    if (inTime && (act !== 'pause' || (await operate(id, 'resume')))) return;
  }
}

test('given an operator kills, cancels and pauses commits of four machines while they are made, then what was acknowledged is there, once', async () => {
  const log = { addresses: cluster.ingress, production: randomUUID() };
  const machines = startFour(log, 8);
  const count = (): number => machines.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  let before = 0;
  await storm(machines, async () => {
    await wait(1000);
    for (const act of ['kill', 'cancel', 'pause', 'kill', 'cancel', 'pause'] as const) {
      await amidCommit(act);
      before = count();
      await wait(500);
    }
    await wait(500);
  });
  await expectTold(machines, new RestateLog(log));
  // They went on after the last time.
  expect(count()).toBeGreaterThan(before);
});
