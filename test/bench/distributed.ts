import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Table from 'cli-table3';
import { startPostgres } from '../distributed/postgres/server.js';
import { startCluster, type Cluster } from '../distributed/restate/cluster.js';
import { Machine, type LogAddress } from '../distributed/support/storm.js';
import { serveRestate } from '../../src/restate/index.js';
import { folderOnDisk } from './place.js';

/** What carries a journal, for as long as it is measured. */
interface Carrier {
  name: string;
  /** A production of its own. */
  address: () => LogAddress;
  cluster?: Cluster;
  stop: () => Promise<void>;
}

const folder = folderOnDisk();
const seconds = Number(argument('seconds') ?? 5);
const only = argument('only')?.split(',');

function argument(name: string): string | undefined {
  return process.argv.find((each) => each.startsWith(`--${name}=`))?.slice(name.length + 3);
}

async function restate(size: 1 | 3): Promise<Carrier> {
  const [cluster, worker] = await Promise.all([startCluster(size), serveRestate({ port: 0 })]);
  await cluster.register(worker.port);
  return {
    name: `Restate, ${size} node${size > 1 ? 's' : ''}`,
    address: () => ({ addresses: cluster.ingress, production: randomUUID() }),
    cluster,
    stop: async () => {
      await worker.close();
      cluster.stop();
    },
  };
}

const carriers: Record<string, () => Promise<Carrier>> = {
  files: async () => ({ name: 'files', address: () => ({}), stop: async () => {} }),
  postgres: async () => {
    const server = await startPostgres();
    return {
      name: 'Postgres',
      address: () => ({ url: server.url, production: randomUUID() }),
      stop: () => server.stop(),
    };
  },
  restate1: () => restate(1),
  restate3: () => restate(3),
};

async function started(carrier: Carrier, processes: number, episodes: number): Promise<Machine[]> {
  const log = carrier.address();
  const together = join(folder, randomUUID());
  const machines = Array.from({ length: processes }, (_, index) => {
    const directory = 'production' in log ? join(together, String(index)) : together;
    mkdirSync(directory, { recursive: true });
    return new Machine({ name: `m${index}`, log, directory, episodes });
  });
  await Promise.all(machines.map(({ ready }) => ready));
  for (const machine of machines) machine.go();
  return machines;
}

/** Commits a second that were acknowledged, once everybody has begun. */
async function rate(carrier: Carrier, processes: number, episodes: number): Promise<number> {
  const machines = await started(carrier, processes, episodes);
  await sleep(1000);
  const count = (): number => machines.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  const [before, began] = [count(), performance.now()];
  await sleep(seconds * 1000);
  const perSecond = ((count() - before) * 1000) / (performance.now() - began);
  await Promise.all(machines.map((machine) => machine.stop()));
  return perSecond;
}

/** The longest time without an acknowledged commit while each node in turn is killed. Milliseconds. */
async function silences(carrier: Carrier): Promise<number[]> {
  const machines = await started(carrier, 4, 5);
  const found: number[] = [];
  for (const node of carrier.cluster?.nodes ?? []) {
    await sleep(2000);
    const began = performance.now();
    node.kill();
    await sleep(12_000);
    await node.start();
    const times = machines
      .flatMap((machine) => machine.times.filter((time) => time >= began - 200))
      .toSorted((a, b) => a - b);
    found.push(Math.max(...times.map((time, index) => time - (times[index - 1] ?? began))));
  }
  await Promise.all(machines.map((machine) => machine.stop()));
  return found;
}

async function main(): Promise<void> {
  const table = new Table({
    head: ['carried by', 'one episode', '100 at once', '4 × 25', 'share of files, 4 × 25', 'silence, ms'],
    style: { head: [], border: [] },
  });
  let ofFiles: number | undefined;
  for (const [name, start] of Object.entries(carriers)) {
    if (only && !only.includes(name)) continue;
    const carrier = await start();
    const one = await rate(carrier, 1, 1);
    const hundred = await rate(carrier, 1, 100);
    const four = await rate(carrier, 4, 25);
    if (name === 'files') ofFiles = four;
    const silence = carrier.cluster && carrier.cluster.nodes.length > 1 ? await silences(carrier) : [];
    await carrier.stop();
    table.push([
      carrier.name,
      ...[one, hundred, four].map((each) => each.toFixed(0)),
      ofFiles === undefined ? '' : (four / ofFiles).toFixed(3),
      silence.map((each) => each.toFixed(0)).join(', '),
    ]);
    process.stderr.write(`${carrier.name}: done\n`);
  }
  process.stdout.write(`commits a second, acknowledged\n${table.toString()}\n`);
}

await main();
