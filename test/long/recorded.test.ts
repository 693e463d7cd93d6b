import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { MemoryDisk, memoryProduction } from '../../src/testing/index.js';
import { replay, replayed, type RecordedCall } from '../simulation/recording.js';
import { cuts, story } from '../simulation/story.js';
import type { Acknowledged } from '../simulation/work.js';
import { bundleProcess, type PlantedBug } from '../support/bundle.js';
import { temporaryDirectory } from '../support/temporary.js';

async function record(folder: string, bug?: PlantedBug): Promise<RecordedCall[]> {
  const { file, remove } = await bundleProcess(
    'test/simulation/recorded-life.ts',
    bug ? 'recorded-bug' : 'recorded',
    bug,
  );
  onTestFinished(remove);
  const { stdout } = await promisify(execFile)(process.execPath, [file, folder], { maxBuffer: 1 << 28 });
  return JSON.parse(stdout) as RecordedCall[];
}

/** Every file below the recorded folder, by its path there. */
function contents(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    names.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length), readFileSync(path, 'latin1')];
    }),
  );
}

test("given a real process's calls of the disk, when the power goes after any of them, then whatever the disk may hold has all that was told", async () => {
  const folder = temporaryDirectory();
  const calls = await record(folder);
  // Told again in memory, they leave the files that are on the real disk.
  const again = new MemoryDisk(replayed);
  replay(again, calls);
  const real = contents(folder);
  expect(real.size).toBeGreaterThan(5);
  for (const [path, content] of real) expect(again.readFile(path)?.toString('latin1'), path).toBe(content);
  const points = await cutAfterEach(calls);
  process.stdout.write(
    `${points.toLocaleString('en')} states that a real process's ${calls.length} calls may leave on the disk, nothing lost\n`,
  );
  expect(points).toBeGreaterThan(300);
});

test('given a process that acknowledges before it syncs, when the power goes after any of its calls, then the alarm rings', async () => {
  const bug = {
    file: 'src/journal/journal.ts',
    from: 'const synced = isSure && this.#isRedone(landing) ? undefined : this.#sync({ force: true });',
    to: 'const synced = undefined as ProductionError | undefined;',
  };
  const calls = await record(temporaryDirectory(), bug);
  await expect(cutAfterEach(calls)).rejects.toThrow(/after call \d+/);
});

/** Every state that the disk may be in after a power cut at any place; gives how many were looked at. */
async function cutAfterEach(calls: readonly RecordedCall[]): Promise<number> {
  let points = 0;
  for (let done = 1; done <= calls.length; done += 1) {
    if (
      ['open', 'openInPlace', 'close'].includes(calls[done - 1]?.call ?? '') &&
      calls[done - 1]?.mode !== 'create'
    )
      continue;
    const told = JSON.parse(calls[Math.min(done, calls.length - 1)]?.told ?? '') as Acknowledged;
    for (const [what, cut] of cuts) {
      const disk = new MemoryDisk(replayed);
      replay(disk, calls.slice(0, done));
      await expectKept(
        disk.powerCut(cut),
        told,
        `after call ${done} of ${calls.length} (${calls[done - 1]?.call}), ${what}`,
      );
      points += 1;
    }
  }
  return points;
}

async function expectKept(disk: MemoryDisk, told: Acknowledged, where: string): Promise<void> {
  const { manager } = await memoryProduction({ ...story.open, disk }).catch((error: unknown) => {
    throw new Error(where, { cause: error });
  });
  await story.check(manager, told).catch((error: unknown) => {
    throw new Error(where, { cause: error });
  });
  expect(await manager.verify(), where).toMatchObject({ ok: true, problems: [] });
  await manager.close();
}
