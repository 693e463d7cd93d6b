import { describe, expect, test } from 'vitest';
import { crashEverywhere } from '../../src/testing/index.js';
import { cuts, story } from '../simulation/story.js';

describe('faults and power cuts', () => {
  test('given a fault at any call of a life and a power cut at its end, then everything that was told is there and work goes on', async () => {
    const { points } = await crashEverywhere(story, {
      faults: ['EIO', 'ENOSPC', 'short'],
      cuts: cuts.map(([, cut]) => cut),
    });
    console.log(`${points.toLocaleString('en')} faults and power cuts survived`);
    expect(points).toBeGreaterThan(2_000);
  });

  test('given the same where each commit that can be is durable by a redo file, then everything that was told is there and work goes on', async () => {
    const { points } = await crashEverywhere(story, {
      faults: ['crash', 'EIO', 'short'],
      cuts: ['lose-unsynced', { seed: 3 }],
      disk: { redo: { bytes: 2000, after: 0 } },
    });
    console.log(`${points.toLocaleString('en')} faults and power cuts survived with redo files`);
    expect(points).toBeGreaterThan(800);
  });
});
