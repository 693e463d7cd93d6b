import { describe, expect, test } from 'vitest';
import { callsOfStory, cuts, twoLives } from '../simulation/story.js';

// Of the second life's calls so many are cut, one in each stretch of it, and moved on with each first cut, so that all of them come up.
const [secondCuts, stretch] = process.env['SHOWRUNNER_LONG'] ? [60, 11] : [3, 22];

describe('power cuts in two lives', () => {
  test('given the power is cut at any call of a life, and again in the next, then everything that either was told is there in the third', async () => {
    const calls = await callsOfStory();
    let points = 0;
    for (const [index, [name, cut]] of cuts.entries()) {
      for (let call = 1; call <= calls; call += 1) {
        for (let again = 0; again < secondCuts; again += 1) {
          const at = 1 + again * stretch + ((call + index) % stretch);
          const [other = '', otherCut = cut] = cuts[(index + again) % cuts.length] ?? [];
          await twoLives(
            { call, cut },
            { call: at, cut: otherCut },
            `first at call ${call}, ${name}; then at call ${at}, ${other}`,
          );
          points += 1;
        }
      }
    }
    console.log(`${points.toLocaleString('en')} crash points in two lives survived`);
    expect(points).toBeGreaterThanOrEqual(5_000);
  });
});
