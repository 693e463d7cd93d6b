import { describe, expect, test } from 'vitest';
import { MemoryDisk } from '../../src/testing/index.js';
import { check, cutAt, cuts, run, type Acknowledged } from './story.js';

describe('power cuts', () => {
  test.each(cuts)('given the power is cut at any one call of the disk, and %s, then everything acknowledged is there and work goes on', async (name, cut) => {
    const whole = cutAt(new MemoryDisk(), Number.POSITIVE_INFINITY);
    await run(whole.disk, { sessionId: undefined, costs: 0, completed: [] });
    expect(whole.calls()).toBeGreaterThan(150);
    for (let n = 0; n < whole.calls(); n += 1) {
      const memory = new MemoryDisk();
      const told: Acknowledged = { sessionId: undefined, costs: 0, completed: [] };
      await run(cutAt(memory, n).disk, told).catch(() => {});
      await check(memory.powerCut(cut), told, `cut at call ${n}, ${name}`);
    }
  });

  test('given a disk whose syncs do nothing, then the same check notices', async () => {
    const memory = new MemoryDisk();
    const lying = new Proxy(memory, { get: (target, name) => (name === 'sync' ? () => {} : typeof target[name as keyof MemoryDisk] === 'function' ? (target[name as keyof MemoryDisk] as (...all: unknown[]) => unknown).bind(target) : undefined) });
    const told: Acknowledged = { sessionId: undefined, costs: 0, completed: [] };
    await run(lying, told);
    await expect(check(memory.powerCut(), told, 'lying disk')).rejects.toThrow(/does not begin with a header/);
  });
});
