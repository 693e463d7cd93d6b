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
const mostStrikes = 12;
const mostRounds = 120;

/** A provider that does the work of a key once, however often it is asked; gives how often each key was charged. The last key's answer comes when `mayEnd` has resolved. */
async function startProvider(mayEnd: Promise<void>): Promise<{ url: string; charged: Map<string, number> }> {
  const charged = new Map<string, number>();
  const last = `:step-${steps - 1}`;
  const server = createServer((request, response) => {
    const key = String(request.headers['idempotency-key']);
    const answer = async (): Promise<void> => {
      if (key.endsWith(last)) await mayEnd;
      response.writeHead(200).end(JSON.stringify({ result: key, cost: priceMicro / 1e6 }));
    };
    if (request.method === 'GET') return void (charged.has(key) ? answer() : response.writeHead(404).end());
    if (!charged.has(key)) charged.set(key, (charged.get(key) ?? 0) + 1);
    setTimeout(() => void answer(), 60);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, charged };
}

/** What may be done to a worker. */
type Strike = 'stopped' | 'killed' | 'continued';

/** Two workers on one episode, of whom one is stopped, continued, or killed and followed by another every half second, until one has finished it; no sooner than each was done to one at work. */
async function chaos(name: string, seed: number, bug?: PlantedBug) {
  const { file, remove } = await bundleProcess('test/support/paying.ts', name, bug);
  onTestFinished(remove);
  const directory = temporaryDirectory();
  const manager = await openProduction(directory, {
    policy: { budgets: { research: '9', total: '9' }, maxRecoveries: 100 },
  });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Chaos' });
  let end = (): void => {};
  const { url, charged } = await startProvider(new Promise((resolve) => (end = resolve)));
  const random = randomOf(seed);
  let lives = 0;
  const start = (): Paying => {
    lives += 1;
    return startPaying(file, { directory, task: 'steps', sessionId, label: `w${lives}`, count: steps, url });
  };
  const workers = [start(), start()];
  const stopped = new Set<Paying>();
  const isDone = (): boolean => workers.some(({ said }) => said.at(-1)?.outcome === 'complete');
  const strikes: Record<Strike, number> = { stopped: 0, killed: 0, continued: 0 };
  const strike = (kind: Strike, index: number): void => {
    const worker = workers[index] as Paying;
    if (kind === 'stopped') stopped.add(worker);
    else stopped.delete(worker);
    worker.process.kill(
      { stopped: 'SIGSTOP', killed: 'SIGKILL', continued: 'SIGCONT' }[kind] as NodeJS.Signals,
    );
    if (kind === 'killed') workers[index] = start();
    strikes[kind] += 1;
  };
  const struck = (): number => Object.values(strikes).reduce((sum, count) => sum + count, 0);
  for (let round = 0; round < mostRounds && struck() < mostStrikes && !isDone(); round += 1) {
    await wait(strikeMs);
    const holder = (await manager.getSnapshot(sessionId)).context.claim?.process?.pid;
    // Whoever works is struck, so that the other takes over, and one who is continued comes late.
    const working = workers.findIndex((each) => each.process.pid === holder && !stopped.has(each));
    const idle = workers.findIndex((each) => stopped.has(each));
    const missing = (['stopped', 'killed', 'continued'] as const).find((kind) => strikes[kind] === 0);
    const kind = missing ?? drawn(random(), idle !== -1);
    const late = kind === 'continued' || (kind === 'killed' && strikes.continued > 0);
    const index = late ? idle : working;
    // One of the two is always left to go on.
    if (index !== -1 && !(kind === 'stopped' && idle !== -1)) strike(kind, index);
    if (Object.values(strikes).every((count) => count > 0)) end();
  }
  end();
  for (const worker of stopped) worker.process.kill('SIGCONT');
  // Whoever was late has come by now: the lanes that nobody waits for too.
  await Promise.all(workers.map(({ ended }) => ended));
  expect(workers.map(({ errors }) => errors()).join('')).toBe('');
  expect(workers.map(({ said }) => said.at(-1)?.outcome)).toEqual(['complete', 'complete']);
  return { directory, manager, sessionId, charged, strikes };
}

function drawn(chance: number, isOneStopped: boolean): Strike {
  if (!isOneStopped) return 'stopped';
  return chance < 0.6 ? 'continued' : 'killed';
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
  expect(Object.values(ended.strikes)).not.toContain(0);
});
