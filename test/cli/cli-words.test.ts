import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { defineCrew } from '../../src/index.js';
import { run, start } from '../support/cli.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';
import { watchInTerminal } from '../support/watched-terminal.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const { version } = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'),
) as { version: string };

describe('words at the command line', () => {
  test('given help on a command, then it is the help that the command itself gives; of one that there is not, the likely one is told', async () => {
    const directory = temporaryDirectory();
    expect((await run(directory, '--help')).code).toBe(0);
    const asked = spawnSync(process.execPath, [main, 'help', 'settle'], { encoding: 'utf8' });
    expect(asked.stdout).toBe((await run(directory, 'settle', '--help')).stdout);
    expect(spawnSync(process.execPath, [main, 'help'], { encoding: 'utf8' }).stdout).toContain('Produce\n');
    const wrong = spawnSync(process.execPath, [main, 'help', 'setle'], { encoding: 'utf8' });
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('Did you mean settle?')]);
  });

  test('given the version is asked for in any way, then it is the one of the package', async () => {
    const directory = temporaryDirectory();
    expect((await run(directory, '--version')).stdout).toBe(`${version}\n`);
    expect((await run(directory, 'version')).stdout).toContain(`showrunner ${version} (`);
    expect((await run(directory, 'version', '--json')).json()).toMatchObject({ version });
  });

  test.each([
    [['aprove', '1'], 'Did you mean approve?'],
    [['resotre', '1'], 'Did you mean restore?'],
    [['lsit'], 'Did you mean list?'],
    [['shwo', '1'], 'Did you mean show?'],
    [['list', '--topci', 'x'], 'Did you mean --topic?'],
    [['produce', '--sorces', 'x'], 'Did you mean --sources?'],
    [['--dirctory', 'x'], 'Did you mean --directory?'],
  ])('given %j, then the likely word is told', async (words, told) => {
    const ran = await run(temporaryDirectory(), ...words);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(told)]);
  });

  test.each([
    ['--minutes', '0'],
    ['--source-seconds', '0'],
    ['--lease', '0'],
    ['--concurrency', '0'],
    ['--minutes', '0x10'],
    ['--concurrency', '0b11'],
  ])(
    'given %s with what it cannot be (%s), when an episode is asked for, then it is refused by that name, and none is made',
    async (option, value) => {
      const sources = fileURLToPath(new URL('../crew/offline/fixtures/sources', import.meta.url));
      const directory = join(temporaryDirectory(), 'production');
      const words = ['--topic', 'Bees', '--sources', sources, option, value];
      const refused = await run(directory, 'produce', ...words);
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(`${option}: ${value} is`)]);
      expect((await run(directory, 'list', '--json')).stdout).not.toContain('ep_001');
    },
  );

  test.each([
    ['cleanup', '--older-than', 'soon'],
    ['create', '--topic', 'Bees', '--episode', '1e3'],
    ['quality', '1', 'depth', 'high'],
    ['list', '--limit', '0x10'],
  ])(
    'given %s with a number that is none, then it is refused as it was typed, and nothing is taken for it',
    async (...words) => {
      const directory = join(temporaryDirectory(), 'production');
      await run(directory, 'create', '--topic', 'Bees');
      const refused = await run(directory, ...words);
      const [typed = ''] = words.slice(-1);
      expect([refused.code, refused.stderr]).toEqual([
        2,
        expect.stringMatching(new RegExp(`: "${typed}" is not a (whole )?number`)),
      ]);
      const { episodes } = (await run(directory, 'list', '--json')).json();
      expect(episodes).toHaveLength(1);
    },
  );

  test('given a status that there is not, when episodes are listed by it, then it is refused and not answered with none', async () => {
    const directory = join(temporaryDirectory(), 'production');
    await run(directory, 'create', '--topic', 'Bees');
    const refused = await run(directory, 'list', '--status', 'actve');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('"actve" is none of')]);
    for (const status of ['initialized', 'waiting', 'idle', 'held_operation', 'late'])
      expect((await run(directory, 'list', '--status', status)).code).toBe(0);
  });

  test.each([
    ['produce', '--topic', 'Bees', '--sources', ''],
    ['produce', '--topic', 'Bees', '--sources', '.', '--prices', ''],
    ['produce', '--local-options', ''],
    ['history', '1', '--at', ''],
    ['fork', '1', '--position', ''],
    ['create', '--topic', 'Bees', '--episode', ''],
    ['create', '--topic', 'Bees', '--due-by='],
    ['cleanup', '--older-than', ''],
  ])(
    'given %s with an option whose value is empty, then it is refused by its name, and nothing is made',
    async (...words) => {
      const directory = join(temporaryDirectory(), 'production');
      const refused = await run(directory, ...words);
      const option = words.findLast((word) => word.startsWith('--'))?.replace('=', '') ?? '';
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(`${option}: <.*> is empty`)]);
      expect(existsSync(directory)).toBe(false);
    },
  );

  test('given a checkpoint is to be saved and has no name, then it says so, where it listed those there are', async () => {
    const directory = join(temporaryDirectory(), 'production');
    await run(directory, 'create', '--topic', 'Bees');
    const refused = await run(directory, 'checkpoint', '1', '--save');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('name is needed')]);
  });

  test.each([
    [['create']],
    [['create', '--topic', 'Bees', '--start-at', 'soon']],
    [['create', '--topic', 'x'.repeat(501)]],
    [['create', '--topic', 'Bees', '--total', 'much']],
    [['create', '--topic', 'Bees', '--key', '']],
    [['create', '--topic', 'Bees', '--episode', '0']],
  ])(
    'given an episode is asked for as it cannot be (%j), then no production is made for it',
    async (words) => {
      const folder = temporaryDirectory();
      const refused = await run(join(folder, 'production'), ...words);
      expect(refused.code).not.toBe(0);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test.each([
    [['create'], 'showrunner help create'],
    [['budget', '1', 'total'], 'showrunner help budget'],
    [['phase', '1'], 'showrunner help phase'],
    [['list', '--sideways'], 'showrunner help list'],
  ])(
    'given %j lacks something, then the command that tells more is named as it is typed',
    async (words, told) => {
      const directory = join(temporaryDirectory(), 'production');
      await run(directory, 'create', '--topic', 'Bees');
      const { stderr } = await run(directory, ...words);
      expect(stderr).toContain(told);
      expect(stderr).not.toContain('<command>');
    },
  );

  test('given a setting of a crew or of the policy that is wrong, then one sentence says which, with one full stop', async () => {
    const directory = join(temporaryDirectory(), 'production');
    await run(directory, 'create', '--topic', 'Bees');
    const crew = await run(directory, 'preflight');
    expect(crew.stderr).toContain('settings: studio.script: is missing, which has to be a string. Say');
    const policy = await run(directory, 'policy', 'set', 'budgets.total', 'much', '--reason', 'more');
    expect(policy.stderr).toMatch(
      /policy\.budgets\.total: "much" is not an amount of dollars such as [^\n]*[^.]\.\n/,
    );
    const skipped = await run(directory, 'phase', '1', 'research', 'skipped');
    expect(skipped.stderr).toContain('reason: is needed');
  });

  test.each(['title', '-t', "it's $HOME"])(
    'given a worker asks under the key %s with choices that look like options, then each answer is taken as it is advised',
    async (key) => {
      for (const choice of ['-x', '--json', '--', '-5', "Ada's *"]) {
        const directory = join(temporaryDirectory(), 'production');
        const manager = await openProduction(directory);
        const crew = defineCrew({
          research: ({ ask }) => ask({ key, question: 'Which?', choices: [choice] }),
          script: () => Promise.resolve(null),
          audio: () => Promise.resolve(null),
        });
        const { sessionId } = await manager.produce({ key: 'bees', topic: 'Bees' }, crew);
        const shown = (await run(directory, 'show', sessionId)).stdout;
        const [, advised = ''] = /next: (showrunner answer .*)/.exec(shown) ?? [];
        const typed = `showrunner() { '${process.execPath}' '${main}' -d '${directory}' "$@"; }; ${advised}`;
        const answered = spawnSync('bash', ['-c', typed], { encoding: 'utf8' });
        expect([advised, answered.stderr, answered.status]).toEqual([advised, '', 0]);
        expect((await manager.produce(sessionId, crew)).outcome).toBe('complete');
        expect((await manager.loadCheckpoint(sessionId, 'research')).data).toBe(choice);
      }
    },
  );

  test('given a word that is like none, then none is guessed', async () => {
    expect((await run(temporaryDirectory(), 'xylophone')).stderr).not.toContain('Did you mean');
  });

  test('given a shell asks, then commands, options, episodes and phases are completed, and its script is printed', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const id = (await run(directory, 'create', '--topic', 'Why bees dance')).stdout.trim();
    const completed = (...words: string[]): string =>
      spawnSync(process.execPath, [main, 'complete', '--', ...words], {
        encoding: 'utf8',
        env: { ...process.env, SHOWRUNNER_DIRECTORY: directory },
      }).stdout;
    expect(completed('appr')).toContain('approve\tApprove the phase');
    expect(completed('show', '')).toContain(`${id}\tWhy bees dance`);
    expect(completed('list', '--to')).toContain('--topic\t');
    expect(completed('phase', id, '')).toContain('research\t');
    for (const shell of ['bash', 'zsh', 'fish', 'powershell'])
      expect((await run(directory, 'complete', shell)).stdout).toMatch(/showrunner.*complete '?--/);
    expect((await run(directory, 'complete', 'tcsh')).code).toBe(2);
    // Standard output is for JSON alone.
    const asJson = await run(directory, 'complete', 'bash', '--json');
    expect([asJson.code, asJson.json()]).toMatchObject([2, { error: { code: 'usage' } }]);
    // The script is one that a shell takes.
    const taken = spawnSync(
      'bash',
      ['-c', `source <('${process.execPath}' '${main}' complete bash) && complete -p showrunner`],
      {
        encoding: 'utf8',
      },
    );
    expect(taken.stdout).toContain('complete');
  });

  test.each(['q', '\u0003'])(
    'given the board on a terminal, when %j is typed, then it is left',
    async (key) => {
      const directory = join(temporaryDirectory(), 'production');
      await run(directory, 'create', '--topic', 'Why bees dance');
      const { child, said } = watchInTerminal(directory);
      await expect.poll(() => said(), { timeout: 20_000 }).toContain('initialized');
      const left = once(child, 'close');
      child.stdin.write(key);
      expect((await left)[0]).toBe(0);
      expect(said()).toContain('\u001b[?1049l');
    },
  );

  test('given a crew that prints in each phase, when it is produced, resumed and produced in a row with --json, then each is one object', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const crew = fileURLToPath(new URL('../support/printing-crew.mjs', import.meta.url));
    const made = await start(directory, ['produce', '--topic', 'Bees', '--crew', crew, '--approve', '--json'])
      .ended;
    expect(made.json()).toMatchObject({ outcome: 'waiting' });
    for (const phase of ['research', 'script']) expect(made.stderr).toContain(`${phase} prints`);
    expect((await run(directory, 'approve', '1', '--json')).json()).toHaveProperty('episode');
    const resumed = await run(directory, 'resume', '1', '--json');
    expect(resumed.json()).toMatchObject({ outcome: 'complete' });
    expect(resumed.stderr).toContain('audio prints');
  });
});
