import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { RestateLog } from '../../../src/restate/index.js';
import { expectTold, startFour, storm } from '../support/four-machines.js';
import { mayMakeNetworks } from '../support/network.js';
import { countsOf, eachGoesOn, startThreePlaces } from '../support/three-places.js';

test.skipIf(!mayMakeNetworks && !process.env['CI'])(
  'given a machine of three is cut off with its node amid a storm, then it commits nothing, the others go on, and afterwards all agree',
  async () => {
    const { network, places, cluster } = await startThreePlaces();
    const log = { addresses: cluster.ingress, production: randomUUID() };
    const machines = startFour(log, 4, places);
    await storm(machines, async () => {
      await eachGoesOn(machines);
      network.cut(places[2]);
      // What was acknowledged before is heard of.
      await wait(1000);
      const [, , before] = countsOf(machines);
      await eachGoesOn(machines.slice(0, 2));
      await wait(3000);
      expect(countsOf(machines)[2]).toBe(before);
      network.heal();
      await eachGoesOn(machines);
    });
    await expectTold(machines, new RestateLog(log));
  },
);
