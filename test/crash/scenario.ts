// One life of a process that works on a production, to be stopped at any system call: node scenario.mjs <directory>.
// What it was told is done goes out with writev, and nothing else does: so every `write` is the engine's, and can be counted.
import { readSync, writevSync } from 'node:fs';
import { ProductionStateManager } from '../../src/index.js';
import { correctedCost, cost, policy, segmentBytes, type Told } from './story.js';

const directory = process.argv[2] ?? '';

function tell(told: Told): void {
  // A single buffer would go out with write (libuv 1.46).
  writevSync(1, [Buffer.from(JSON.stringify(told)), Buffer.from('\n')]);
}

/** Goes on after an error, as a stubborn caller does. */
async function attempt(what: string, work: () => Promise<unknown>): Promise<boolean> {
  tell({ trying: what });
  try {
    await work();
    tell({ done: what });
    return true;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    tell({ failed: what, code: code ?? 'untyped', message });
    return false;
  }
}

/** What `attempt` does, once more when it fails. */
async function attemptTwice(what: string, work: () => Promise<unknown>): Promise<void> {
  if (!(await attempt(what, work))) await attempt(what, work);
}

/** Waits while another process works on the same production. */
function letTheOtherWork(): void {
  tell({ turn: true });
  readSync(0, Buffer.alloc(1));
}

tell({ ready: true });
readSync(0, Buffer.alloc(1));

let opened: ProductionStateManager | undefined;
await attemptTwice('open', async () => {
  opened = await ProductionStateManager.open({ directory, policy, segmentBytes });
});
const manager = opened;
if (manager) {
  let sessionId = '';
  await attemptTwice('create', async () => {
    sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Crash' });
    tell({ sessionId });
  });
  const phase = 'research';
  const pay = (key: string): Promise<boolean> =>
    attempt(`pay ${key}`, () => manager.addCost({ sessionId, phase, operation: 'step', cost, key }));
  const reserve = (key: string): Promise<boolean> =>
    attempt(`reserve ${key}`, () =>
      manager.reserveCost({ sessionId, phase, operation: 'call', key, maxCost: cost }),
    );
  const settle = (key: string): Promise<boolean> =>
    attempt(`pay ${key}`, () =>
      manager.settleCost({
        sessionId,
        key,
        cost,
        result: { key, text: 'x'.repeat(key === 'b' ? 70_000 : 10) },
      }),
    );

  await attempt('start', () => manager.updatePhase({ sessionId, phase, status: 'active' }));
  await pay('a');
  if (await reserve('b')) await settle('b');
  await attempt('policy', () =>
    manager.changePolicy({ set: { maxRecoveries: 9 }, by: 'ann', reason: 'a bad month' }),
  );
  letTheOtherWork();
  // Group commit: decided together, written in one write.
  await Promise.all([pay('c'), pay('d'), reserve('e')]);
  await attempt('save', () =>
    manager.createCheckpoint({ sessionId, checkpointName: 'mid', data: { text: 'y'.repeat(80_000) } }),
  );
  await attempt('fail', () => manager.markPhaseFailed({ sessionId, phase, error: 'provider down' }));
  letTheOtherWork();
  await attempt('recover', () => manager.recoverFailedSession(sessionId));
  await settle('e');
  await attempt('correct a', () =>
    manager.correctCost({ sessionId, key: 'a', cost: correctedCost, by: 'ann', reason: 'the bill' }),
  );
  // The cap is reached on the way: the rest is refused.
  for (const key of ['f', 'g', 'h']) await reserve(key);
  // What was refused waits now, until money comes back.
  const waits = { sessionId, phase, operation: 'call', key: 'w', maxCost: cost, waitMs: 2000 } as const;
  await Promise.all([
    attempt('reserve w', () => manager.reserveCost(waits)),
    attempt('release f', () => manager.releaseCost({ sessionId, key: 'f' })),
  ]);
  await attempt('complete', async () => {
    for (const key of ['g', 'h', 'w']) await manager.releaseCost({ sessionId, key }).catch(() => {});
    await manager.updatePhase({ sessionId, phase, status: 'complete', data: { found: 3 } });
  });
  await attempt('close', () => manager.close());
}
tell({ ended: true });
