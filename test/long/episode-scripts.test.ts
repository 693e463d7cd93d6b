import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleProcess } from '../support/bundle.js';
import { playEpisode, type PlayedEpisode } from '../support/misbehaving-episode.js';

/** One script again: SHOWRUNNER_SEED=<seed>; a thousand of them: SHOWRUNNER_LONG=1. */
const again = process.env['SHOWRUNNER_SEED'];
const scripts = again === undefined ? (process.env['SHOWRUNNER_LONG'] ? 1000 : 4) : 1;
const first = again === undefined ? 1 : Number(again);

let bundled: Awaited<ReturnType<typeof bundleProcess>>;
const all: PlayedEpisode[] = [];
beforeAll(async () => {
  bundled = await bundleProcess('test/support/paid-episode.ts', 'episode-scripts');
});
afterAll(() => bundled.remove());

test.each(Array.from({ length: scripts }, (_, index) => first + index))(
  'given random script %i of providers that misbehave over a whole episode, and processes that are killed at random places, then bills and ledger agree, held calls are listed, no call is made twice without leave, and no bill is above the cap',
  async (seed) => {
    const played = await playEpisode(seed, bundled.file);
    all.push(played);
    expect(played.lives).toBeGreaterThan(1);
  },
);

test('of those scripts some are killed amid a call, hold one, find one again, and run out of money', () => {
  const sum = (of: keyof PlayedEpisode): number => all.reduce((total, each) => total + each[of], 0);
  const sums = { kills: sum('kills'), held: sum('held'), found: sum('found'), raises: sum('raises') };
  if (scripts === 1000) console.log(sums);
  // A few scripts may do without one of them: where a process is killed is up to the machine.
  const wanted = scripts >= 100 ? Object.values(sums) : [sums.kills + sums.held + sums.found];
  expect(scripts === 1 ? [1] : wanted, JSON.stringify(sums)).not.toContain(0);
});
