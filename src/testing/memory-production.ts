import { ProductionStateManager } from '../manager/manager.js';
import type { OpenOptions } from '../manager/handle.js';
import { fixedClock, type FixedClock } from './fixed-clock.js';
import { MemoryDisk } from './memory-disk.js';

/** A production without a file: journal and documents are in memory. Phase workers write real files, so producing needs `temporaryProduction`. */
export interface MemoryProduction {
  manager: ProductionStateManager;
  clock: FixedClock;
  disk: MemoryDisk;
}

const directory = '/production';

/** Opens a production in memory; pass the `disk` of an earlier one to open it again. */
export async function memoryProduction(
  options: Omit<OpenOptions, 'directory' | 'clock' | 'disk'> & { disk?: MemoryDisk; clock?: FixedClock } = {},
): Promise<MemoryProduction> {
  const { disk = new MemoryDisk(), clock = fixedClock(), ...rest } = options;
  const manager = await ProductionStateManager.open({ ...rest, directory, clock, disk });
  return { manager, clock, disk };
}
