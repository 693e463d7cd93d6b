import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { follow } from '../../src/journal/follow.js';

describe('following', () => {
  function watched(disk: Partial<Disk>, ends: () => number): { heard: () => number; stop: () => void } {
    let heard = 0;
    const stop = follow({
      disk: { ...nodeDisk, ...disk },
      directory: '/none',
      position: () => 10,
      end: ends,
      onChange: () => (heard += 1),
      pollMs: 5,
    });
    onTestFinished(stop);
    return { heard: () => heard, stop };
  }

  test('given a burst of events, then one look follows it; given it was stopped, then none', async () => {
    let tell = (): void => {};
    let stopped = 0;
    const { heard, stop } = watched(
      { watch: (_path, onChange) => ((tell = onChange), () => (stopped += 1)) },
      () => 10,
    );
    for (let n = 0; n < 5; n += 1) tell();
    await wait(2);
    expect(heard()).toBe(1);
    tell();
    await wait(30);
    expect(heard()).toBe(2);
    stop();
    expect(stopped).toBe(1);
  });

  test('given no event ever comes, when the journal has grown, then it is looked at all the same; a disk that fails is asked again', async () => {
    let end = 10;
    let fails = true;
    const { heard, stop } = watched({ watch: () => () => {} }, () => {
      if (fails) throw new Error('gone');
      return end;
    });
    await wait(30);
    fails = false;
    await wait(30);
    expect(heard()).toBe(0);
    end = 11;
    await expect.poll(heard).toBeGreaterThan(0);
    stop();
    await wait(10);
    const after = heard();
    await wait(30);
    expect(heard()).toBe(after);
  });
});
