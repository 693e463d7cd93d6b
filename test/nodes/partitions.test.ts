import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { RestateLog } from '../../src/restate/index.js';
import { expectTold, startFour, storm } from '../distributed/support/four-machines.js';
import type { Machine } from '../distributed/support/storm.js';
import { mayMakeNetworks } from '../distributed/support/network.js';
import {
  countsOf,
  eachGoesOn,
  longestSilence,
  startThreePlaces,
} from '../distributed/support/three-places.js';

type Three = Awaited<ReturnType<typeof startThreePlaces>>;

const cutMs = 15_000;

describe.skipIf(!mayMakeNetworks && !process.env['CI'])('a network that parts', () => {
  let three: Three;
  let machines: Machine[];
  beforeEach(async () => {
    three = await startThreePlaces();
    const log = { addresses: three.cluster.ingress, production: randomUUID() };
    machines = startFour(log, 4, three.places);
    return async () => {
      await expectTold(machines, new RestateLog(log));
    };
  });

  test('given each machine in turn is cut off with its node, then it commits nothing, and the others go on', async () => {
    await storm(machines, async () => {
      await eachGoesOn(machines);
      for (const [index, place] of three.places.entries()) {
        const from = performance.now();
        three.network.cut(place);
        await wait(1000);
        const before = countsOf(machines)[index];
        await eachGoesOn(machines.filter((_, other) => other !== index));
        await wait(cutMs);
        expect(countsOf(machines)[index]).toBe(before);
        console.info(`n${index + 1} cut off: silence ${longestSilence(machines, from)} s`);
        three.network.heal();
        await eachGoesOn(machines);
      }
    });
  });

  test('given two machines are cut off, from each other too, then nobody commits, and all go on when they are back', async () => {
    await storm(machines, async () => {
      await eachGoesOn(machines);
      const [one, two] = three.places;
      three.network.cut(one);
      three.network.cut(two);
      await wait(1000);
      const before = countsOf(machines);
      await wait(cutMs);
      expect(countsOf(machines)).toEqual(before);
      const from = performance.now();
      three.network.heal();
      await eachGoesOn(machines);
      console.info(`two were cut off: all went on ${Math.round(performance.now() - from)} ms after`);
    });
  });

  test('given what a machine sends to another is lost, and not what that one sends, then what was acknowledged is there, once', async () => {
    await storm(machines, async () => {
      await eachGoesOn(machines);
      for (const from of three.places) {
        for (const to of three.places) if (to !== from) three.network.cutOneWay(from, to);
        const cutAt = performance.now();
        await wait(cutMs);
        console.info(`one way: silence ${longestSilence(machines, cutAt)} s`);
        three.network.heal();
        await eachGoesOn(machines);
      }
    });
    expect(machines.map(({ refused }) => refused)).toEqual(machines.map(() => 'budget_reserved'));
  });
});
