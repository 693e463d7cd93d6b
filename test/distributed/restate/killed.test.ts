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
  // Who has landed knows the head without asking, and would be first again for ever.
  let known = 0;
  const land = async (line: string, tries: number): Promise<boolean> => {
    if (tries > 0) known = (await log.end()).end;
    const { landed } = await log.append(known, Buffer.from(line), `${line}${tries}`);
    if (landed) known += line.length;
    return landed;
  };
  for (let number = 0; !stopped.aborted; number += 1) {
    const line = `${name} ${number}\n`;
    let landed = await land(line, 0);
    for (let tries = 1; !landed; tries += 1) {
      const giveBack = await log.turn();
      landed = await land(line, tries);
      await giveBack();
    }
    acknowledged.push(`${known - line.length} ${line.trim()}`);
  }
  return acknowledged;
}

function withPlaces(text: string): string[] {
  return [...text.matchAll(/.*\n/g)].map(({ index, 0: line }) => `${index} ${line.trim()}`);
}

async function linesOf(production: string): Promise<string[]> {
  const reader = new RestateLog({ addresses: cluster.ingress, production });
  const pages: Uint8Array[] = [];
  let position = 0;
  for (;;) {
    const page = await reader.read(position);
    if (page.length === 0) return withPlaces(Buffer.concat(pages).toString());
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

test('given four that commit all the time, then exactly what was acknowledged is there, and each got on', async () => {
  const { acknowledged, lines } = await storm(async () => await wait(6_000));
  expect(lines.toSorted()).toEqual(acknowledged.toSorted());
  expect(new Set(lines.map((line) => line.split(' ')[1])).size).toBe(4);
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
  expect(new Set(lines.map((line) => line.replace(/^\d+/, ''))).size).toBe(lines.length);
  expect(lines).toEqual(expect.arrayContaining(acknowledged));
  expect(lines).toHaveLength(acknowledged.length);
  expect(acknowledged.length).toBeGreaterThan(40);
});
