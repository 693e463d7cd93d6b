import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { importOlder } from '../../src/import/index.js';
import { ProductionStateManager } from '../../src/index.js';
import { fixedClock } from '../../src/testing/index.js';
import { expectSound, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

/** A production that was imported from `/older/state.json`: $4.250001 in all, $1 of it an episode's. Chart version 2 wrote it, before its release. */
const golden = fileURLToPath(new URL('opening', import.meta.url));
const clock = () => fixedClock('2025-09-04T09:00:00.000Z');

// MAKE_GOLDEN=1, where /older/state.json says so: its path is in the journal, and must be no path of a machine.
if (process.env['MAKE_GOLDEN'] && !existsSync(golden)) {
  const manager = await ProductionStateManager.open({ directory: golden, clock: clock(), by: 'golden' });
  await importOlder(manager.production, '/older/state.json');
  await manager.close();
}

async function opened(...without: string[]) {
  const directory = join(temporaryDirectory(), 'production');
  cpSync(golden, directory, { recursive: true });
  for (const name of without) rmSync(join(directory, name), { recursive: true });
  return openProduction(directory, { clock: clock() });
}

test.each([[[]], [['state.json']]])(
  'given a production with an opening balance of an earlier program, without %j, when it is opened, then the audit finds nothing, and total, day and balance are what was imported',
  async (without) => {
    const manager = await opened(...without);
    await expectSound(manager);
    expect(await manager.verify()).toMatchObject({ ok: true, spent: 4_250_001, opening: 3_250_001 });
    expect(await manager.getTotalSpending()).toBe(4.250001);
    expect(await manager.getEpisodeCost('ep_001_20240506_070809')).toBe(1);
    const { total, opening_balance: opening, per_day: days } = await manager.getSpending();
    expect({ total, opening, days }).toMatchObject({
      total: 4.250001,
      opening: 3.250001,
      days: { '2024-05-06': { spent: 1 }, '2024-06-07': { spent: 3.250001 } },
    });
  },
);

test('given it goes on, when a cost is added, then the totals have both', async () => {
  const manager = await opened();
  const sessionId = 'ep_001_20240506_070809';
  await manager.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.50' });
  expect(await manager.getTotalSpending()).toBe(4.750001);
  expect(await manager.verify()).toMatchObject({ ok: true, spent: 4_750_001, opening: 3_250_001 });
});
