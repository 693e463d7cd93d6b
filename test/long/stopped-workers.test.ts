import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { bundleProcess, type PlantedBug } from '../support/bundle.js';
import { expectSound, openProduction } from '../support/production.js';
import { randomOf } from '../support/provider-scripts/script.js';
import { startPaying, type Paying } from '../support/start-paying.js';
import { temporaryDirectory } from '../support/temporary.js';

const steps = 40;
const priceMicro = 10_000;
const strikeMs = 500;
const mostStrikes = 40;

/** A provider that does the work of a key once, however often it is asked; gives how often each key was charged. */
async function startProvider(): Promise<{ url: string; charged: Map<string, number> }> {
  const charged = new Map<string, number>();
  const server = createServer((request, response) => {
    const key = String(request.headers['idempotency-key']);
    const answer = (): void =>
      void response.writeHead(200).end(JSON.stringify({ result: key, cost: priceMicro / 1e6 }));
    if (request.method === 'GET') return charged.has(key) ? answer() : void response.writeHead(404).end();
    if (!charged.has(key)) charged.set(key, (charged.get(key) ?? 0) + 1);
    setTimeout(answer, 60);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, charged };
}

/** Two workers on one episode, one of them stopped, continued, or killed and started again every half second, until one has finished it. */
async function chaos(name: string, seed: number, bug?: PlantedBug) {
  const { file, remove } = await bundleProcess('test/support/paying.ts', name, bug);
  onTestFinished(remove);
  const directory = temporaryDirectory();
  const manager = await openProduction(directory, {
    policy: { budgets: { research: '9', total: '9' }, maxRecoveries: 100 },
  });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Chaos' });
  const { url, charged } = await startProvider();
  const random = randomOf(seed);
  let lives = 0;
  const start = (): Paying => {
    lives += 1;
    return startPaying(file, { directory, task: 'steps', sessionId, label: `w${lives}`, count: steps, url });
  };
  const workers = [start(), start()];
  const stopped = new Set<Paying>();
  const isDone = (): boolean => workers.some(({ said }) => said.at(-1)?.outcome === 'complete');
  const strikes = { stopped: 0, continued: 0, killed: 0 };
  for (let strike = 0; strike < mostStrikes && !isDone(); strike += 1) {
    await wait(strikeMs);
    // Whoever works is stopped, so that the other takes over and this one comes late; or anyone is killed.
    const holder = (await manager.getSnapshot(sessionId)).context.claim?.process?.pid;
    const working = workers.findIndex(({ process: { pid } }) => holder !== undefined && pid === holder);
    const index = working === -1 ? strike % 2 : working;
    const worker = workers[index] as Paying;
    const other = workers[1 - index] as Paying;
    const chance = random();
    if (stopped.has(worker) ? chance < 0.3 : stopped.size > 0 && chance < 0.4) {
      const woken = stopped.has(worker) ? worker : other;
      stopped.delete(woken);
      woken.process.kill('SIGCONT');
      strikes.continued += 1;
    } else if (!stopped.has(worker) && stopped.size === 0) {
      worker.process.kill('SIGSTOP');
      stopped.add(worker);
      strikes.stopped += 1;
    } else if (chance > 0.7) {
      stopped.delete(worker);
      worker.process.kill('SIGKILL');
      workers[index] = start();
      strikes.killed += 1;
    }
  }
  for (const worker of stopped) worker.process.kill('SIGCONT');
  // Whoever was late has come by now: the lanes that nobody waits for too.
  await Promise.all(workers.map(({ ended }) => ended));
  expect(workers.map(({ errors }) => errors()).join('')).toBe('');
  expect(workers.map(({ said }) => said.at(-1)?.outcome)).toEqual(['complete', 'complete']);
  return { directory, manager, sessionId, charged, strikes };
}

async function expectRight({ directory, manager, sessionId, charged }: Awaited<ReturnType<typeof chaos>>) {
  const keys = Array.from({ length: steps }, (_, n) => `step-${n}`);
  expect([...charged.values()]).toEqual(keys.map(() => 1));
  const settled = (await manager.history(sessionId)).flatMap(({ event }) =>
    event.type === 'operation.settled' ? [event.key] : [],
  );
  expect(settled.toSorted()).toEqual(keys.toSorted());
  expect(await manager.getEpisodeCost(sessionId)).toBe((steps * priceMicro) / 1e6);
  const { data } = await manager.loadCheckpoint(sessionId, 'research_complete');
  const { by, pid } = data as { by: string; pid: number };
  expect(
    keys.map((key) => readFileSync(join(directory, sessionId, 'research', `${key}.txt`), 'utf8')),
  ).toEqual(keys.map(() => by));
  expect((await manager.getEpisodeState(sessionId)).quality_scores).toEqual({ by: pid });
  await expectSound(manager);
}

test('given forty paid steps and two workers, when one is stopped, continued or killed every half second, then the result is the work of whoever finished it, and each call was made and paid once', async () => {
  const ended = await chaos('chaos', Number(process.env['SHOWRUNNER_SEED'] ?? 3));
  await expectRight(ended);
  console.log(`40 paid steps, ${JSON.stringify(ended.strikes)}`);
  expect(ended.strikes.stopped).toBeGreaterThan(0);
});
