import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasKey } from '../../machines/index.js';
import { nodeDisk } from '../../src/disk/index.js';
import { ProductionError, ProductionStateManager, type OpenOptions } from '../../src/index.js';
import { faultyDisk, type Fault } from '../support/faulty-disk.js';
import { expectDocumentsParse, expectSound, openProduction } from '../support/production.js';
import { expectSameDocumentsWhenRebuilt } from '../support/crash.js';
import { temporaryDirectory } from '../support/temporary.js';

/** What a caller has been told is done. */
interface Told {
  sessionId?: string;
  started?: boolean;
  costs: string[];
  completed?: boolean;
  closed?: boolean;
  errors: unknown[];
}

/** Create, start, pay, complete, close; goes on after an error, as a stubborn caller does. */
async function produceShortly(directory: string, options: OpenOptions): Promise<Told> {
  const told: Told = { costs: [], errors: [] };
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    await Promise.race([
      work(),
      new Promise((_, reject) => setTimeout(() => reject(new Error('the call never settled')), 5000).unref()),
    ]).catch((error: unknown) => told.errors.push(error));
  };
  let opened: ProductionStateManager | undefined;
  await attempt(async () => (opened = await ProductionStateManager.open({ directory, ...options })));
  const manager = opened;
  if (!manager) return told;
  for (let tries = 0; tries < 2 && !told.sessionId; tries += 1)
    await attempt(
      async () => (told.sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Faults' })),
    );
  const { sessionId } = told;
  if (sessionId) {
    await attempt(() =>
      manager
        .updatePhase({ sessionId, phase: 'research', status: 'active' })
        .then(() => (told.started = true)),
    );
    for (const key of ['a', 'b', 'c'])
      await attempt(() =>
        manager
          .addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.10', key })
          .then(() => told.costs.push(key)),
      );
    await attempt(() =>
      manager
        .updatePhase({ sessionId, phase: 'research', status: 'complete', data: { found: 3 } })
        .then(() => (told.completed = true)),
    );
    await attempt(() =>
      manager
        .addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.10', key: 'd' })
        .then(() => told.costs.push('d')),
    );
  }
  await attempt(() => manager.close().then(() => (told.closed = true)));
  return told;
}

const disks = new Set(['journal_unavailable', 'document_unavailable']);

function expectTyped(error: unknown, where: string): void {
  if (!(error instanceof ProductionError)) throw new Error(`${where}: not typed`, { cause: error });
  const { code, message, remedy } = error;
  // After a failure the following calls may be refused for what was not done.
  if (code === 'wrong_state' || code === 'phase_out_of_order') return;
  // Not only what happened, but what to do.
  const advises = /; |: (?:free space|check)|\. The journal|Run /.test(message);
  expect({ where, message, remedy, isDisk: disks.has(code), advises }).toEqual({
    where,
    message,
    remedy: 'operator',
    isDisk: true,
    advises: true,
  });
}

async function expectAllThere(directory: string, told: Told, where: string): Promise<void> {
  const manager = await openProduction(directory);
  await expectSound(manager);
  const made = await manager.listEpisodes();
  // What was not acknowledged may be there or not, at most once for each try.
  if (made.length > 2) throw new Error(`${where}: ${made.length} episodes`);
  if (told.sessionId) {
    const { context } = await manager.getSnapshot(told.sessionId);
    const missing = told.costs.filter((key) => !hasKey(context.paid, key));
    const { status } = context.phases.research;
    const isKept = told.completed
      ? status === 'complete'
      : !told.started || status === 'active' || status === 'complete';
    if (missing.length > 0 || !isKept)
      throw new Error(`${where}: lost ${JSON.stringify({ missing, status, told })}`);
  }
  const fresh = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Afterwards' });
  await manager.addCost({ sessionId: fresh, phase: 'research', operation: 'step', cost: '0.01' });
  await expectSound(manager);
  await manager.close();
  expectDocumentsParse(directory);
}

const kinds: { fault: Fault; lasting: boolean }[] = [
  { fault: 'ENOSPC', lasting: false },
  { fault: 'ENOSPC', lasting: true },
  { fault: 'EIO', lasting: false },
  { fault: 'EIO', lasting: true },
  { fault: 'EROFS', lasting: false },
  { fault: 'EROFS', lasting: true },
  { fault: 'short', lasting: false },
  { fault: 'short', lasting: true },
];

describe('a disk that fails', () => {
  test.each(kinds)(
    'given $fault (lasting: $lasting) at any one call, when an episode is worked on, then errors are typed and nothing acknowledged is lost',
    { timeout: 120_000 },
    async ({ fault, lasting }) => {
      let injected = 0;
      for (let nth = 1; ; nth += 1) {
        const directory = temporaryDirectory();
        const disk = faultyDisk(fault, nth, lasting);
        const told = await produceShortly(directory, { disk });
        if (disk.failed === undefined) break;
        injected += 1;
        const where = `${fault} at call ${nth} (${disk.failed})`;
        for (const error of told.errors) expectTyped(error, where);
        await expectAllThere(directory, told, where);
        if (nth % 10 === 0) await expectSameDocumentsWhenRebuilt(directory);
      }
      expect(injected).toBeGreaterThan(lasting && fault === 'short' ? 3 : 5);
    },
  );
});

test("given an episode's folders cannot be made, when it is created, then it exists all the same, and its folders come with its first documents", async () => {
  let isFull = false;
  const disk = {
    ...nodeDisk,
    makeDirectory(path: string): void {
      if (isFull) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      nodeDisk.makeDirectory(path);
    },
  };
  const directory = temporaryDirectory();
  const manager = await ProductionStateManager.open({ directory, disk });
  const heard: unknown[] = [];
  manager.on('error', (error) => heard.push(error));
  isFull = true;
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'No room' });
  expect(heard).toMatchObject([{ code: 'journal_unavailable', message: expect.stringContaining('ENOSPC') }]);
  isFull = false;
  await manager.close();
  expect(existsSync(join(directory, sessionId, 'session.json'))).toBe(true);
});
