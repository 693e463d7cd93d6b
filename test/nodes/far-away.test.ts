import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { RestateLog, serveRestate } from '../../src/restate/index.js';
import { startCluster } from '../distributed/restate/cluster.js';
import { storm } from '../distributed/support/four-machines.js';
import { Machine } from '../distributed/support/storm.js';
import { costsIn } from '../distributed/support/waits.js';
import { expectSound, journalText } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';
import { buildPackage } from '../support/worker.js';

const seconds = Number(process.env['SHOWRUNNER_STORM_SECONDS'] ?? 6);
/** How long what is sent is under way between two nodes, and between a node and a client. Milliseconds, one after the other. */
const delays = (process.env['SHOWRUNNER_DELAYS'] ?? '20').split(',').map(Number);

/** Addresses that lead to others, and take their time. */
async function farAway(ms: number, addresses: readonly string[]): Promise<string[]> {
  const servers = addresses.map((address) => new URL(address).host);
  const file = fileURLToPath(new URL('far-away.mjs', import.meta.url));
  const ways = spawn(process.execPath, [file, JSON.stringify({ ms, servers })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void ways.kill('SIGKILL'));
  const [said] = (await once(ways.stdout, 'data')) as [Buffer];
  return (JSON.parse(said.toString()) as number[]).map((port) => `http://127.0.0.1:${port}`);
}

test.each(delays)(
  'given %i ms between nodes, and to clients, then what was acknowledged is there, once',
  async (ms) => {
    buildPackage();
    const [cluster, served] = await Promise.all([
      startCluster(3, { ways: (addresses) => farAway(ms, addresses) }),
      serveRestate({ port: 0 }),
    ]);
    onTestFinished(async () => {
      cluster.stop();
      await served.close();
    });
    await cluster.register(served.port);
    const addresses = await farAway(ms, cluster.ingress);
    for (const episodes of [1, 100]) {
      const production = randomUUID();
      const directory = temporaryDirectory();
      const machine = new Machine({ name: 'a', log: { addresses, production }, directory, episodes });
      onTestFinished(() => void machine.process.kill('SIGKILL'));
      let count = 0;
      await storm([machine], async () => {
        await wait(seconds * 1000);
        count = machine.acknowledged.length;
      });
      console.info(`${ms} ms, ${episodes} at once: ${(count / seconds).toFixed(1)} commits a second`);
      const log = new RestateLog({ addresses: cluster.ingress, production });
      const afterwards = temporaryDirectory();
      const manager = await ProductionStateManager.connect({ log, directory: afterwards });
      onTestFinished(() => manager.close());
      await expectSound(manager);
      const keys = costsIn(journalText(afterwards)).map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys).toEqual(expect.arrayContaining(machine.acknowledged));
    }
  },
);
