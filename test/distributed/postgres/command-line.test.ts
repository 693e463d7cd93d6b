import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager } from '../../../src/index.js';
import { PostgresLog } from '../../../src/postgres/index.js';
import { start, type Ran } from '../../support/cli.js';
import { journalText } from '../../support/production.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { postgresForAll } from './for-all.js';

const server = postgresForAll();

/** A machine: a folder of its own, and the log's address in its environment. */
function machine(production: string): {
  directory: string;
  run: (...args: string[]) => Promise<Ran>;
  apart: (...args: string[]) => Promise<Ran>;
  cutOff: (...args: string[]) => Promise<Ran>;
} {
  const directory = join(temporaryDirectory(), 'copy');
  const at =
    (url: string) =>
    (...args: string[]) =>
      start(directory, args, { SHOWRUNNER_URL: url }).ended;
  const nowhere = `postgres://ada:hunter2-hunter2@127.0.0.1:1/db#${production}`;
  return { directory, run: at(`${server.url}#${production}`), apart: at(''), cutOff: at(nowhere) };
}

/** An episode with costs enough for several megabytes of journal. Gives how many commits there are. */
async function manyCosts(directory: string): Promise<number> {
  const manager = await ProductionStateManager.open({ directory, policy: { dailyCap: '1000' } });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Why bees dance' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  const cost = { sessionId, phase: 'research', operation: 'ask', cost: '0.0001' } as const;
  await Promise.all(Array.from({ length: 8000 }, () => manager.addCost(cost)));
  const { commits } = await manager.verify();
  await manager.close();
  return commits;
}

describe('the command line on Postgres', () => {
  test('given two machines, when one commits, then the other’s quick answers have it', async () => {
    const [one, other] = [machine('quick'), machine('quick')];
    const id = (await one.run('create', '--topic', 'Why bees dance')).stdout.trim();
    expect((await other.run('list')).stdout).toContain(id);
    expect((await one.run('phase', '1', 'research', 'active')).code).toBe(0);
    expect((await one.run('cost', '1', 'research', 'ask', '0.15')).code).toBe(0);
    expect((await other.run('metrics', '--json')).json()).toMatchObject({
      log: { appends: { landed: 0 }, age_seconds: expect.any(Number) },
    });
    const [listed, shown, line] = await Promise.all([
      other.run('list'),
      other.run('show', '1'),
      other.run('statusline'),
    ]);
    for (const { stdout } of [listed, shown, line]) expect(stdout).toContain('$0.15');
    expect((await other.run('verify')).code).toBe(0);
    rmSync(other.directory, { recursive: true });
    expect((await other.run('list')).stdout).toContain('$0.15');
    expect(journalText(other.directory)).toBe(journalText(one.directory));
  });

  test('given the log cannot be reached, then what looks answers with the copy’s age, and what writes refuses without the password', async () => {
    const { run, cutOff, apart, directory } = machine('cut off');
    const id = (await run('create', '--topic', 'Why bees dance')).stdout.trim();
    expect((await cutOff('list')).stdout).toContain(id);
    const before = journalText(directory);
    for (const args of [['list'], ['history', '1'], ['verify']]) {
      const looked = await cutOff(...args, '--json');
      expect(looked.code, args[0]).toBe(0);
      expect(looked.json()).toMatchObject({
        old_copy: {
          of: expect.stringContaining('production cut off on Postgres'),
          as_of: expect.any(String),
        },
      });
      expect(looked.stderr).toMatch(/this is the copy of .* \(0 min ago\)/);
      expect(looked.stdout + looked.stderr).not.toContain('hunter2');
    }
    const refused = await cutOff('pause', '1', '--json');
    expect(refused.json()).toMatchObject({ error: { code: 'journal_unavailable' } });
    expect(refused.stdout).toContain('Nothing was written');
    expect(refused.stdout + refused.stderr).not.toContain('hunter2');
    expect((await apart('list')).stderr).toContain('its log was not named');
    expect((await apart('cost', '1', 'research', 'ask', '1')).stderr).toContain('--postgres');
    expect(journalText(directory)).toBe(before);
  });

  test('given a log without the production, or an address that is none, then it is said what to do', async () => {
    const { run, directory } = machine('nothing');
    expect((await run('list', '--json')).json()).toMatchObject({ error: { code: 'production_missing' } });
    expect((await run('show', '1')).stderr).toContain('there is no production nothing on Postgres');
    const wrong = await start(directory, ['list', '--postgres', 'mysql://ada:hunter2-hunter2@db/x']).ended;
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).not.toContain('hunter2');
    // As who has not installed the client of Postgres has it.
    const bare = join(temporaryDirectory(), 'dist');
    cpSync(fileURLToPath(new URL('../../../dist/cli', import.meta.url)), bare, { recursive: true });
    const missing = spawnSync(process.execPath, [join(bare, 'main.js'), 'list', '--postgres', server.url]);
    expect(String(missing.stderr)).toContain('npm install pg');
  });

  test('given a production of files, when it is exported into the log and set apart on another machine, then nothing is lost on the way', async () => {
    const [one, other] = [machine('moved'), machine('moved')];
    const artifacts = temporaryDirectory();
    const into = `${server.url}#moved`;
    const id = (await one.apart('create', '--topic', 'Why bees dance')).stdout.trim();
    await one.apart('phase', '1', 'research', 'active');
    writeFileSync(join(one.directory, id, 'research', 'notes.md'), 'Bees dance.\n');
    await one.apart('phase', '1', 'research', 'complete', '--cost', '1.05');
    expect((await one.run('list')).stderr).toContain('showrunner export --into');
    const moved = await one.apart('export', '--into', into, '--artifacts', artifacts, '--json');
    expect(moved.json()).toMatchObject({ moved: 'into', verified: true, sessions_kept: 1 });
    const again = await one.apart('import', one.directory, '--into', into, '--json');
    expect(again.json()).toMatchObject({ moved: 'into', verified: true });
    expect((await other.run('list')).stdout).toContain('$1.05');
    expect((await one.run('cost', '1', 'script', 'ask', '0.25')).code).toBe(0);
    const apart = await other.run('export', '--apart', '--artifacts', artifacts, '--json');
    expect(apart.json()).toMatchObject({ moved: 'apart', compared: true, verified: true });
    expect(readFileSync(join(other.directory, id, 'research', 'notes.md'), 'utf8')).toBe('Bees dance.\n');
    expect((await other.apart('cost', '1', 'script', 'ask', '0.10')).stdout).toContain('$1.40');
    expect((await other.apart('verify')).code).toBe(0);
    expect((await one.run('list')).stdout).toContain('$1.30');
  });

  test('given the move into the log is killed amid the journal, when it is begun again, then the log has each byte once', async () => {
    const { directory, apart, run } = machine('killed');
    const commits = await manyCosts(directory);
    const into = `${server.url}#killed`;
    const log = new PostgresLog({ url: server.url, production: 'killed' });
    onTestFinished(() => log.close());
    const first = start(directory, ['export', '--into', into, '--json']);
    while ((await log.end()).end === 0) await wait(1);
    first.kill('SIGKILL');
    expect((await first.ended).stdout).toBe('');
    expect((await log.end()).end).toBeLessThan(journalText(directory).length);
    expect((await apart('cost', '1', 'research', 'ask', '0.01')).code).not.toBe(0);
    const again = await apart('import', directory, '--into', into, '--json');
    expect(again.json()).toMatchObject({ moved: 'into', verified: true });
    expect((await run('verify', '--json')).json()).toMatchObject({ ok: true, commits });
    const other = machine('killed');
    await other.run('list');
    expect(journalText(other.directory)).toBe(journalText(directory));
  });

  test('given a copy that is behind, that differs, or whose log is away, when the doctor looks, then he says so and what to do', async () => {
    const [one, other] = [machine('doctor'), machine('doctor')];
    await one.run('create', '--topic', 'Why bees dance');
    await other.run('list');
    await one.run('phase', '1', 'research', 'active');
    const behind = await other.run('doctor', '--json');
    expect(behind.stdout).toMatch(/this copy is \d+ bytes behind production doctor on Postgres/);
    expect(behind.json()).toMatchObject({ ok: true, log: { reachable: true } });
    expect((await other.run('doctor')).stdout).not.toContain('behind');
    expect((await other.cutOff('doctor')).stdout).toContain('pg_isready -h 127.0.0.1 -p 1');
    expect((await other.apart('doctor')).stdout).toContain('which was not looked at');
    const segment = join(other.directory, 'journal', `${'0'.repeat(20)}.ndjson`);
    writeFileSync(
      segment,
      readFileSync(segment, 'utf8').replace('Why bees dance', 'Why bees prance'.slice(0, 14)),
    );
    const differs = await other.run('doctor', '--json');
    expect(differs.json()['findings']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          severity: 'damage',
          what: expect.stringContaining('is not that of the log') as string,
        }),
      ]),
    );
    expect(differs.code).toBe(6);
  });
});
