import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProductionStateManager } from '../manager/manager.js';
import type { OpenOptions } from '../manager/handle.js';
import { fixedClock, type FixedClock } from './fixed-clock.js';

/** A production of a test's own. */
export interface TemporaryProduction {
  manager: ProductionStateManager;
  clock: FixedClock;
  directory: string;
  /** Closes the manager and removes the folder. */
  remove(): Promise<void>;
}

/** A production in a folder of its own under the system's temporary folder, with a clock that stands still, so that ids are always the same. */
export async function temporaryProduction(
  options: Omit<OpenOptions, 'directory' | 'clock'> = {},
): Promise<TemporaryProduction> {
  const directory = await mkdtemp(join(tmpdir(), 'showrunner-'));
  const clock = fixedClock();
  const manager = await ProductionStateManager.open({ ...options, directory, clock });
  return {
    manager,
    clock,
    directory,
    async remove() {
      await manager.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
