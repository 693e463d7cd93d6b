import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Table from 'cli-table3';
import type { ProductionStateManager } from '../../src/index.js';
import { coldStart } from './cold-start.js';
import { alternate, median, ratio, timed } from './measure.js';
import { addCosts, endEpisodes, openProduction, openUnsynced, startEpisodes } from './production.js';

/** A production with so many ended episodes, and one at work. Bytes are what files hold; `diskBytes` is what they take with their folders. */
export interface Grown {
  episodes: number;
  /** A commit here over one beside ten ended episodes, in turns. */
  commit: number;
  openMs: number;
  /** `showrunner list` over `node -e 0`. */
  coldStart: number | null;
  /** Reading one ended episode that is not in memory. */
  rehydrateMs: number;
  heapBytes: number;
  journalBytes: number;
  compactedBytes: number;
  compactMs: number;
  diskBytes: number;
}

const sizes = [10, 100, 1000, 10_000, 100_000];

/** Builds a production of each size in turn and measures it beside one with ten ended episodes. */
export async function measureGrowth(
  folder: string,
  largest: number,
  note: (text: string) => void,
): Promise<Grown[]> {
  const reference = await build(join(folder, 'reference'), 10);
  const small = await openProduction(reference.directory);
  const [smallId = ''] = await startEpisodes(small, 1);
  await addCosts(small, smallId, 3000);
  const rows: Grown[] = [];
  for (const episodes of sizes.filter((size) => size <= largest)) {
    const took = await timed(async () => {
      const { directory, ids } = await build(join(folder, `grown-${episodes}`), episodes);
      rows.push(
        await measureOne(directory, ids, (many, id) =>
          alternate(
            16,
            () => addCosts(small, smallId, 200),
            () => addCosts(many, id, 200),
          ),
        ),
      );
      rmSync(directory, { recursive: true });
    });
    note(`${episodes.toLocaleString('en')} episodes: ${(took / 1000).toFixed(1)} s`);
  }
  await small.close();
  return rows;
}

async function build(directory: string, count: number): Promise<{ directory: string; ids: string[] }> {
  mkdirSync(directory, { recursive: true });
  const manager = await openUnsynced(directory);
  const ids: string[] = [];
  for (let done = 0; done < count; done += 1000) {
    ids.push(...(await endEpisodes(manager, Math.min(1000, count - done))));
    // Documents keep up: what waits to be shown is in memory until then.
    await manager.production.show();
  }
  await manager.close();
  spawnSync('sync');
  return { directory, ids };
}

type InTurns = (many: ProductionStateManager, id: string) => Promise<{ a: number; b: number }[]>;

async function measureOne(directory: string, ids: readonly string[], inTurns: InTurns): Promise<Grown> {
  const cold = await coldStart(directory, 7);
  const before = heap();
  const began = performance.now();
  const manager = await openProduction(directory);
  const openMs = performance.now() - began;
  const heapBytes = heap() - before;
  const reading: number[] = [];
  const step = Math.max(1, Math.floor(ids.length / 20));
  for (let index = 0; index < ids.length; index += step)
    reading.push(await timed(() => manager.getSnapshot(ids[index] ?? '')));
  const diskBytes = diskUse(directory);
  const journalBytes = sizeOfFiles(join(directory, 'journal'));
  const compactMs = await timed(() => manager.production.compact());
  const compactedBytes = sizeOfFiles(join(directory, 'journal'));
  const [id = ''] = await startEpisodes(manager, 1);
  await addCosts(manager, id, 3000);
  const commit = ratio(await inTurns(manager, id));
  await manager.close();
  return {
    episodes: ids.length,
    commit,
    openMs,
    coldStart: cold?.ratio ?? null,
    rehydrateMs: median(reading),
    heapBytes,
    journalBytes,
    compactedBytes,
    compactMs,
    diskBytes,
  };
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function sizeOfFiles(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** What `du` says: blocks of 512 bytes, of files and of folders. */
function diskUse(directory: string): number {
  let blocks = statSync(directory).blocks;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    blocks += entry.isDirectory() ? diskUse(path) / 512 : statSync(path).blocks;
  }
  return blocks * 512;
}

const mega = (bytes: number): string =>
  `${(bytes / 1e6).toLocaleString('en', { maximumSignificantDigits: 3 })} MB`;

const columns: [title: string, show: (row: Grown) => string][] = [
  ['ended episodes', ({ episodes }) => episodes.toLocaleString('en')],
  ['a commit, over one beside 10', ({ commit }) => commit.toFixed(2)],
  ['opening, ms', ({ openMs }) => openMs.toFixed(1)],
  ['`list` over bare node', ({ coldStart: over }) => over?.toFixed(2) ?? '–'],
  ['reading one, ms', ({ rehydrateMs }) => rehydrateMs.toFixed(2)],
  ['memory', ({ heapBytes }) => mega(heapBytes)],
  ['journal', ({ journalBytes }) => mega(journalBytes)],
  [
    '… compacted',
    ({ compactedBytes, compactMs }) => `${mega(compactedBytes)} in ${Math.round(compactMs)} ms`,
  ],
  ['all files on disk', ({ diskBytes }) => mega(diskBytes)],
];

export function printGrowth(rows: readonly Grown[], asJson: boolean): void {
  if (asJson) {
    process.stdout.write(`${JSON.stringify({ growth: rows })}\n`);
    return;
  }
  const table = new Table({ head: columns.map(([title]) => title), style: { head: [], border: [] } });
  table.push(...rows.map((row) => columns.map(([, show]) => show(row))));
  process.stdout.write(`${table.toString()}\n`);
}
