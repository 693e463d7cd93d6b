import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { buildPackage } from '../../support/worker.js';
import { startCluster, type Cluster } from '../restate/cluster.js';
import type { Machine } from './storm.js';
import { Network, inside, type Place } from './network.js';

const port = 9080;
const Composed = z.object({
  services: z.record(z.string(), z.object({ environment: z.record(z.string(), z.string()) })),
});

/** What the documentation's compose file sets for each node, where its names are addresses. */
function composed(places: readonly Place[]): NodeJS.ProcessEnv[] {
  const text = readFileSync(new URL('../../../docs/distributed/docker-compose.yml', import.meta.url), 'utf8');
  const names = places.map((_, index) => `n${String(index + 1)}`);
  const addressed = text.replaceAll(
    /(?<=http:\/\/)n\d(?=:)/g,
    (name) => places[names.indexOf(name)]?.address ?? name,
  );
  const { services } = Composed.parse(parse(addressed, { merge: true }));
  return names.map((name) => services[name]?.environment ?? {});
}

/** Three machines of a network, with a node of Restate, as the documentation's compose file sets it up, and who serves it the log on each. */
export async function startThreePlaces(): Promise<{
  network: Network;
  places: readonly [Place, Place, Place];
  cluster: Cluster;
}> {
  buildPackage();
  const network = new Network(3);
  onTestFinished(() => network.remove());
  const places = network.places as unknown as readonly [Place, Place, Place];
  const serving = fileURLToPath(new URL('../restate/serving.mjs', import.meta.url));
  const workers = places.map(({ namespace }): ChildProcess => {
    const command = inside(namespace, process.execPath, [serving, String(port)]);
    return spawn(...command, { stdio: ['ignore', 'pipe', 'ignore'] });
  });
  onTestFinished(() => {
    for (const worker of workers) worker.kill('SIGKILL');
  });
  const [cluster] = await Promise.all([
    startCluster(3, { places, environments: composed(places) }),
    ...workers.map((worker) => once(worker.stdout ?? worker, 'data')),
  ]);
  onTestFinished(() => cluster.stop());
  await cluster.register(port);
  return { network, places, cluster };
}

export function countsOf(machines: readonly Machine[]): number[] {
  return machines.map(({ acknowledged }) => acknowledged.length);
}

/** Waits until each machine has heard of a commit that it had not before. */
export async function eachGoesOn(machines: readonly Machine[]): Promise<void> {
  const before = countsOf(machines);
  await expect
    .poll(() => countsOf(machines).filter((count, index) => count > (before[index] ?? 0)).length, {
      timeout: 90_000,
      interval: 100,
    })
    .toBe(machines.length);
}

/** The longest time in which none of them was told of a commit, in seconds. */
export function longestSilence(machines: readonly Machine[], from = 0, to = Infinity): number {
  const times = machines
    .flatMap((machine) => machine.times)
    .filter((time) => time >= from && time <= to)
    .toSorted((a, b) => a - b);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return Math.round(Math.max(0, ...gaps) / 100) / 10;
}
