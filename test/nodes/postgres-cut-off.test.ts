import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { PostgresLog } from '../../src/postgres/index.js';
import { startPostgres } from '../distributed/postgres/server.js';
import { expectTold, startFour, storm } from '../distributed/support/four-machines.js';
import { Network, mayMakeNetworks } from '../distributed/support/network.js';
import { countsOf, eachGoesOn } from '../distributed/support/three-places.js';
import { costKeys, journalText } from '../support/production.js';
import { start } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';
import { buildPackage } from '../support/worker.js';

test.skipIf(!mayMakeNetworks && !process.env['CI'])(
  'given the network between machines and Postgres drops everything in silence, then who commits is told, the copy is read, nothing is written, and a second try makes it once',
  async () => {
    buildPackage();
    const network = new Network(1);
    onTestFinished(() => network.remove());
    const [place] = network.places;
    if (!place) throw new Error('there is one');
    const server = await startPostgres({ place });
    onTestFinished(() => server.stop());
    const log = { url: server.url, production: 'cut-off' };
    const directory = temporaryDirectory();
    const manager = await ProductionStateManager.connect({ log: new PostgresLog(log), directory });
    onTestFinished(() => manager.close().catch(() => {}));
    const machines = startFour(log, 4);
    await storm(machines, async () => {
      await eachGoesOn(machines);
      const sessionId = await manager.createEpisodeSession({ key: 'own', topic: 'Bees' });
      await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
      const pay = () =>
        manager.addCost({ sessionId, phase: 'research', operation: 'ask', cost: '0.01', key: 'once' });
      network.cut(place);
      await wait(1000);
      const before = countsOf(machines);
      const refusedFrom = performance.now();
      await expect(pay()).rejects.toMatchObject({ code: 'journal_unavailable' });
      console.info(`told after ${Math.round(performance.now() - refusedFrom)} ms`);
      const kept = journalText(directory);
      const listed = await start(directory, ['list', '--json', '--postgres', `${server.url}#cut-off`]).ended;
      expect(listed.json()).toMatchObject({ old_copy: { as_of: expect.any(String) } });
      expect(journalText(directory)).toBe(kept);
      expect(countsOf(machines)).toEqual(before);
      network.heal();
      await eachGoesOn(machines);
      await pay();
      expect(await costKeys(manager, sessionId)).toEqual(['once']);
    });
    await expectTold(machines, new PostgresLog(log));
  },
);
