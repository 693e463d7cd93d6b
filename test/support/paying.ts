// A process of its own whose work is paid calls: node paying.mjs '{"directory":…,"task":"reserve",…}'. One JSON line per thing that it has to say.
import { setTimeout as sleep } from 'node:timers/promises';
import { ProductionStateManager, defineCrew, type PhaseContext } from 'showrunner';

/** What such a process is told to do. */
export interface PayingWork {
  directory: string;
  task: 'reserve' | 'produce' | 'steps';
  sessionId: string;
  label: string;
  /** How many operations. */
  count: number;
  /** Where the provider of `steps` is. */
  url?: string;
}

/** What it says: `served` is an operation that has its money, `done` the end of all. */
export interface PayingSaid {
  ready?: boolean;
  served?: string;
  outcome?: string;
  reason?: string | null;
  code?: string;
}

const maxCost = '0.50';
const cost = '0.01';

const { directory, task, sessionId, label, count, url } = JSON.parse(process.argv[2] ?? '') as PayingWork;
const keys = Array.from({ length: count }, (_, n) => `${label}-${n}`);

function say(said: PayingSaid): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

/** All at once: reserves what it takes its turn for, and spends a fiftieth of it. */
async function reserve(manager: ProductionStateManager): Promise<void> {
  await Promise.all(
    keys.map(async (key) => {
      const phase = 'research';
      await manager.reserveCost({ sessionId, phase, operation: 'ask', key, maxCost, waitMs: 300_000 });
      say({ served: key });
      await sleep(5);
      await manager.settleCost({ sessionId, key, cost });
    }),
  );
  say({ outcome: 'complete' });
}

/** An episode of its own whose calls are all made at once. */
async function produce(manager: ProductionStateManager): Promise<void> {
  const crew = defineCrew({
    research: ({ operation }) =>
      Promise.all(
        keys.map((key) =>
          operation('ask', { key, maxCost }, async () => {
            say({ served: key });
            await sleep(5);
            return { result: key, cost };
          }),
        ),
      ),
    script: async () => null,
    audio: async () => null,
  });
  const { outcome, reason } = await manager.produce(sessionId, crew);
  say({ outcome, reason });
}

/** Paid steps one after the other, with a file and a score each, and lanes that come late with both: whoever holds the claim does them. */
async function steps(manager: ProductionStateManager): Promise<void> {
  for (;;) {
    try {
      const { outcome, reason } = await manager.produce(sessionId, stepping(), {
        leaseMs: 700,
        graceMs: 200,
      });
      if (outcome === 'complete') return say({ outcome });
      say({ outcome, reason });
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== 'claimed_elsewhere' && code !== 'claim_lost') throw error;
      say({ code });
    }
    await sleep(50);
  }
}

function stepping() {
  return defineCrew({
    async research(context: PhaseContext) {
      const mine = `${label} ${process.pid}`;
      for (const [n, key] of Array.from({ length: count }, (_, index) => `step-${index}`).entries()) {
        await context.operation('ask', { key, maxCost, timeoutMs: 2000, reconcile: () => look(key) }, () =>
          call(key),
        );
        await context.writeArtifact(`${key}.txt`, mine);
        await context.score('by', process.pid);
        context.progress(n / count, key);
        // A lane that nobody waits for: it comes while others work, or after its own run is over.
        comeLate(context, key, mine).catch(() => {});
      }
      return { by: mine, pid: process.pid };
    },
    script: async () => null,
    audio: async () => null,
  });
}

async function comeLate(context: PhaseContext, key: string, mine: string): Promise<void> {
  await sleep(600);
  await context.writeArtifact(`${key}.txt`, mine);
  await context.score('by', process.pid);
}

async function call(key: string) {
  const response = await fetch(String(url), { method: 'POST', headers: { 'idempotency-key': key } });
  return (await response.json()) as { result: string; cost: number };
}

async function look(key: string) {
  const response = await fetch(String(url), { headers: { 'idempotency-key': key } });
  return response.status === 404 ? 'retry' : ((await response.json()) as { result: string; cost: number });
}

const tasks = { reserve, produce, steps };
const manager = await ProductionStateManager.open({ directory });
say({ ready: true });
await tasks[task](manager);
await manager.close();
