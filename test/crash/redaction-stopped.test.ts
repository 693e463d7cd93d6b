import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { leaked, leakingProduction, pathsWith, tellTale } from '../redaction/leaked.js';
import { expectSound, openProduction } from '../support/production.js';
import { makeTemporaryDirectory } from '../support/temporary.js';

const script = fileURLToPath(new URL('../support/stopping-writer.mjs', import.meta.url));

/** Works with the secret in a process of its own, which stops itself before its n-th call that changes a file; 0 for never. */
function writer(directory: string, sessionId: string, nth: number) {
  const child = spawn(process.execPath, [script, directory, sessionId, leaked, String(nth)]);
  let [said, complained] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text));
  const ended = once(child, 'close').then(() => ({
    code: child.exitCode,
    calls: said.split('\n').filter(Boolean),
    complained,
  }));
  return { child, ended };
}

/** Until the kernel says that it is stopped. */
async function stopped(pid: number): Promise<void> {
  while (!/^\d+ \(.*\) T/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await sleep(10);
}

describe('a process that was stopped while it wrote', () => {
  const folder = makeTemporaryDirectory();
  const original = join(folder.directory, 'original');
  let sessionId = '';
  let calls: string[] = [];
  beforeAll(async () => {
    ({ sessionId } = await leakingProduction(original));
    const whole = join(folder.directory, 'whole');
    cpSync(original, whole, { recursive: true });
    const life = await writer(whole, sessionId, 0).ended;
    if (life.code !== 0 || life.complained !== '') throw new Error(life.complained);
    ({ calls } = life);
    return folder.remove;
  });

  test('given a text is taken out while one is stopped before any of its calls, when it goes on, then the text is nowhere again, and the production is sound', async () => {
    const strike = async (nth: number): Promise<void> => {
      const directory = join(folder.directory, `life-${nth}`);
      cpSync(original, directory, { recursive: true });
      const { child, ended } = writer(directory, sessionId, nth);
      await stopped(child.pid ?? 0);
      const { left } = await ProductionStateManager.redact({
        directory,
        text: leaked,
        by: 'Ada',
        reason: 'x',
      });
      child.kill('SIGCONT');
      const { code, complained } = await ended;
      const found = pathsWith(directory, tellTale).map((path) => path.slice(directory.length));
      const call = calls[nth - 1]?.replace(join(folder.directory, 'whole'), '');
      expect({ nth, call, left, code, complained, found }).toEqual({
        nth,
        call,
        left: [],
        code: 0,
        complained: '',
        found: [],
      });
      const manager = await openProduction(directory);
      await expectSound(manager);
      await manager.close();
      rmSync(directory, { recursive: true });
    };
    // What is written goes into a file that the call before has made, and folders hold no text.
    const queue = calls.flatMap((call, index) => (/^(?:write|mkdir)/.test(call) ? [] : [index + 1]));
    const points = queue.length;
    const worker = async (): Promise<void> => {
      for (let nth = queue.shift(); nth !== undefined; nth = queue.shift()) await strike(nth);
    };
    await Promise.all([worker(), worker()]);
    console.log(`stopped before ${points} of ${calls.length} calls`);
    expect(points).toBeGreaterThan(30);
  }, 600_000);
});
