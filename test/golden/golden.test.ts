import { cpSync, existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  episodeMachine,
  machineVersion,
  migrate,
  migrations,
  phaseNames,
  stateName,
  rehydrate,
  structureHash,
} from '../../machines/index.js';
import { ProductionStateManager } from '../../src/index.js';
import { fixedClock } from '../../src/testing/index.js';
import { expectSameDocumentsWhenRebuilt } from '../support/crash.js';
import { expectSound, readJson } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';
import { found, makeGolden, policy, type Golden } from './make.js';

const folder = fileURLToPath(new URL('versions', import.meta.url));
const { version: program } = readJson(fileURLToPath(new URL('../../package.json', import.meta.url))) as {
  version: string;
};
const current = join(folder, `${program}-chart-${machineVersion}`);

// MAKE_GOLDEN=1 npx vitest run --config test/vitest.config.ts --project unit test/golden
if (process.env['MAKE_GOLDEN'] && !existsSync(current)) await makeGolden(current, program);

const versions = readdirSync(folder).toSorted();
const expectedOf = (name: string): Golden =>
  inThisForm(JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8')) as Golden);

/** What an older version left is found in the form of this one. */
function inThisForm(golden: Golden): Golden {
  const episodes = Object.entries(golden.episodes).map(([id, snapshot]) => [
    id,
    migrate(snapshot, golden.machine.version),
  ]);
  return { ...golden, episodes: Object.fromEntries(episodes) };
}

function copyOf(name: string): string {
  const directory = join(temporaryDirectory(), 'production');
  cpSync(join(folder, name, 'production'), directory, { recursive: true });
  return directory;
}

const open = (directory: string): Promise<ProductionStateManager> =>
  ProductionStateManager.open({ directory, policy, clock: fixedClock('2025-09-04T09:00:00.000Z') });

describe.each(versions)('a production written by %s', (name) => {
  const expected = expectedOf(name);

  test('given it is opened, then the audit finds nothing and every episode is as it was left', async () => {
    const directory = copyOf(name);
    const { episodes, spent, results } = await found(directory, program);
    expect({ episodes, spent, results }).toEqual({
      episodes: expected.episodes,
      spent: expected.spent,
      results: expected.results,
    });
    const manager = await open(directory);
    await expectSound(manager);
    await manager.close();
  });

  test('given its documents are deleted, then they come back with the same answers', async () => {
    const directory = copyOf(name);
    await (await open(directory)).close();
    await expectSameDocumentsWhenRebuilt(directory);
    const { episodes, spent } = await found(directory, program);
    expect({ episodes, spent }).toEqual({ episodes: expected.episodes, spent: expected.spent });
  });

  test('given every episode goes on, then each comes to its end and the audit still finds nothing', async () => {
    const directory = copyOf(name);
    const manager = await open(directory);
    for (const sessionId of Object.keys(expected.episodes)) await finish(manager, sessionId);
    const ends = await Promise.all(
      Object.keys(expected.episodes).map(async (id) => stateName(rehydrate(await manager.getSnapshot(id)))),
    );
    expect(new Set(ends)).toEqual(new Set(['archived']));
    await expectSound(manager);
    await manager.close();
  });
});

/** Whatever state it is in: settled, recovered, worked to its end where that is possible, and archived. */
async function finish(manager: ProductionStateManager, sessionId: string): Promise<void> {
  const state = async (): Promise<string> => stateName(rehydrate(await manager.getSnapshot(sessionId)));
  if ((await state()).endsWith('.paused')) await manager.resume({ sessionId });
  for (const key of Object.keys((await manager.getSnapshot(sessionId)).context.operations))
    await manager.settleCost({ sessionId, key, cost: '0.05' });
  if ((await state()) === 'failed' && (await manager.canRecover(sessionId)))
    await manager.initiateRecovery(sessionId);
  if ((await state()) === 'recovery') await manager.recoverFailedSession(sessionId);
  for (const phase of phaseNames) {
    if (!/^(?:initialized|research|script|audio)/.test(await state())) break;
    const status = await manager.getPhaseStatus(sessionId, phase);
    if (status === 'pending') await manager.updatePhase({ sessionId, phase, status: 'active' });
    if (status === 'pending' || status === 'active')
      await manager.updatePhase({ sessionId, phase, status: 'complete', data: { again: true } });
    if ((await state()).endsWith('.review')) await manager.approve({ sessionId, by: 'ann' });
  }
  if ((await state()) !== 'archived') await manager.archiveEpisode(sessionId);
}

describe('the chart and its versions', () => {
  test('given the present chart, then its structure is the one that was released under its version, or its version is the one after the last release', () => {
    const released = versions.map((name) => expectedOf(name).machine);
    const last = Math.max(...released.map(({ version }) => version));
    // A chart of another structure needs a higher machineVersion and a migration; a release makes its production with MAKE_GOLDEN=1.
    expect([last, last + 1]).toContain(machineVersion);
    const ofThis = released.filter(({ version }) => version === machineVersion);
    expect(ofThis.map(({ hash }) => hash)).toEqual(ofThis.map(() => structureHash(episodeMachine)));
  });

  test('given each older version, then there is a migration from it', () => {
    expect(migrations.length).toBe(machineVersion - 1);
    for (const { machine } of versions.map(expectedOf))
      expect(machine.version).toBeLessThanOrEqual(machineVersion);
  });

  test('given the productions are committed, then they are small, every state is among them, and no path of a machine is', () => {
    const files = versions
      .flatMap((name) =>
        readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }).map((file) =>
          join(folder, name, file),
        ),
      )
      .filter((file) => statSync(file).isFile());
    expect(files.reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThan(400_000 * versions.length);
    for (const file of files)
      expect(readFileSync(file, 'latin1'), file).not.toMatch(/\/(?:home|tmp|work|root|Users)\//);
    const states = versions
      .flatMap((name) => Object.values(expectedOf(name).episodes))
      .map((snapshot) => stateName(rehydrate(snapshot as Parameters<typeof rehydrate>[0])));
    expect([...new Set(states)].toSorted()).toEqual([
      'archived',
      'audio.active',
      'complete',
      'failed',
      'initialized',
      'research.active',
      'research.paused',
      'script.active',
      'script.pending',
      'script.review',
    ]);
  });
});
