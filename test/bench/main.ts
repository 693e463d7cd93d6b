import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { coldStart, serverReady } from './cold-start.js';
import { alternate, median, ratio, timed } from './measure.js';
import { measureGrowth, printGrowth } from './growth.js';
import { folderOnDisk, folderUs, warningOf } from './place.js';
import { PlainLowdb } from './plain-lowdb.js';
import {
  addCosts,
  addCostsAtOnce,
  addKeyedCosts,
  endEpisodes,
  openProduction,
  openUnsynced,
  startEpisodes,
} from './production.js';
import { RawAppends } from './raw.js';
import { measureSources } from './sources.js';
import { measureSteps } from './steps.js';
import { print, type Results } from './report.js';

const folder = folderOnDisk();
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);

function fresh(name: string): string {
  const directory = join(folder, name);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** Commits one after the other, against raw appends of as many bytes. */
async function sequential(): Promise<Partial<Results>> {
  const manager = await openProduction(fresh('sequential'));
  const ids = await startEpisodes(manager, 100);
  const [id = ''] = ids;
  const { production } = manager;
  // V8 needs ten thousand calls until it has compiled what a process that is at work runs all the time.
  await addCostsAtOnce(manager, ids, 150);
  await addCosts(manager, id, 5000);
  await manager.production.show();
  const raw = new RawAppends(folder);
  let bytes = 0;
  const count = 250;
  const engine = async (): Promise<number> => {
    const before = production.position;
    const took = await addCosts(manager, id, count);
    bytes = Math.round((production.position - before) / count);
    return took;
  };
  await engine();
  const pairs = await alternate(16, engine, () => raw.run(count, bytes));
  raw.close();
  await manager.close();
  return {
    sequentialShare: ratio(pairs),
    sequentialPerSecond: 1000 / median(pairs.map(({ a }) => a)),
    rawPerSecond: 1000 / median(pairs.map(({ b }) => b)),
    bytesPerCommit: bytes,
  };
}

/** A thousand episodes at once, against raw appends one after the other. */
async function concurrent(): Promise<Partial<Results>> {
  const manager = await openProduction(fresh('concurrent'));
  const ids = await startEpisodes(manager, 1000);
  await addCostsAtOnce(manager, ids, 30);
  const raw = new RawAppends(folder);
  const pairs = await alternate(
    9,
    () => addCostsAtOnce(manager, ids, 30),
    () => raw.run(1000, 500),
  );
  raw.close();
  await manager.close();
  return { concurrentMultiple: ratio(pairs), concurrentPerSecond: 1000 / median(pairs.map(({ a }) => a)) };
}

/** Commits in a production with ten ended episodes, and in one with ten thousand. */
async function growth(): Promise<Partial<Results>> {
  const small = fresh('ended-10');
  const large = fresh('ended-10k');
  const ended: string[] = [];
  let closing = 0;
  const building = await timed(async () => {
    for (const [directory, count] of [
      [small, 10],
      [large, 10_000],
    ] as const) {
      const manager = await openUnsynced(directory);
      for (let done = 0; done < count; done += 1000)
        ended.push(...(await endEpisodes(manager, Math.min(1000, count - done))));
      closing = await timed(() => manager.close());
    }
    spawnSync('sync');
  });
  note(
    `built 10,010 ended episodes in ${Math.round(building)} ms, of which closing ${Math.round(closing)} ms`,
  );
  const cold10 = await coldStart(small, 9);
  const cold10k = await coldStart(large, 9);
  const one = await openProduction(small);
  let opening = 0;
  let many = one;
  opening = await timed(async () => {
    many = await openProduction(large);
  });
  const reading: number[] = [];
  for (let index = 100; index < ended.length; index += 500)
    reading.push(await timed(() => many.getSnapshot(ended[index] ?? '')));
  const [first = ''] = await startEpisodes(one, 1);
  const [second = ''] = await startEpisodes(many, 1);
  await addCosts(one, first, 300);
  await addCosts(many, second, 300);
  const pairs = await alternate(
    16,
    () => addCosts(one, first, 200),
    () => addCosts(many, second, 200),
  );
  await one.close();
  await many.close();
  return {
    growth10k: ratio(pairs),
    openMs10k: opening,
    rehydrateMs: median(reading),
    coldStart10: cold10?.ratio ?? null,
    coldStart10k: cold10k?.ratio ?? null,
    listMs10: cold10?.listMs ?? null,
    listMs10k: cold10k?.listMs ?? null,
    bareNodeMs: cold10?.nodeMs ?? null,
  };
}

/** Short commands on an episode at work, against an empty node. */
async function starts(): Promise<Partial<Results>> {
  const directory = fresh('starts');
  const manager = await openProduction(directory);
  const [id = ''] = await startEpisodes(manager, 10);
  await manager.close();
  const over = async (...command: string[]): Promise<number | null> =>
    (await coldStart(directory, 9, command))?.ratio ?? null;
  const server = await serverReady(directory, 9);
  return {
    serverReady: server?.ratio ?? null,
    serverReadyMs: server?.listMs ?? null,
    coldStartShow: await over('show', id),
    coldStartCost: await over('cost', id, 'research', 'step', '0.01'),
    coldStartStatusLine: await over('statusline'),
  };
}

/** Keyed costs in an episode that has 5,000 keys, and in one that has hardly any. */
async function keys(): Promise<Partial<Results>> {
  const manager = await openProduction(fresh('keys'));
  const many = (await startEpisodes(manager, 1))[0] ?? '';
  for (let from = 0; from < 5000; from += 250) await addKeyedCosts(manager, many, { from, count: 250 });
  let next = 5000;
  const pairs = await alternate(
    16,
    async () => {
      const few = (await startEpisodes(manager, 1))[0] ?? '';
      return addKeyedCosts(manager, few, { from: 0, count: 200 });
    },
    () => addKeyedCosts(manager, many, { from: (next += 200), count: 200 }),
  );
  await manager.close();
  return { keys5k: 1 / ratio(pairs) };
}

/** What a thousand episodes at work take in memory. */
async function memory(): Promise<Partial<Results>> {
  const manager = await openProduction(fresh('memory'));
  await startEpisodes(manager, 100);
  const heap = async (): Promise<number> => {
    await sleep(1200);
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const before = await heap();
  await startEpisodes(manager, 1000);
  const after = await heap();
  await manager.close();
  return { bytesPerLiveEpisode: Math.round((after - before) / 1000) };
}

async function lowdb(): Promise<Partial<Results>> {
  const few = new PlainLowdb(fresh('lowdb'), 10);
  const many = new PlainLowdb(fresh('lowdb'), 1000);
  await few.addCosts('ep_0', 50);
  return {
    lowdbPerSecond10: 1000 / (await few.addCosts('ep_0', 1000)),
    lowdbPerSecond1000: 1000 / (await many.addCosts('ep_0', 100)),
    lowdbConcurrentPerSecond: 1000 / (await many.addCostsAtOnce(1000, 20)),
  };
}

function printSteps(times: Record<string, number>, asJson: boolean): void {
  if (asJson) console.log(JSON.stringify(times));
  else
    for (const [name, took] of Object.entries(times)) console.log(`${name.padEnd(12)} ${took.toFixed(1)} µs`);
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

const help = `npm run bench -- [options]: the engine against raw disk and empty node, in one run; ratios. Takes one to three minutes on a quiet machine.
  --only=sequential,concurrent,growth,starts,keys,memory,lowdb   these parts
  --steps                 processor time of a step of each kind, where a sync costs nothing
  --growth[=<episodes>]   productions with 10 to 100,000 ended episodes, or up to so many: minutes
  --sources               reading sources that are hard for a reader
  --json                  one JSON object
npm run bench:peers: other engines on the same steps. npm run bench:studio: the page.
`;

/** `--sources`: reading sources; a table of its own. `--growth`, or `--growth=10000` for a largest size: a table of its own, which takes minutes. */
async function main(): Promise<void> {
  if (process.argv.includes('--help')) return void process.stdout.write(help);
  const asJson = process.argv.includes('--json');
  const grow = process.argv.find((argument) => argument.startsWith('--growth'));
  if (grow)
    return printGrowth(await measureGrowth(folder, Number(grow.split('=')[1] ?? 100_000), note), asJson);
  if (process.argv.includes('--sources')) return measureSources(folder, asJson);
  if (process.argv.includes('--steps')) return printSteps(await measureSteps(folder, 40), asJson);
  const warning = warningOf(folderUs(folder));
  if (warning) note(warning);
  const parts = { sequential, concurrent, growth, starts, keys, memory, lowdb };
  const results: Partial<Results> = {};
  for (const [name, part] of Object.entries(parts)) {
    if (only !== undefined && !only.split(',').includes(name)) continue;
    const took = await timed(async () => {
      Object.assign(results, await part());
    });
    note(`${name}: ${(took / 1000).toFixed(1)} s`);
  }
  print(results, asJson);
}

await main();
