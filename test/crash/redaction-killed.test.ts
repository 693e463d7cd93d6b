import { execFile } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { expectSound } from '../support/production.js';
import { makeTemporaryDirectory } from '../support/temporary.js';
import { leaked, leakingProduction, pathsWith, tellTale } from '../redaction/leaked.js';

const script = fileURLToPath(new URL('../support/redacting.mjs', import.meta.url));

/** Takes the secret out in a process of its own, which is killed before its n-th call that changes a file; 0 for never. */
function redactIn(
  directory: string,
  nth: number,
): Promise<{ signal: string | undefined; calls: string[]; stderr: string }> {
  return new Promise((resolve) =>
    execFile(process.execPath, [script, directory, leaked, String(nth)], (error, stdout, stderr) =>
      resolve({ signal: error?.signal ?? undefined, calls: stdout.split('\n').filter(Boolean), stderr }),
    ),
  );
}

/** Which of the two states a production is in: everything has the secret, or nothing. */
async function stateOf(directory: string): Promise<'old' | 'new'> {
  const manager = await ProductionStateManager.open({ directory });
  try {
    await expectSound(manager);
    const redactions = await manager.getRedactions();
    const sessions = (await manager.listEpisodes()).map(({ session_id: id }) => id);
    expect(sessions).toHaveLength(2);
    expect((await manager.loadCheckpoint(sessions[0] ?? '', 'big')).data).toMatchObject({
      more: 'y'.repeat(80_000),
    });
    expect(redactions.length).toBeLessThanOrEqual(1);
    return redactions.length === 1 ? 'new' : 'old';
  } finally {
    await manager.close();
  }
}

describe('a removal that is killed', () => {
  const folder = makeTemporaryDirectory();
  const original = join(folder.directory, 'original');
  let calls: string[] = [];
  beforeAll(async () => {
    await leakingProduction(original);
    cpSync(original, join(folder.directory, 'whole'), { recursive: true });
    calls = (await redactIn(join(folder.directory, 'whole'), 0)).calls;
    return folder.remove;
  });

  test('given a kill at each of its steps, when the production is opened, then it is whole, and the secret is everywhere where it was or nowhere; and it can be taken out again', async () => {
    // The journals change places in the renames, and what is between them is made or removed; every other call only adds to what is staged.
    const turning = new Set(['renameSync', 'rmSync', 'mkdirSync', 'chmodSync']);
    const settled = calls.lastIndexOf('rmSync') + 2;
    const points = calls.flatMap((name, index) => (turning.has(name) && index < settled ? [index + 1] : []));
    const seen = { old: 0, new: 0 };
    const strike = async (nth: number): Promise<void> => {
      const directory = join(folder.directory, `life-${nth}`);
      cpSync(original, directory, { recursive: true });
      const life = await redactIn(directory, nth);
      expect(life, `${nth}: ${calls[nth - 1] ?? ''}`).toMatchObject({ signal: 'SIGKILL', stderr: '' });
      const state = await stateOf(directory);
      seen[state] += 1;
      const places = pathsWith(directory, tellTale);
      const fits = state === 'old' ? places.length > 9 : places.length === 0;
      expect({ nth, call: calls[nth - 1], state, places, fits }).toMatchObject({ fits: true });
      const again = await ProductionStateManager.redact({ directory, text: leaked, reason: 'again' });
      expect(again.left).toEqual([]);
      expect(pathsWith(directory, tellTale)).toEqual([]);
      expect(readdirSync(directory).filter((name) => name.startsWith('.redaction'))).toEqual([]);
      expect(await stateOf(directory)).toBe('new');
    };
    const queue = [...points];
    const worker = async (): Promise<void> => {
      for (let nth = queue.shift(); nth !== undefined; nth = queue.shift()) await strike(nth);
    };
    await Promise.all([worker(), worker()]);
    console.log(`killed at ${points.length} of ${calls.length} calls: ${seen.old} old, ${seen.new} new`);
    expect(Math.min(seen.old, seen.new)).toBeGreaterThan(0);
  }, 600_000);
});
