import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { isGone, thisProcess } from '../../src/disk/index.js';

test('given this process, then it is not gone', () => {
  expect(isGone(thisProcess())).toBe(false);
});

test('given a process has ended, then it is gone', async () => {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  const identity = { ...thisProcess(), pid: child.pid ?? 0 };
  await once(child, 'close');
  expect(isGone(identity)).toBe(true);
});

test('given its number belongs to a process that started at another time, then it is gone', () => {
  expect(isGone({ ...thisProcess(), startedAt: '1' })).toBe(true);
});

test('given a process of another machine, or one whose start nobody could tell, then nobody can say that it is gone', () => {
  expect(isGone({ ...thisProcess(), machine: 'another', pid: 99_999_999 })).toBe(false);
  expect(isGone({ ...thisProcess(), startedAt: 'unknown' })).toBe(false);
});

test.each([
  ['is gone', () => ({ ...thisProcess(), startedAt: '1' }), 'skipped'],
  ['is on another machine', () => ({ ...thisProcess(), machine: 'another' }), 'claimed_elsewhere'],
  ['is alive', thisProcess, 'claimed_elsewhere'],
] as const)(
  'given a live claim whose process %s, when somebody else moves the episode, then it is let through or refused',
  async (_how, claimant, outcome) => {
    const manager = await ProductionStateManager.open({ directory: temporaryDirectory() });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const until = new Date(Date.now() + 60_000).toISOString();
    await manager.send(sessionId, { type: 'lease.claim', holder: 'a process', until, process: claimant() });
    const moved = await manager.skipPhase({ sessionId, phase: 'research', reason: 'notes are ready' }).then(
      ({ phases }) => phases.research.status,
      ({ code }: { code: string }) => code,
    );
    expect(moved).toBe(outcome);
    await manager.close();
  },
);
