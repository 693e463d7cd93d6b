import { chmodSync, existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { run, urlFor } from '../support/cli.js';
import { journalText } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A command on a terminal of its own, with what a person types. */
function typed(directory: string, args: string, keys: string): string {
  const { stdout } = spawnSync(
    'script',
    ['-qec', `'${process.execPath}' '${main}' -d '${directory}' ${args}`, '/dev/null'],
    {
      input: keys,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', SHOWRUNNER_URL: urlFor(directory) ?? '' },
    },
  );
  return stdout;
}

const isRoot = process.getuid?.() === 0;

/** A production that nobody may write, not even who has made it; root lends the command to somebody who owns nothing. */
async function unwritable(): Promise<string> {
  const parent = temporaryDirectory();
  const directory = join(parent, 'production');
  await run(directory, 'create', '--topic', 'Bees');
  for (const path of [parent, directory, join(directory, 'journal')]) chmodSync(path, 0o555);
  onTestFinished(() => {
    for (const path of [parent, directory, join(directory, 'journal')]) chmodSync(path, 0o755);
  });
  return directory;
}

function asStranger(directory: string, ...words: string[]) {
  return spawn(process.execPath, [main, '--directory', directory, ...words], {
    cwd: join(directory, '..'),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(isRoot && { uid: 65_534, gid: 65_534 }),
  });
}

describe('keeping house at the command line', () => {
  test('given an orphan, when it is cleaned up and the command that is named is run, then it is back and goes on', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const id = (await run(directory, 'create', '--topic', 'Lost')).stdout.trim();
    const created = await run(directory, 'cleanup', '--older-than', '0', '--json');
    expect(created.json()).toEqual({ archived: [], waiting: [], dry_run: false });
    await run(directory, 'phase', '1', 'research', 'active');
    const before = journalText(directory);
    const rehearsed = await run(directory, 'cleanup', '--older-than', '0', '--dry-run');
    expect(rehearsed.stdout).toBe(`Would archive: ${id}. Nothing was done.\n`);
    expect(journalText(directory)).toBe(before);
    expect(typed(directory, 'cleanup --older-than 0', 'n\n')).toMatch(
      /Archive ep_001.*\[y\/N\][^]*nothing was done/,
    );
    expect(journalText(directory)).toBe(before);
    const cleaned = typed(directory, 'cleanup --older-than 0', 'y\n');
    const [, command = ''] = /bring it back: showrunner (.*)\r/.exec(cleaned) ?? [];
    expect(command).toBe(`unarchive ${id}`);
    expect((await run(directory, ...command.split(' '))).stdout).toContain('failed');
    expect((await run(directory, 'recover', '1')).stdout).toContain('research active');
    expect((await run(directory, 'verify', '--json')).json()).toMatchObject({ ok: true });
  });

  test('given an episode that is paused, when the production is cleaned up, then it is left with what it waits for', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const id = (await run(directory, 'create', '--topic', 'Waits')).stdout.trim();
    await run(directory, 'phase', '1', 'research', 'active');
    await run(directory, 'pause', '1', '--reason', 'lunch', '--by', 'ada');
    const { stdout } = await run(directory, 'cleanup', '--older-than', '0');
    expect(stdout).toContain(`${id}: research is paused by ada: lunch`);
    expect(stdout).toContain(`next: showrunner resume ${id}`);
  });

  test('given a deletion, when it is confirmed, then the files are in the backup that is named, and the command that is named brings them back', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const id = (await run(directory, 'create', '--topic', 'A mistake')).stdout.trim();
    await run(directory, 'cost', '1', 'research', 'query', '0.25');
    const asked = await run(directory, 'delete', '1');
    expect([asked.code, asked.stdout]).toEqual([2, expect.stringContaining('add --confirm')]);
    expect(existsSync(join(directory, id))).toBe(true);
    const deleted = await run(directory, 'delete', '1', '--confirm');
    expect(deleted.stdout).toContain(`bring it back: showrunner unarchive ${id}`);
    expect(existsSync(join(directory, id))).toBe(false);
    expect((await run(directory, 'list', '--all', '--json')).json()).toMatchObject({
      episodes: [{ session_id: id, status: 'archived', total_cost: 0.25 }],
    });
    expect((await run(directory, 'doctor')).stdout).toContain('All is well');
    expect((await run(directory, 'unarchive', '1')).code).toBe(0);
    expect(existsSync(join(directory, id, 'session.json'))).toBe(true);
    expect((await run(directory, 'doctor', '--json')).json()).toMatchObject({ ok: true });
  });

  test('given a checkpoint, when going back is rehearsed, then it says how the episode would stand, or what refuses it, and changes nothing', async () => {
    const directory = join(temporaryDirectory(), 'production');
    await run(directory, 'create', '--topic', 'Back');
    await run(directory, 'phase', '1', 'research', 'complete');
    await run(directory, 'phase', '1', 'script', 'active');
    const before = journalText(directory);
    const rehearsed = await run(directory, 'restore', '1', 'research_complete', '--dry-run');
    expect(rehearsed.stdout).toMatch(/Would stand: .*script pending.*\nNothing was done/);
    expect((await run(directory, 'restore', '1', 'nothing', '--dry-run')).code).toBe(3);
    expect(typed(directory, 'restore 1 research_complete', '\n')).toContain('nothing was done');
    expect(journalText(directory)).toBe(before);
    expect((await run(directory, 'restore', '1', 'research_complete')).stdout).toContain('script pending');
  });

  test('given a file that is no state file, when its import is refused, then no production is made', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const path = join(temporaryDirectory(), 'state.json');
    writeFileSync(path, '{}');
    expect(await run(directory, 'import', path)).toMatchObject({ code: 6 });
    expect(existsSync(directory)).toBe(false);
  });

  test('given an older production, when its import is rehearsed, then the report is that of the import, and nothing is made', async () => {
    const folder = temporaryDirectory();
    const directory = join(folder, 'production');
    const older = join(folder, 'older');
    mkdirSync(older);
    writeFileSync(
      join(older, 'state.json'),
      JSON.stringify({
        version: '3.0.0',
        active_episodes: {},
        completed_episodes: {
          ep_001_20240903_143022: { episode_number: 1, topic: 'Older', status: 'complete', surprise: 1 },
        },
      }),
    );
    const path = join(older, 'state.json');
    const rehearsed = (await run(directory, 'import', path, '--dry-run', '--json')).json();
    expect(existsSync(directory)).toBe(false);
    const { dry_run: _first, ...report } = rehearsed;
    const { dry_run: _second, ...real } = (await run(directory, 'import', path, '--json')).json();
    expect(report).toEqual(real);
    expect((await run(directory, 'import', path, '--dry-run', '--json')).json()).toMatchObject({
      imported: [],
    });
  });

  test.each([
    [['reset', '--confirm']],
    [['reset', '--confirm', '--json']],
    [['webhook', 'add', 'https://example.com/hook']],
    [['connect', 'claude']],
  ])(
    'given a production that may not be written, when %j would, then it says which file and why, without a stack',
    async (words) => {
      const directory = await unwritable();
      const child = asStranger(directory, ...words);
      const [said, [code]] = await Promise.all([
        Promise.all([text(child.stdout), text(child.stderr)]),
        once(child, 'close'),
      ]);
      expect(said.join('')).toMatch(/cannot write or read .*\(EACCES\).*check who owns the folder/);
      expect([code, said.join('')]).toEqual([1, expect.not.stringContaining('unexpected')]);
    },
  );

  test('given a production that may not be written, when it is served to agents, then its token is shown, since it lies nowhere', async () => {
    const child = asStranger(await unwritable(), 'mcp', '--http', '--port', '0');
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (each: string) => (said += each));
    await expect.poll(() => said, { timeout: 30_000 }).toContain('Ctrl-C');
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
    expect(said).toMatch(/could not be kept in .*: Authorization: Bearer [\w-]{43};/);
  });

  test('given a link in the place of a production, then the doctor says which folder to name, and so does who would write', async () => {
    const folder = realpathSync(temporaryDirectory());
    await run(join(folder, 'real'), 'create', '--topic', 'Bees');
    symlinkSync('real', join(folder, 'link'));
    const looked = await run(join(folder, 'link'), 'doctor');
    expect(looked.stdout).toContain(`--directory ${join(folder, 'real')}`);
    const refused = await run(join(folder, 'link'), 'cost', '1', 'research', 'query', '1');
    expect([refused.code, refused.stderr]).toEqual([
      6,
      expect.stringContaining('name the folder that it leads to'),
    ]);
  });

  test('given one of each, when it is verified, then nouns agree with their numbers', async () => {
    const directory = join(temporaryDirectory(), 'production');
    await run(directory, 'create', '--topic', 'Bees');
    expect((await run(directory, 'verify')).stdout).toContain('1 commit, 1 event, 1 episode,');
    await run(directory, 'pause', '1');
    await run(directory, 'phase', '1', 'research', 'active');
    expect((await run(directory, 'verify')).stdout).toContain('2 commits, 2 events, 1 episode,');
  });
});
