import { describe, expect, test } from 'vitest';
import { MemoryDisk } from '../../src/testing/index.js';
import { cutAt, cuts, run, twoLives } from '../simulation/story.js';

// Of the second life's calls so many are cut, spread over it and moved on with each first cut, so that all of them come up.
const secondCuts = process.env['SHOWRUNNER_LONG'] ? 60 : 10;

describe('power cuts in two lives', () => {
  test('given the power is cut at any call of a life, and again in the next, then everything that either was told is there in the third', async () => {
    const whole = cutAt(new MemoryDisk(), Number.POSITIVE_INFINITY);
    await run(whole.disk, { sessionId: undefined, costs: 0, completed: [] });
    let points = 0;
    for (const [index, [name, cut]] of cuts.entries()) {
      for (let call = 0; call < whole.calls(); call += 1) {
        for (let again = 0; again < secondCuts; again += 1) {
          const at = again * 9 + ((call + index) % 9);
          const [other = '', otherCut = cut] = cuts[(index + again) % cuts.length] ?? [];
          await twoLives({ call, cut }, { call: at, cut: otherCut }, `first at call ${call}, ${name}; then at call ${at}, ${other}`);
          points += 1;
        }
      }
    }
    console.log(`${points.toLocaleString('en')} crash points in two lives survived`);
    expect(points).toBeGreaterThanOrEqual(10_000);
  });
});
