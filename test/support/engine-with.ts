import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import type * as Everywhere from '../simulation/everywhere.js';
import { bundleProcess, type PlantedBug } from './bundle.js';

/** The engine as it is in the sources, with a bug planted if one is given; gone when the test is over. */
export async function engineWith(bug?: PlantedBug): Promise<typeof Everywhere> {
  const { file, remove } = await bundleProcess(
    'test/simulation/everywhere.ts',
    `planted-${Math.random().toString(36).slice(2)}`,
    bug,
  );
  onTestFinished(remove);
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as typeof Everywhere;
}
