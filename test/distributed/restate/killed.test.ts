import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RestateLog } from '../../../src/restate/index.js';
import { start } from '../../support/cli.js';
import { makeTemporaryDirectory } from '../../support/temporary.js';
import { startCluster, type Cluster } from './cluster.js';

const { directory, remove } = makeTemporaryDirectory();
const port = 20_000 + (process.pid % 10_000);
let cluster: Cluster;
let worker: ReturnType<typeof start>;

async function startWorker(): Promise<void> {
  worker = start(directory, ['restate', 'serve', '--port', String(port), '--json']);
  await worker.said(`"port"`);
}

beforeAll(async () => {
  await Promise.all([startWorker(), startCluster(3).then((started) => (cluster = started))]);
  await cluster.register(port);
});
afterAll(async () => {
  worker.kill('SIGKILL');
  await worker.ended;
  cluster.stop();
  remove();
});

/** Commits all the time as the engine does: at once where nobody came first, and in its turn after that. */
async function commitUntil(stopped: AbortSignal, log: RestateLog, name: string): Promise<string[]> {
  const acknowledged: string[] = [];
  const land = async (line: string, tries: number): Promise<boolean> => {
    const { end } = await log.end();
    return (await log.append(end, Buffer.from(line), `${line}${tries}`)).landed;
  };
  for (let number = 0; !stopped.aborted; number += 1) {
    const line = `${name} ${number}\n`;
    let landed = await land(line, 0);
    for (let tries = 1; !landed; tries += 1) {
      const giveBack = await log.turn();
      landed = await land(line, tries);
      await giveBack();
    }
    acknowledged.push(line.trim());
  }
  return acknowledged;
}

async function linesOf(production: string): Promise<string[]> {
  const reader = new RestateLog({ addresses: cluster.ingress, production });
  const pages: Uint8Array[] = [];
  let position = 0;
  for (;;) {
    const page = await reader.read(position);
    if (page.length === 0) return Buffer.concat(pages).toString().split('\n').slice(0, -1);
    pages.push(page);
    position += page.length;
  }
}

async function storm(meanwhile: () => Promise<void>): Promise<{ acknowledged: string[]; lines: string[] }> {
  const production = randomUUID();
  const stop = new AbortController();
  const logs = ['a', 'b', 'c', 'd'].map((name) => ({
    name,
    log: new RestateLog({ addresses: cluster.ingress, production }),
  }));
  const writing = Promise.all(logs.map(async ({ name, log }) => await commitUntil(stop.signal, log, name)));
  // An early failure is told below, and not while nobody listens.
  writing.catch(() => undefined);
  await meanwhile().finally(() => stop.abort());
  return { acknowledged: (await writing).flat(), lines: await linesOf(production) };
}

test('given four that commit all the time, then nobody waits while others land more than twenty', async () => {
  const { acknowledged, lines } = await storm(async () => await wait(6_000));
  expect(lines.toSorted()).toEqual(acknowledged.toSorted());
  const longest = ['a', 'b', 'c', 'd'].map((name) => {
    const own = lines.flatMap((line, index) => (line.startsWith(name) ? [index] : []));
    return Math.max(...own.slice(1).map((index, before) => index - (own[before] ?? 0)), own[0] ?? Infinity);
  });
  expect(Math.max(...longest)).toBeLessThanOrEqual(20);
});

test('given each node and the worker are killed in turn while four commit, then what was acknowledged is there, once', async () => {
  const { acknowledged, lines } = await storm(async () => {
    for (const node of cluster.nodes) {
      await wait(1_000);
      node.kill();
      await wait(3_000);
      await node.start();
      await wait(2_000);
    }
    worker.kill('SIGKILL');
    await worker.ended;
    await wait(1_000);
    await startWorker();
    await wait(2_000);
  });
  expect(new Set(lines).size).toBe(lines.length);
  expect(lines).toEqual(expect.arrayContaining(acknowledged));
  expect(lines).toHaveLength(acknowledged.length);
  expect(acknowledged.length).toBeGreaterThan(40);
});
