import { describe, expect, test } from 'vitest';
import { StoryFailed, crashEverywhere } from '../../src/testing/index.js';
import { cuts, story } from './story.js';

describe('power cuts', () => {
  test.each(cuts)(
    'given the power is cut at any one call of the disk, and %s, then everything acknowledged is there and work goes on',
    async (_name, cut) => {
      const { points } = await crashEverywhere(story, { faults: ['crash'], cuts: [cut] });
      expect(points).toBeGreaterThan(150);
    },
  );

  test('given something that was told and is not there, when it is looked for, then the point is named so that it can be seen again', async () => {
    const forgetful = { ...story, check: () => Promise.reject(new Error('it is gone')) };
    const failed = await crashEverywhere(forgetful).catch((error: unknown) => error as Error);
    expect(failed).toBeInstanceOf(StoryFailed);
    expect((failed as Error).message).toMatch(
      /^at call 1, \w+ \/production.*: it is gone\nsee it again with only: \{"call":1,"fault":"crash","cut":"lose-unsynced"\}$/,
    );
    await expect(
      crashEverywhere(forgetful, { only: { call: 7, fault: 'EIO', cut: { seed: 1 } } }),
    ).rejects.toThrow(/^at call 7, .*: it is gone/);
    expect(await crashEverywhere(story, { only: { call: 7, fault: 'EIO', cut: { seed: 1 } } })).toEqual({
      points: 1,
    });
  });
});
