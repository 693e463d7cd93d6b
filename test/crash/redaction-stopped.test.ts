import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { SessionId } from '../../machines/index.js';
import { writeProduceSettings } from '../../src/documents/produce-settings.js';
import { ProductionStateManager } from '../../src/index.js';
import { Endpoints } from '../../src/telemetry/endpoints.js';
import { leaked, leakingProduction, pathsWith, tellTale } from '../redaction/leaked.js';
import { expectSound, openProduction } from '../support/production.js';
import { makeTemporaryDirectory } from '../support/temporary.js';

const script = fileURLToPath(new URL('../support/stopping-writer.mjs', import.meta.url));
const redacting = fileURLToPath(new URL('../support/redacting.mjs', import.meta.url));

/** Works with the secret in a process of its own, which stops itself before its n-th call that changes a file; 0 for never. */
function writer(directory: string, sessionId: string, nth: number) {
  return begun([script, directory, sessionId, leaked, String(nth)]);
}

function begun(args: string[]) {
  const child = spawn(process.execPath, args);
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

  /** The calls of the one who takes the text out that rename: his first begins, his second moves the journal away, his third puts the new one there. */
  async function renames(): Promise<number[]> {
    const whole = join(folder.directory, 'redacted');
    cpSync(original, whole, { recursive: true });
    const redaction = await begun([redacting, whole, leaked, '0']).ended;
    rmSync(whole, { recursive: true });
    return redaction.calls.flatMap((call, index) => (call === 'renameSync' ? [index + 1] : []));
  }

  test('given the one who takes a text out is stopped between his look at the files and the step, when another puts it into payloads and files meanwhile, then it is nowhere afterwards, and what was committed is there', async () => {
    const [begins = 0, moves = 0] = await renames();
    for (const nth of [begins + 4, moves - 1, moves]) {
      const directory = join(folder.directory, `meanwhile-${nth}`);
      cpSync(original, directory, { recursive: true });
      const manager = await openProduction(directory);
      writeFileSync(join(directory, sessionId, 'script', 'plain.md'), 'x'.repeat(leaked.length));
      const { child, ended } = begun([redacting, directory, leaked, String(nth), 'SIGSTOP']);
      await stopped(child.pid ?? 0);
      const more = 'v'.repeat(80_000);
      await manager.createCheckpoint({ sessionId, checkpointName: 'late', data: { text: leaked, more } });
      writeFileSync(join(directory, sessionId, 'script', 'late.md'), leaked);
      writeFileSync(join(directory, sessionId, 'script', 'plain.md'), leaked);
      writeProduceSettings(manager.production, sessionId as SessionId, { crew: leaked, crew_options: {} });
      child.kill('SIGCONT');
      const { code, complained, calls: left } = await ended;
      const found = pathsWith(directory, tellTale).map((path) => path.slice(directory.length));
      expect({ nth, code, complained, left, found }).toEqual({
        nth,
        code: 0,
        complained: '',
        left: [],
        found: [],
      });
      await expect(manager.getEpisodeState(sessionId)).rejects.toThrow(/start the process again/);
      // Nor does it show what it has not shown yet.
      await manager.close().catch(() => {});
      const again = await openProduction(directory);
      expect((await again.loadCheckpoint(sessionId, 'late')).data).toMatchObject({ more });
      await expectSound(again);
      await again.close();
    }
  }, 60_000);

  test('given a payload that is about to get its name when a text is taken out, when it would get it right before the step, then it does not', async () => {
    const names = calls.findIndex((call) => /^rename\S* .*late-[0-9a-f]{12}\.json$/.test(call)) + 1;
    const [, , puts = 0] = await renames();
    const directory = join(folder.directory, 'about');
    cpSync(original, directory, { recursive: true });
    const writes = writer(directory, sessionId, names);
    await stopped(writes.child.pid ?? 0);
    const redacts = begun([redacting, directory, leaked, String(puts), 'SIGSTOP']);
    await stopped(redacts.child.pid ?? 0);
    writes.child.kill('SIGCONT');
    await writes.ended;
    redacts.child.kill('SIGCONT');
    const { code, complained, calls: left } = await redacts.ended;
    expect({ names: names > 0, code, complained, left }).toEqual({
      names: true,
      code: 0,
      complained: '',
      left: [],
    });
    expect(pathsWith(directory, tellTale)).toEqual([]);
    const manager = await openProduction(directory);
    await expectSound(manager);
    await manager.close();
  }, 60_000);

  test('given a process that had the production open, when the text was taken out, then neither settings nor progress of webhooks are put in their place by it', async () => {
    const directory = join(folder.directory, 'open');
    cpSync(original, directory, { recursive: true });
    const manager = await openProduction(directory);
    const endpoints = new Endpoints(directory);
    const endpoint = endpoints.add({
      url: 'https://example.com/',
      types: ['*'],
      from: 0,
      allowPrivate: false,
    });
    await ProductionStateManager.redact({ directory, text: leaked, by: 'Ada', reason: 'x' });
    const { production } = manager;
    const replaced = /no longer the one/;
    expect(() =>
      writeProduceSettings(production, sessionId as SessionId, { crew: leaked, crew_options: {} }),
    ).toThrow(replaced);
    const progress = { ...endpoints.progress(endpoint), failure: leaked };
    expect(() => endpoints.saveProgress(endpoint, progress, () => production.seeJournal())).toThrow(replaced);
    expect(pathsWith(directory, tellTale)).toEqual([]);
    expect(
      readdirSync(directory, { recursive: true }).filter((path) => String(path).includes('.tmp-')),
    ).toEqual([]);
    await manager.close();
  });
});
