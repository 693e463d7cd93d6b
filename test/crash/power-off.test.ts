import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { Volume, mayCutPower } from '../distributed/support/volume.js';
import { bundleProcess } from '../support/bundle.js';
import { expectSound } from '../support/production.js';

const rounds = process.env['SHOWRUNNER_LONG'] ? 40 : 6;

/** What a process was told before the power went. */
interface Told {
  sessionId: string;
  costs: number;
}

/** Processes that commit until the disk is gone; the last has begun when the others have been at work for a while. */
async function workUntilCut(file: string, volume: Volume, workers: number, afterMs: number): Promise<Told[]> {
  const directory = join(volume.directory, 'production');
  const children = Array.from({ length: workers }, (_, index) => {
    const child = spawn(process.execPath, [file, directory, String(index + 1)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let said = '';
    child.stdout.on('data', (text) => (said += String(text)));
    return { child, ended: once(child, 'close'), said: () => said };
  });
  while (!children.every(({ said }) => said().split('\n').length > 2)) {
    if (children.some(({ child }) => child.exitCode !== null)) throw new Error('a process ended by itself');
    await wait(10);
  }
  if (workers === 1) await untilRedoFile(directory);
  await wait(afterMs);
  volume.cut();
  // What was told is what was told by now: nothing that is answered later was on the disk before.
  const told = children.map(({ said }) => toldBy(said()));
  for (const { child } of children) child.kill('SIGKILL');
  await Promise.all(children.map(({ ended }) => ended));
  return told;
}

async function untilRedoFile(directory: string): Promise<void> {
  for (let looks = 0; looks < 100 && !hasRedoFile(directory); looks += 1) await wait(20);
}

function hasRedoFile(directory: string): boolean {
  return readdirSync(join(directory, 'journal')).some((name) => name.startsWith('redo-'));
}

function toldBy(said: string): Told {
  const lines = said.split('\n').slice(0, -1);
  return { sessionId: lines[0] ?? '', costs: lines.length - 1 };
}

describe.skipIf(!mayCutPower && !process.env['CI'])('the power of a real disk', () => {
  /** How often a power cut found a redo file: a disk that is slow for the moment is synced in the thread pool, without one. */
  let redone = 0;
  let bundled: Awaited<ReturnType<typeof bundleProcess>>;
  beforeAll(async () => {
    bundled = await bundleProcess('test/crash/alone.ts', 'alone');
  });
  afterAll(() => bundled.remove());

  test.each([
    ['ext4', 1],
    ['ext4', 2],
    ['xfs', 1],
    ['xfs', 2],
  ] as const)(
    'given it goes on %s while %i at work commit alone, then everything acknowledged is there',
    async (system, workers) => {
      for (let round = 0; round < rounds; round += 1) {
        const volume = new Volume(system);
        onTestFinished(() => volume.remove());
        const told = await workUntilCut(bundled.file, volume, workers, 40 * round);
        await volume.restore();
        const directory = join(volume.directory, 'production');
        if (hasRedoFile(directory)) redone += 1;
        const manager = await ProductionStateManager.open({ directory });
        for (const { sessionId, costs } of told) {
          const { total_cost: dollars } = await manager.getEpisodeState(sessionId);
          expect(Math.round(dollars * 1000), `${system}, round ${round}`).toBeGreaterThanOrEqual(costs);
        }
        await expectSound(manager);
        await manager.close();
        volume.remove();
      }
    },
    120_000,
  );

  test('given all these cuts, then some came while a redo file was in use', () => {
    expect(redone).toBeGreaterThan(0);
  });
});
