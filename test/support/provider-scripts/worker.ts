// A process that plays scripts of a provider, some at once, until it is killed: node worker.mjs '{"url":…,"directory":…,"seeds":[…]}'. One line per script that is over.
import { join } from 'node:path';
import { ProductionStateManager } from 'showrunner';
import { live, policy } from './live.js';

const atOnce = 6;

/** What such a process is told to do. */
export interface ScriptWork {
  url: string;
  directory: string;
  seeds: number[];
}

const { url, directory, seeds } = JSON.parse(process.argv[2] ?? '') as ScriptWork;

async function play(): Promise<void> {
  for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
    const manager = await ProductionStateManager.open({ directory: join(directory, String(seed)), policy });
    await live(manager, url, seed);
    await manager.close();
    process.stdout.write(`${seed}\n`);
  }
}

await Promise.all(Array.from({ length: atOnce }, play));
