import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { catalog } from '../../src/cli/catalog.js';
import { ProductionStateManager } from '../../src/index.js';
import { run, start, urlFor } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const crew = fileURLToPath(new URL('../support/slow-crew.mjs', import.meta.url));

async function withEpisode(): Promise<{ directory: string; id: string }> {
  const directory = join(temporaryDirectory(), 'production');
  const { stdout, code } = await run(directory, 'create', '--topic', 'Why bees dance');
  expect(code).toBe(0);
  return { directory, id: stdout.trim() };
}

describe('the command line', () => {
  test('given a new episode, when it is worked on step by step, then each command says how it stands', async () => {
    const { directory, id } = await withEpisode();
    expect((await run(directory, 'phase', '1', 'research', 'active')).stdout).toContain('research active');
    expect(
      (await run(directory, 'cost', 'ep_001', 'research', 'perplexity_query', '0.15', '--json')).json(),
    ).toMatchObject({ episode: { total_cost: 0.15 } });
    expect((await run(directory, 'quality', id, 'research_depth', '9.2')).code).toBe(0);
    expect((await run(directory, 'reserve', '1', 'research', 'query', '0.50', '--key', 'q1')).code).toBe(0);
    expect((await run(directory, 'settle', '1', 'q1', '0.20')).stdout).toContain('$0.35');
    expect((await run(directory, 'checkpoint', '1', 'before_edit', '--save')).stdout).toContain(
      'saved before_edit',
    );
    expect((await run(directory, 'pause', '1')).code).toBe(0);
    expect((await run(directory, 'resume', '1')).stdout).toContain('research active');
    expect((await run(directory, 'phase', '1', 'research', 'complete', '--cost', '1.05')).stdout).toContain(
      'research complete',
    );
    expect((await run(directory, 'skip', '1', 'script', '--reason', 'notes are ready')).stdout).toContain(
      'script skipped',
    );
    expect((await run(directory, 'restore', '1', 'research_complete')).stdout).toContain('script pending');
    expect((await run(directory, 'fork', '1', '--json')).json()).toMatchObject({ forked_from: id });
    expect((await run(directory, 'history', id, '--json')).json()).toMatchObject({ session_id: id });
    expect((await run(directory, 'budget', id, 'total', '3', '--reason', 'longer')).code).toBe(0);
    expect((await run(directory, 'cancel', id, '--reason', 'the guest withdrew')).stdout).toContain('failed');
    expect((await run(directory, 'archive', id)).stdout).toContain('archived');
    expect((await run(directory, 'verify', '--json')).json()).toMatchObject({ ok: true, problems: [] });
    expect((await run(directory, 'doctor')).stdout).toContain('All is well');
    expect((await run(directory, 'compact')).code).toBe(0);
    const state = JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8')) as Record<string, unknown>;
    expect(state).toMatchObject({ total_cost: 1.4, total_episodes: 2 });
  });

  test.each([
    ['not found', ['show', '9'], 3, 'session_unknown'],
    ['a path as an id', ['show', '../../x'], 3, 'session_unknown'],
    ['a prototype as an id', ['cost', '__proto__', 'research', 'q', '1'], 3, 'session_unknown'],
    ['a phase out of order', ['phase', '1', 'audio', 'active'], 4, 'phase_out_of_order'],
    ['an unknown checkpoint', ['restore', '1', 'nothing'], 3, 'checkpoint_unknown'],
    ['a path as a checkpoint', ['restore', '1', '/etc/passwd'], 6, 'invalid_input'],
    ['no number', ['cost', '1', 'research', 'q', 'NaN'], 6, 'invalid_input'],
    ['a negative cost', ['cost', '1', 'research', 'q', '-0.01'], 6, 'invalid_input'],
    ['an unknown phase', ['cost', '1', 'toString', 'q', '1'], 6, 'invalid_input'],
    ['an unknown command', ['dance'], 2, 'usage'],
    ['a missing argument', ['show'], 2, 'usage'],
    ['an argument too many', ['show', '1', '2'], 2, 'usage'],
    ['a missing reason', ['skip', '1', 'research'], 2, 'usage'],
    ['a missing import', ['import', 'nowhere.json'], 6, 'import_invalid'],
  ])(
    'given %s, then the exit code and one JSON object say so, and nothing is written',
    async (_name, args, code, error) => {
      const { directory } = await withEpisode();
      const journal = join(directory, 'journal', String(readdirSync(join(directory, 'journal'))[0]));
      const before = readFileSync(journal);
      const ran = await run(directory, ...args, '--json');
      expect(ran.json()).toMatchObject({ error: { code: error } });
      expect(ran.code).toBe(code);
      expect(readFileSync(journal).equals(before)).toBe(true);
    },
  );

  test.each([
    ['no lease', ['--lease', 'abc'], '--lease'],
    ['a lease of nothing', ['--lease', '0'], '--lease'],
    ['no concurrency', ['--concurrency', 'x'], '--concurrency'],
    ['an endless length', ['--minutes', 'Infinity'], '--minutes'],
    ['a crew that is not there', ['--crew', 'nowhere.mjs'], '--crew'],
    ['topics that are not there', ['--topics', 'nowhere.txt'], '--topics'],
  ])(
    'given %s, when episodes are to be produced, then it is a usage error that names the option, and none is begun',
    async (_name, args, option) => {
      const directory = join(temporaryDirectory(), 'production');
      const topic = option === '--topics' ? [] : ['--topic', 'Bees'];
      const ran = await run(directory, 'produce', ...topic, '--crew', crew, ...args, '--json');
      expect(ran.json()).toMatchObject({
        error: { code: 'usage', message: expect.stringContaining(option) },
      });
      expect(ran.code).toBe(2);
      expect(existsSync(directory)).toBe(false);
    },
  );

  test.each<[string, (path: string) => void]>([
    ['a folder', (path) => mkdirSync(path)],
    ['a link', (path) => symlinkSync('/etc/hostname', path)],
    ['a named pipe', (path) => execFileSync('sh', ['-c', 'mkfifo "$0"', path])],
  ])(
    "given %s in a document's place, then doctor says so, and no command waits for ever or crashes",
    async (_name, make) => {
      const { directory, id } = await withEpisode();
      for (const file of ['state.json', `${id}/session.json`]) {
        rmSync(join(directory, file), { force: true });
        make(join(directory, file));
      }
      writeFileSync(join(directory, 'ep_007_20250903_143022'), 'no folder');
      const doctor = await run(directory, 'doctor', '--json');
      expect(doctor.json()).toMatchObject({
        ok: true,
        findings: [
          { severity: 'attention', what: expect.stringContaining('state.json is not a plain file') },
          { severity: 'attention', what: expect.stringContaining('session.json is not a plain file') },
        ],
      });
      for (const args of [['list'], ['show', id], ['cost', id, 'research', 'q', '1']])
        expect((await run(directory, ...args, '--json')).stdout).not.toContain('unexpected');
    },
    60_000,
  );

  test.each([
    ['list'],
    ['show', '1'],
    ['cost', '1', 'research', 'q', '1'],
    ['metrics'],
    ['verify'],
    ['history', '1'],
    ['--cleanup'],
    ['produce', '1'],
  ])('given no production there, when %s is called, then it says so, and none is made', async (...args) => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'policy.json'), '{}');
    for (const place of [directory, join(directory, 'nowhere')]) {
      const ran = await run(place, ...args, '--json');
      expect(ran.json()).toMatchObject({
        error: {
          code: 'production_missing',
          field: 'directory',
          message: expect.stringContaining('showrunner create'),
        },
      });
      expect(ran.code).toBe(3);
    }
    expect(readdirSync(directory)).toEqual(['policy.json']);
  });

  test('given the folder of a fork that was never finished, when its number is named, then the episode is meant', async () => {
    const { directory, id } = await withEpisode();
    mkdirSync(join(directory, 'ep_001_20200101_000000'));
    expect((await run(directory, 'show', '1', '--json')).json()).toMatchObject({
      episode: { session_id: id },
    });
  });

  test('given an empty name for the directory, then it is refused, and an empty variable is one that is not set', async () => {
    const folder = temporaryDirectory();
    const shell = (script: string): string =>
      execFileSync('sh', ['-c', script, main], { cwd: folder, encoding: 'utf8' });
    expect(shell('node "$0" create --topic Bees --directory "" --json || echo "exit $?"')).toMatch(
      /"code":"usage".*\nexit 2/,
    );
    expect(readdirSync(folder)).toEqual([]);
    shell('SHOWRUNNER_DIRECTORY= node "$0" create --topic Bees');
    expect(readdirSync(folder)).toEqual(['production']);
  });

  test('given nobody reads what is printed, then the work goes on and the exit code stays its own', () => {
    const directory = join(temporaryDirectory(), 'production');
    const shell = (script: string): string =>
      execFileSync('bash', ['-c', `set -o pipefail; ${script}`, main], {
        cwd: dirname(directory),
        encoding: 'utf8',
        env: { ...process.env, CREW: crew },
      });
    expect(
      shell(
        'node "$0" produce --topic Bees --crew "$CREW" --minutes 0.05 --json 2> >(exec 0<&-; exit) | tail -c 200000',
      ),
    ).toContain('"outcome":"complete"');
    expect(shell('{ node "$0" show 9 --json; echo "exit $?" >&2; } 2>&1 >/dev/full')).toMatch(
      /standard output cannot be written: .*\nexit 1/,
    );
    expect(
      shell('{ sleep 0.1; node "$0" show 9 --json; echo "exit $?" >&2; } 2>&1 > >(exec 0<&-; exit)'),
    ).toContain('exit 3');
  }, 30_000);

  test('given a command that there is not, or none with --json, then one sentence says so', async () => {
    const directory = join(temporaryDirectory(), 'production');
    expect(await run(directory, 'lst')).toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        'showrunner: there is no command "lst". Did you mean list? showrunner --help lists those there are\n',
    });
    const nothing = await run(directory, '--json');
    expect(nothing.code).toBe(2);
    expect(nothing.json()).toMatchObject({ error: { code: 'usage' } });
  });

  test.each(['studio', 'inspect'])(
    'given %s with --json, when it is ended, then standard output had one object',
    async (command) => {
      const { directory } = await withEpisode();
      const running = start(directory, [command, '--port', '0', '--json']);
      await running.said('token_file');
      running.kill('SIGINT');
      const ended = await running.ended;
      expect(ended.code).toBe(0);
      expect(ended.json()).toHaveProperty('token_file');
    },
  );

  test('given a command that there is not beside a flag of the seed, then nothing is done either', async () => {
    const { directory } = await withEpisode();
    const ran = await run(directory, 'dance', '--list');
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain('there is no command "dance"');
  });

  test('given a command that waits in a read, when it is interrupted, then it ends at once', async () => {
    const { directory, id } = await withEpisode();
    const pipe = join(dirname(directory), 'data.json');
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    const running = start(directory, ['checkpoint', id, 'draft', '--data', pipe]);
    // Only a pipe that somebody waits for can be opened without waiting.
    const open = (): number => openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    const fd = await vi.waitFor(open, { timeout: 20_000 });
    running.kill('SIGINT');
    expect((await running.ended).code).toBeNull();
    closeSync(fd);
    expect((await run(directory, 'verify')).code).toBe(0);
  });

  test("given a journal that was cut off at a line's end, then doctor says so as the engine does, and what it advises helps", async () => {
    const { directory, id } = await withEpisode();
    const segment = join(directory, 'journal', '00000000000000000000.ndjson');
    const before = readFileSync(segment);
    await run(directory, 'cost', id, 'research', 'q', '1');
    writeFileSync(segment, before);
    expect((await run(directory, 'list', '--json')).json()).toMatchObject({
      error: { code: 'journal_damaged' },
    });
    const doctor = await run(directory, 'doctor', '--json');
    expect(doctor.code).toBe(6);
    expect(doctor.json()).toMatchObject({
      ok: false,
      findings: ['state.json', `${id}/session.json`].map((file) => ({
        severity: 'damage',
        what: expect.stringContaining(`${file} reflects the journal up to`),
      })),
    });
    for (const file of ['state.json', `${id}/session.json`]) rmSync(join(directory, file));
    expect((await run(directory, 'show', id, '--json')).json()).toMatchObject({ episode: { total_cost: 0 } });
    expect((await run(directory, 'doctor')).stdout).toBe('All is well.\n');
  });

  test('given a cost that passes the total, then it lands, the episode stops, and the exit code is 5', async () => {
    const { directory } = await withEpisode();
    await run(directory, 'phase', '1', 'research', 'active');
    const ran = await run(directory, 'cost', '1', 'research', 'q', '7.01', '--json');
    expect(ran.code).toBe(5);
    expect(ran.json()).toMatchObject({
      episode: { status: 'failed', total_cost: 7.01 },
      stopped: { code: 'budget_exhausted' },
    });
    expect((await run(directory, 'recover', '1')).code).toBe(5);
    expect((await run(directory, 'budget', '1', 'total', '+1', '--reason', 'worth it')).code).toBe(0);
    expect((await run(directory, 'recover', '1', '--plan', '--json')).json()).toMatchObject({
      recoverable: true,
    });
    expect((await run(directory, 'recover', '1')).stdout).toContain('research active');
  });

  test('given episodes that wait for a person, when the doctor looks, then each is named with what to do, and that is no failure', async () => {
    const { directory, id } = await withEpisode();
    writeFileSync(join(directory, 'policy.json'), JSON.stringify({ approvals: ['research'] }));
    const second = (await run(directory, 'create', '--topic', 'Reviewed')).stdout.trim();
    await run(directory, 'phase', id, 'research', 'active');
    await run(directory, 'pause', id);
    await run(directory, 'phase', second, 'research', 'complete');
    const ran = await run(directory, 'doctor', '--json');
    expect([ran.code, ran.json()]).toEqual([
      0,
      expect.objectContaining({
        ok: true,
        findings: [
          {
            severity: 'attention',
            what: expect.stringMatching(`^${id}: research is paused by `) as string,
            advice: `showrunner resume ${id}`,
          },
          {
            severity: 'attention',
            what: `${second}: research waits for approval`,
            advice: expect.stringContaining(`showrunner approve ${second}`) as string,
          },
        ],
      }),
    ]);
  });

  test('given two sessions with one number, when the number is used, then the candidates are listed', async () => {
    const { directory, id } = await withEpisode();
    const second = (await run(directory, 'create', '--topic', 'Again', '--episode', '1')).stdout.trim();
    const ran = await run(directory, 'show', 'ep_001');
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(id);
    expect(ran.stderr).toContain(second);
    expect((await run(directory, 'show', second)).code).toBe(0);
  });

  test("given the seed's flags on the bare command, then they work", async () => {
    const { directory, id } = await withEpisode();
    writeFileSync(join(directory, 'mine.txt'), 'a file of the user');
    expect((await run(directory, '--list')).stdout).toContain(id);
    expect((await run(directory, '--list', '--json')).json()).toMatchObject({
      episodes: [{ session_id: id }],
    });
    expect((await run(directory, '--resume', 'ep_001')).stdout).toContain('research active');
    expect((await run(directory, '--cleanup')).stdout).toContain('No orphans');
    expect((await run(directory, '--export-metrics')).json()).toMatchObject({
      production: { total_episodes: 1 },
    });
    expect((await run(directory, '--export-metrics', '--format', 'csv')).stdout).toContain(
      'episodes,,1,episodes',
    );
    expect((await run(directory, '--export-metrics', '--format', 'prometheus')).stdout).toContain(
      '# TYPE showrunner_episodes gauge\nshowrunner_episodes 1\n',
    );
    expect((await run(directory, '--export-metrics', '--format', 'xml')).code).toBe(2);
    const dry = await run(directory, '--reset');
    expect([dry.code, dry.stdout.includes('Nothing was done')]).toEqual([2, true]);
    expect(existsSync(join(directory, 'state.json'))).toBe(true);
    const reset = await run(directory, '--reset', '--confirm', '--json');
    const { backup } = reset.json() as { backup: string };
    expect(readdirSync(directory)).toEqual(['mine.txt']);
    expect(readdirSync(backup).sort()).toEqual([id, 'journal', 'state.json']);
    expect(dirname(backup)).toBe(dirname(directory));
  });

  test('given a folder of another program, when it is reset, then nothing is moved', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'archive'));
    mkdirSync(join(directory, 'journal'));
    mkdirSync(join(directory, 'ep_001_20250903_143022'));
    writeFileSync(join(directory, 'state.json'), '{"version":"3.0.0"}');
    const before = readdirSync(directory);
    expect((await run(directory, 'reset', '--confirm', '--json')).json()).toEqual({
      moved: [],
      backup: null,
    });
    expect(readdirSync(directory)).toEqual(before);
    expect((await run(join(directory, 'state.json'), 'reset', '--confirm', '--json')).json()).toEqual({
      moved: [],
      backup: null,
    });
  });

  test('given a link inside the production, when it is reset, then it is refused', async () => {
    const { directory } = await withEpisode();
    rmSync(join(directory, 'state.json'));
    symlinkSync('/etc/hostname', join(directory, 'state.json'));
    expect((await run(directory, 'reset', '--confirm', '--json')).json()).toMatchObject({
      error: { code: 'path_refused' },
    });
  });

  test('given state.json is fresh, then the quick listing is what the engine answers; given it is gone, the engine answers', async () => {
    const { directory } = await withEpisode();
    const quick = (await run(directory, 'list', '--json')).json();
    rmSync(join(directory, 'state.json'));
    expect((await run(directory, 'list', '--json')).json()).toEqual(quick);
  });

  test('given any command, when help is asked for, then it shows an example', async () => {
    const directory = temporaryDirectory();
    const all = await Promise.all(
      catalog.map(async ({ name, example }) => [example, await run(directory, name, '--help')] as const),
    );
    for (const [example, ran] of all) {
      expect(ran.code).toBe(0);
      expect(ran.stdout).toContain(example);
    }
    const bare = await run(directory, '--help');
    for (const { name } of catalog) expect(bare.stdout).toContain(`  ${name}`);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('given 8 processes with 10 costs each, then nothing is lost, sums are exact and state.json is fresh', async () => {
    const { directory } = await withEpisode();
    await run(directory, 'phase', '1', 'research', 'active');
    const worker = async (): Promise<void> => {
      for (let n = 0; n < 10; n += 1)
        expect((await run(directory, 'cost', '1', 'research', 'query', '0.01')).code).toBe(0);
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    const state = JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8')) as Record<string, unknown>;
    expect(state['total_cost']).toBe(0.8);
    expect((await run(directory, 'verify')).code).toBe(0);
  });

  test('given production is interrupted with Ctrl-C, then it exits with 130 and resume completes it, paying nothing twice', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const running = start(directory, ['produce', '--topic', 'Bees', '--crew', crew, '--minutes', '0.2']);
    await running.said('script');
    running.kill('SIGINT');
    const stopped = await running.ended;
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toContain('showrunner resume');
    const resumed = await run(directory, 'resume', '1', '--json');
    expect(resumed.code).toBe(0);
    expect(resumed.json()).toMatchObject({ outcome: 'complete', episode: { total_cost: 0.45 } });
  });

  test('given several topics, when they are produced two at a time, then each is complete', async () => {
    const directory = join(temporaryDirectory(), 'production');
    mkdirSync(directory);
    writeFileSync(join(directory, 'topics.txt'), '# topics\nBees\n\nAnts\nWasps\n');
    const ran = await run(
      directory,
      'produce',
      '--topics',
      join(directory, 'topics.txt'),
      '--concurrency',
      '2',
      '--crew',
      crew,
      '--json',
    );
    expect(ran.code).toBe(0);
    const { episodes } = ran.json() as { episodes: { outcome: string }[] };
    expect(episodes.map(({ outcome }) => outcome)).toEqual(['complete', 'complete', 'complete']);
  });

  test('given a reader that goes away, when much is printed, then that is no error', async () => {
    const directory = temporaryDirectory();
    const manager = await ProductionStateManager.open({ directory });
    for (let n = 1; n <= 200; n += 1)
      await manager.createEpisodeSession({ episodeNum: n, topic: 'x'.repeat(400) });
    await manager.close();
    const { spawnSync } = await import('node:child_process');
    const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
    const piped = spawnSync(
      'bash',
      ['-c', `set -o pipefail; node '${main}' --directory '${directory}' list --json | head -c 10`],
      { encoding: 'utf8', env: { ...process.env, SHOWRUNNER_URL: urlFor(directory) ?? '' } },
    );
    expect([piped.status, piped.stderr]).toEqual([0, '']);
  });
});
