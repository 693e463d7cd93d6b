import { expect, onTestFinished, test } from 'vitest';
import { bundleProcess, type PlantedBug } from '../support/bundle.js';
import { storm } from '../support/storm.js';

// A line that counts wherever it is harms nothing here by most winds, since its key is known: it is planted where handles meet in any order (interleavings, journal.pml).
const bugs: [what: string, bug: PlantedBug][] = [
  [
    'nobody looks where a line went',
    {
      file: 'src/journal/landing.ts',
      from: 'found < end ? undefined : found === end || isThere();',
      to: 'true;',
    },
  ],
  [
    'a change of the policy is acknowledged and not written',
    {
      file: 'src/production/batch.ts',
      from: 'return change ? `,"policy":${JSON.stringify(recordedPolicy(change))}` : \'\';',
      to: "return change && recordedPolicy(change) ? '' : '';",
    },
  ],
  [
    'a correction is acknowledged and not written',
    {
      file: 'src/calls/money-plans.ts',
      from: 'if (was === cost && !valueAt(estimates, key)) return [];',
      to: 'if (was !== cost) return [];',
    },
  ],
];

async function stormWith(name: string, storms: number, bug?: PlantedBug): Promise<unknown> {
  const { file, remove } = await bundleProcess('test/support/worker.mjs', name, bug);
  onTestFinished(remove);
  for (let seed = 1; seed <= storms; seed += 1) {
    const alarm: unknown = await storm(seed, file).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (alarm !== undefined) return alarm;
  }
  return undefined;
}

test.each(bugs)('given that %s, when storms go over it, then the alarm rings', async (_what, bug) => {
  // Whichever guard meets the harm first: the journal's chain, a claim that is there already, or the look at what was acknowledged.
  expect(String(await stormWith('stormy', 30, bug))).toMatch(/ProductionError|AssertionError/);
});

test('given no bug, when storms go over a bundled worker, then no alarm rings', async () => {
  expect(await stormWith('calm', 12)).toBeUndefined();
});
