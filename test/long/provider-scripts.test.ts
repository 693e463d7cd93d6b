import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { bundleProcess, type PlantedBug } from '../support/bundle.js';
import { booksOf } from '../support/provider-scripts/live.js';
import { startScriptedProvider, type ScriptedProvider } from '../support/provider-scripts/provider.js';
import { randomOf, scriptOf, type Way } from '../support/provider-scripts/script.js';
import type { ScriptWork } from '../support/provider-scripts/worker.js';

/** One script again: SHOWRUNNER_SEED=<seed> npm run test:long -- provider-scripts */
const again = process.env['SHOWRUNNER_SEED'];
const scripts = again === undefined ? (process.env['SHOWRUNNER_LONG'] ? 1000 : 150) : 1;
const first = again === undefined ? 1 : Number(again);

/** A folder in memory where there is one: what a killed process has written stays either way, and syncs cost nothing. */
function folder(): string {
  const shared = '/dev/shm';
  const path = mkdtempSync(join(existsSync(shared) ? shared : tmpdir(), 'showrunner-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** What a life is killed by: so many requests at the provider, whatever the machine's pace, and a moment more. */
class Killer {
  #left = Infinity;
  #strike: () => void = () => {};

  arm(child: ChildProcess, requests: number, momentMs: number): void {
    this.#left = requests;
    this.#strike = () => void setTimeout(() => child.kill('SIGKILL'), momentMs);
  }

  hear(): void {
    this.#left -= 1;
    if (this.#left === 0) this.#strike();
  }
}

/** Plays scripts in one process after the other, each killed amid its work and followed by the next, until `isOver`; gives how many were killed. */
async function playKilled(
  file: string,
  work: ScriptWork,
  { random, killer, isOver }: { random: () => number; killer: Killer; isOver: () => boolean },
): Promise<number> {
  const left = new Set(work.seeds);
  let kills = 0;
  // Where a life was too short to end a script, the next one is longer.
  let patience = 1;
  while (left.size > 0 && !isOver()) {
    const before = left.size;
    const child = spawn(process.execPath, [file, JSON.stringify({ ...work, seeds: [...left] })], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (text) => (errors += String(text)));
    createInterface({ input: child.stdout }).on('line', (line) => left.delete(Number(line)));
    killer.arm(child, Math.ceil((10 + random() * 60) * patience), random() * 40);
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    if (code) throw new Error(errors);
    kills += code === null ? 1 : 0;
    patience = left.size < before ? 1 : patience * 2;
  }
  return kills;
}

async function storm(
  seeds: readonly number[],
  name: string,
  bug?: PlantedBug,
): Promise<{ kills: number; provider: ScriptedProvider; directory: string }> {
  const { file, remove } = await bundleProcess('test/support/provider-scripts/worker.ts', name, bug);
  onTestFinished(remove);
  const killers = [new Killer(), new Killer()];
  const provider = await startScriptedProvider((seed) => killers[seed % 2]?.hear());
  const directory = folder();
  const random = randomOf(first);
  const killed = await Promise.all(
    killers.map((killer, side) =>
      playKilled(
        file,
        { url: provider.url, directory, seeds: seeds.filter((seed) => seed % 2 === side) },
        { random, killer, isOver: () => provider.violations.length > 0 },
      ),
    ),
  );
  return { kills: killed.reduce((sum, each) => sum + each, 0), provider, directory };
}

test('given hundreds of scripts of a failing provider, and processes killed among them, then its invoice is what the books say but for held calls, and no call is made again without leave', async () => {
  const seeds = Array.from({ length: scripts }, (_, index) => first + index);
  const { kills, provider, directory } = await storm(seeds, 'scripts');
  expect(provider.violations).toEqual([]);
  for (const seed of seeds) {
    const manager = await ProductionStateManager.open({
      directory: join(directory, String(seed)),
      readOnly: true,
    });
    const [state] = await manager.listEpisodes();
    const { booked, held } = await booksOf(manager, String(state?.session_id), scriptOf(seed));
    expect({ seed, booked, held }).toEqual({ seed, booked: provider.invoice(seed), held: [] });
    expect({ seed, ...(await manager.verify()) }).toMatchObject({ seed, ok: true, problems: [] });
    await manager.close();
  }
  console.log(`${scripts} scripts, ${kills} processes killed, ${provider.seen.size} ways to fail or not`);
  if (scripts === 1) return;
  expect(kills).toBeGreaterThan(10);
  expect(provider.seen.size).toBe(29);
});

test.each<[what: string, way: Way, bug: PlantedBug]>([
  [
    'a call whose outcome is unknown is booked as free',
    'cut-after-sending',
    {
      file: 'src/crew/outcome.ts',
      from: "if (delivery === 'unknown') return { kind: 'unknown' };",
      to: "if (delivery === 'unknown') return { kind: 'none' };",
    },
  ],
  [
    'a held call is made again blindly',
    'cut-in-answer',
    {
      file: 'src/crew/operations.ts',
      from: "if (open?.state === 'held') return this.#reconcile(call, open);",
      to: "if (open?.state === 'held') return this.#call({ ...call, maxCost: open.amount }, 9);",
    },
  ],
  [
    'what a failure has billed is dropped',
    'billed-failure',
    {
      file: 'src/crew/operations.ts',
      from: "const billed = charge.kind === 'known' ? charge : undefined;",
      to: 'const billed = undefined;',
    },
  ],
  [
    'the provider is not left alone for as long as it asks',
    429,
    {
      file: 'src/crew/outcome.ts',
      from: 'return Math.max(asked, ',
      to: 'return Math.min(asked, ',
    },
  ],
])('given that %s, when scripts are played, then the alarm rings', async (what, way, bug) => {
  const alarms = await storm(seedsWith(way, 16), `scripts-${what.length}`, bug).then(
    ({ provider }) => provider.violations,
    (error: unknown) => [String(error)],
  );
  expect(alarms.join('\n')).toMatch(/the invoice|called again|before the time/);
});

/** The first scripts in which a key's first call goes a way. */
function seedsWith(way: Way, count: number): number[] {
  const all = Array.from({ length: 2000 }, (_, index) => index + 1);
  return all.filter((seed) => scriptOf(seed).some(({ turns }) => turns[0]?.way === way)).slice(0, count);
}
