import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager, type SessionId } from '../../src/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Ends its process for good after so many writes to the journal. */
const killer = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const journal = new Set();
let left = Number(process.env.KILL_AFTER);
const { openSync, writeSync } = fs;
fs.openSync = (path, ...rest) => {
  const fd = openSync(path, ...rest);
  if (/[\\\\/]journal[\\\\/]\\d/.test(String(path))) journal.add(fd);
  else journal.delete(fd);
  return fd;
};
fs.writeSync = (fd, ...rest) => {
  const written = writeSync(fd, ...rest);
  if (journal.has(fd) && (left -= 1) === 0) process.kill(process.pid, 'SIGKILL');
  return written;
};
syncBuiltinESMExports();
`;

/** The README's first code, with a provider that writes an invoice in the place of its answer. */
function firstCode(): string {
  const readme = readFileSync(`${root}README.md`, 'utf8');
  const code = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const answer = "async () => ({ result: 'notes', cost: '0.15' })";
  expect(code).toContain(answer);
  const provider = "async () => (appendFileSync('invoice', 'q1\\n'), { result: 'notes', cost: '0.15' })";
  return `import { appendFileSync } from 'node:fs';\n${code.replace(answer, provider)}`;
}

interface Place {
  folder: string;
  directory: string;
  runCode: (killAfter?: number) => { status: number | null; stdout: string; stderr: string };
  invoice: () => string[];
}

/** A folder inside the package, so that the code can import the package by its own name. */
function place(): Place {
  const folder = mkdtempSync(`${root}dist/.readme-`);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'run.mjs'), firstCode());
  writeFileSync(join(folder, 'killer.mjs'), killer);
  const hook = pathToFileURL(join(folder, 'killer.mjs')).href;
  const invoice = join(folder, 'invoice');
  return {
    folder,
    directory: join(folder, 'production'),
    runCode: (killAfter = 0) =>
      spawnSync(process.execPath, ['--import', hook, 'run.mjs'], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, KILL_AFTER: String(killAfter) },
      }),
    invoice: () => (existsSync(invoice) ? readFileSync(invoice, 'utf8').trim().split('\n') : []),
  };
}

/** What a person who looks at the provider's invoice answers to a held call. */
async function answerHeld(directory: string, wasSent: boolean): Promise<void> {
  const manager = await ProductionStateManager.open({ directory });
  const sessionId = readdirSync(directory).find((name) => name.startsWith('ep_')) as SessionId;
  if (wasSent) await manager.settleCost({ sessionId, key: 'q1', cost: '0.15', result: 'notes' });
  else await manager.releaseCost({ sessionId, key: 'q1' });
  await manager.resumeEpisode(sessionId);
  await manager.close();
}

test("given the README's first code is killed after any commit, when it is run again, then it is one episode, complete, and its call is paid once", async () => {
  const phasesHit = new Set<string>();
  for (let commits = 1; ; commits += 1) {
    const { directory, runCode, invoice } = place();
    const killed = runCode(commits);
    if (killed.status === 0) break;
    expect(killed.status, killed.stderr).toBe(null);
    const looked = await ProductionStateManager.open({ directory });
    for (const { phases } of await looked.listEpisodes())
      for (const [phase, { status }] of Object.entries(phases)) if (status === 'active') phasesHit.add(phase);
    await looked.close();
    let again = runCode();
    if (again.stdout.includes("outcome: 'waiting'")) {
      await answerHeld(directory, invoice().length > 0);
      again = runCode();
    }
    expect(again.stdout, `killed after commit ${commits}: ${again.stderr}`).toContain("outcome: 'complete'");
    expect(invoice(), `killed after commit ${commits}`).toEqual(['q1']);
    expect(readdirSync(directory).filter((name) => name.startsWith('ep_'))).toHaveLength(1);
    const manager = await ProductionStateManager.open({ directory, readOnly: true });
    expect((await manager.getGlobalMetrics()).total_cost).toBe(0.15);
    expect(await manager.verify()).toMatchObject({ ok: true });
    await manager.close();
  }
  expect([...phasesHit].sort()).toEqual(['audio', 'research', 'script']);
});
