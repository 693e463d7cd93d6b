import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storm } from '../support/storm.js';
import { buildPackage } from '../support/worker.js';

/** One storm again: SHOWRUNNER_SEED=<seed> npm run test:long -- crash-storm */
const again = process.env['SHOWRUNNER_SEED'];
const storms =
  again === undefined
    ? Number(process.env['SHOWRUNNER_STORMS'] ?? (process.env['SHOWRUNNER_LONG'] ? 1000 : 100))
    : 1;
const first = again === undefined ? Date.now() % 1_000_000_000 : Number(again);
describe('storms of stopped and killed processes', () => {
  let lives = 0;
  let kept = 0;
  beforeAll(buildPackage, 60_000);
  afterAll(() =>
    console.log(
      `${storms} storms, ${lives} processes killed, ${kept.toLocaleString('en')} acknowledged commits, none lost`,
    ),
  );

  test.each(Array.from({ length: storms }, (_, index) => first + index))(
    'given the storm of seed %i, when processes are stopped, continued and killed again and again, then every acknowledged commit is there',
    async (seed) => {
      const acknowledged = await storm(seed);
      lives += acknowledged.size;
      kept += [...acknowledged.values()].flat().filter(({ key }) => key).length;
      expect(lives).toBeGreaterThan(0);
    },
  );

  test.skipIf(again !== undefined)('counted: the processes had time to work', () => {
    expect(kept).toBeGreaterThan(storms * 5);
  });
});
