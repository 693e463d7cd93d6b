import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { ProductionError, ProductionStateManager } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { edited, type Edit } from './edits.js';

/** How often a property is tried, each time with the same stories; at night twenty times as often, with others. */
export function tries(few: number): { numRuns: number; seed?: number } {
  return process.env['SHOWRUNNER_LONG'] ? { numRuns: few * 20 } : { numRuns: few, seed: 20_261_123 };
}

/** What a production knows, to be compared with what is left of it. */
export interface Told {
  directory: string;
  ids: string[];
  /** Each episode's commits, in order, as text. */
  histories: string[][];
  spent: number;
}

/** A closed production in several segments, the first of them compacted: an episode at work, one that failed, one that is complete. */
export async function toldProduction(): Promise<Told> {
  const directory = temporaryDirectory();
  const manager = await ProductionStateManager.open({ directory, segmentBytes: 6000 });
  const ids: string[] = [];
  for (let n = 1; n <= 3; n += 1)
    ids.push(await manager.createEpisodeSession({ episodeNum: n, topic: `Topic ${n}` }));
  const [working = '', failed = '', complete = ''] = ids;
  for (const sessionId of ids)
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', cost: '0.10' });
  await manager.updatePhase({ sessionId: working, phase: 'script', status: 'active' });
  await manager.reserveCost({
    sessionId: working,
    phase: 'script',
    operation: 'write',
    key: 'w',
    maxCost: '0.20',
  });
  await manager.markPhaseFailed({ sessionId: failed, phase: 'script', error: 'down' });
  await manager.updatePhase({ sessionId: complete, phase: 'script', status: 'complete', cost: '0.30' });
  await manager.updatePhase({ sessionId: complete, phase: 'audio', status: 'complete', cost: '0.40' });
  await manager.settleCost({ sessionId: working, key: 'w', cost: '0.15' });
  manager.production.compact();
  const histories = await historiesOf(manager, ids);
  const spent = await manager.getTotalSpending();
  await manager.close();
  return { directory, ids, histories, spent };
}

export async function historiesOf(
  manager: ProductionStateManager,
  ids: readonly string[],
): Promise<string[][]> {
  const histories: string[][] = [];
  for (const id of ids)
    histories.push((await manager.history(id)).map((step) => JSON.stringify([step.position, step.event])));
  return histories;
}

export function copyOf(directory: string): string {
  const copy = temporaryDirectory();
  cpSync(directory, copy, { recursive: true });
  return copy;
}

export function editFile(path: string, edits: readonly Edit[]): void {
  writeFileSync(path, edits.reduce<Buffer>(edited, readFileSync(path)));
}

/** Opens it if it may be opened. What is refused must be refused with a reason. */
export async function openOrRefusal(directory: string): Promise<ProductionStateManager | ProductionError> {
  try {
    const manager = await ProductionStateManager.open({ directory, segmentBytes: 6000 });
    onTestFinished(() => manager.close().catch(() => {}));
    return manager;
  } catch (error) {
    if (error instanceof ProductionError && error.code !== 'machine_broken') return error;
    throw error;
  }
}
