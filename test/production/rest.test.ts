import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { pauseMs, restMs } from '../../src/projection/pace.js';
import { Slices } from '../../src/projection/slices.js';
import { MemoryDisk, memoryProduction } from '../../src/testing/index.js';

describe('how long documents rest', () => {
  test('given writing them is quick, then they are written again within a second, however busy the process is', () => {
    expect(restMs({ tookMs: 5, utilization: 0.1, afterMs: 300 })).toBe(900);
    expect(restMs({ tookMs: 45, utilization: 1, afterMs: 300 })).toBe(900);
  });

  test('given a thousand of them change each second, then an idle process goes on showing them within a second', () => {
    expect(restMs({ tookMs: 150, utilization: 0.3, afterMs: 300 })).toBe(900);
  });

  test('given a busy process, then they take a twentieth of its time', () => {
    expect(restMs({ tookMs: 150, utilization: 0.9, afterMs: 300 })).toBe(3000);
  });

  test('given so many that a second is not enough, then they take a fifth of the time', () => {
    expect(restMs({ tookMs: 1000, utilization: 0.4, afterMs: 300 })).toBe(5000);
  });

  test('given they made way for others meanwhile, then they rest that much less', () => {
    expect(restMs({ tookMs: 150, pausedMs: 2000, utilization: 0.9, afterMs: 300 })).toBe(1000);
    expect(restMs({ tookMs: 150, pausedMs: 3000, utilization: 0.9, afterMs: 300 })).toBe(900);
  });
});

describe('how long documents make way amid writing', () => {
  const passes = (ms: number): void => {
    for (const until = performance.now() + ms; performance.now() < until;);
  };
  const turned = async (turn: Promise<void> | undefined, immediates: number): Promise<boolean> => {
    let isOver = false;
    void turn?.then(() => (isOver = true));
    for (let each = 0; each < immediates; each += 1) await new Promise(setImmediate);
    return isOver;
  };

  test('given a busy process, then a pause and the slice before it are a twentieth of their time', () => {
    expect(pauseMs(3)).toBe(57);
  });

  test('given a process with little to do, then others have one turn of the event loop', async () => {
    const slices = new Slices(false);
    passes(4);
    expect(await turned(slices.turn(), 2)).toBe(true);
    expect(slices.pausedMs).toBe(0);
  });

  test('given a busy process, then others have many, until somebody waits for the documents', async () => {
    const slices = new Slices(true);
    passes(50);
    const turn = slices.turn();
    expect(await turned(turn, 10)).toBe(false);
    slices.hurry();
    await turn;
    passes(4);
    expect(await turned(slices.turn(), 2)).toBe(true);
  });
});

/** A disk on which the first rename of a document waits until it is let go. */
class SlowRename extends MemoryDisk {
  letGo: (() => void) | undefined;
  renames = 0;

  override async renameLater(from: string, to: string): Promise<void> {
    this.renames += 1;
    if (this.renames === 1) await new Promise<void>((resolve) => (this.letGo = resolve));
    await super.renameLater(from, to);
  }
}

describe('what becomes due while documents are being written', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  test('given a commit meanwhile, then it is shown when they have rested, and not before', async () => {
    const disk = new SlowRename();
    const { manager } = await memoryProduction({ disk });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Tides' });
    await vi.advanceTimersByTimeAsync(300);
    await vi.waitUntil(() => disk.letGo, { timeout: 10_000 });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    disk.letGo?.();
    for (let turns = 0; turns < 20; turns += 1) await new Promise(setImmediate);

    await vi.advanceTimersByTimeAsync(400);
    expect(disk.renames).toBe(1);
    // On a slow machine they took longer, and rest for longer.
    await vi.advanceTimersByTimeAsync(600_000);
    await vi.waitUntil(() => disk.renames > 1, { timeout: 10_000 });
    expect(disk.renames).toBe(2);
    await manager.close();
  });
});
