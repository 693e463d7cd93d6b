import { describe, expect, onTestFinished, test } from 'vitest';
import type { Disk } from '../../src/disk/index.js';
import { SyncPace } from '../../src/journal/sync-pace.js';

describe('the pace of syncs', () => {
  function pace(tookMs: number[], below = 1): { pace: SyncPace; ran: string[] } {
    let now = 0;
    const next = (): number => tookMs.shift() ?? 0;
    const ran: string[] = [];
    const disk = {
      sync: () => {
        ran.push('sync');
        now += next();
      },
      syncLater: () => {
        ran.push('later');
        now += next();
        return Promise.resolve();
      },
    } as unknown as Disk;
    const { performance } = globalThis;
    const clock = performance.now.bind(performance);
    performance.now = () => now;
    onTestFinished(() => {
      performance.now = clock;
    });
    return { pace: new SyncPace(disk, below), ran };
  }

  test('given quick syncs, then they stay in place; given slow ones, then they go elsewhere, and come back when it is quick again', async () => {
    const { pace: one, ran } = pace([0.5, 0.5, 6, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]);
    expect(one.isInline).toBe(true);
    one.syncInline(1);
    one.syncInline(1);
    expect(one.isInline).toBe(true);
    one.syncInline(1);
    expect(one.isInline).toBe(false);
    await one.syncLater(1);
    expect(one.isInline).toBe(false);
    for (let n = 0; n < 5; n += 1) await one.syncLater(1);
    expect(one.isInline).toBe(true);
    expect(ran).toEqual(['sync', 'sync', 'sync', 'later', 'later', 'later', 'later', 'later', 'later']);
  });

  test('given a limit of nothing, then no sync is done in place', () => {
    expect(pace([], 0).pace.isInline).toBe(false);
  });

  test('given syncs elsewhere, then the way there is not counted: three parts in ten', async () => {
    const { pace: one } = pace([6, ...Array.from({ length: 60 }, () => 1.3)]);
    one.syncInline(1);
    expect(one.isInline).toBe(false);
    for (let n = 0; n < 60; n += 1) await one.syncLater(1);
    expect(one.isInline).toBe(true);
    const { pace: slow } = pace([6, ...Array.from({ length: 60 }, () => 1.5)]);
    slow.syncInline(1);
    for (let n = 0; n < 60; n += 1) await slow.syncLater(1);
    expect(slow.isInline).toBe(false);
  });
});
