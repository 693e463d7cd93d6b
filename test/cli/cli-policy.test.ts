import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quarrels } from '../../src/cli/examine-policy.js';
import { ProductionStateManager } from '../../src/index.js';
import { run, start } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

async function withEpisode(): Promise<string> {
  const directory = join(temporaryDirectory(), 'production');
  await run(directory, 'create', '--topic', 'Why bees dance');
  return directory;
}

describe('showrunner policy', () => {
  test('given two processes, when one sets a value and the other looks, then it is there with who, from what and to what', async () => {
    const directory = await withEpisode();
    const set = await run(directory, 'policy', 'set', 'dailyCap', '20.00', '--reason', 'lean', '--by', 'ann');
    expect([set.code, set.stdout]).toEqual([0, expect.stringContaining('dailyCap from 50 to 20')]);
    expect((await run(directory, 'policy')).stdout).toContain('ann: dailyCap from 50 to 20 (lean)');
    expect((await run(directory, 'policy', 'history', '--json')).json()).toMatchObject({
      changes: [{ by: 'ann', reason: 'lean', changes: [{ path: 'dailyCap', from: 50, to: 20 }] }],
    });
    expect((await run(directory, 'budget', '1')).stdout).toMatch(/day \S+ +\$20\.00/);
    expect((await run(directory, 'policy', 'set', 'dailyCap', '20', '--reason', 'lean')).stdout).toContain(
      'Nothing to change',
    );
  });

  test.each([
    [['set', 'dailyCap', '20'], 2, '--reason is needed'],
    [['set', '--reason', 'x'], 2, 'the place, such as budgets.total, is needed'],
    [['set', 'dailyCap', '-5', '--reason', 'x'], 6, 'policy.dailyCap'],
    [['set', 'budgets.video', '1', '--reason', 'x'], 6, 'policy.budgets.video'],
    [['set', '__proto__.x', '1', '--reason', 'x'], 6, 'not a place in a policy'],
    [['shout'], 2, 'takes show, history, set <path> <value> or edit'],
    [['set', 'dailyCap', '1', '2', '--reason', 'x'], 2, 'too many arguments'],
  ])(
    'given policy %j, when it is typed, then the exit code is %i and it says %s',
    async (args, code, said) => {
      const directory = await withEpisode();
      const ran = await run(directory, 'policy', ...args);
      expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(said)]);
      expect((await run(directory, 'policy', 'history', '--json')).json()).toEqual({ changes: [] });
    },
  );

  test('given policy.json that is torn, when the doctor looks, then it says so, and whoever only reads goes on', async () => {
    const directory = await withEpisode();
    writeFileSync(join(directory, 'policy.json'), '{"dailyCap"');
    expect((await run(directory, 'policy', 'set', 'dailyCap', '4', '--reason', 'x')).code).toBe(6);
    expect((await run(directory, 'policy')).code).toBe(0);
    expect((await run(directory, 'doctor')).stdout).toContain('policy.json cannot be read as JSON');
    rmSync(join(directory, 'policy.json'));
    expect((await run(directory, 'doctor')).stdout).toBe('All is well.\n');
  });

  test('given two programs that each bring a policy, when they have overwritten each other, then the doctor names the value and both', async () => {
    const directory = await withEpisode();
    for (const [name, cap] of [
      ['lean', '20'],
      ['rich', '90'],
    ])
      writeFileSync(join(directory, '..', `${name}.json`), JSON.stringify({ dailyCap: cap }));
    const brings = (name: string) =>
      run(directory, 'cost', '1', 'research', 'q', '0', '--policy', join(directory, '..', `${name}.json`));
    await run(directory, 'phase', '1', 'research', 'active');
    for (const name of ['lean', 'rich', 'lean']) expect((await brings(name)).code).toBe(0);
    expect((await run(directory, 'doctor')).stdout).not.toContain('overwrite');
    for (const name of ['rich', 'lean']) expect((await brings(name)).code).toBe(0);
    const { stdout } = await run(directory, 'doctor');
    expect(stdout).toMatch(
      /overwrite each other's policy: dailyCap is set to 90 by .*rich\.json.* to 20 by .*lean\.json/,
    );
  });

  test('given a person who changes their mind, when the doctor looks, then that is no quarrel', () => {
    const turn = (from: number, to: number) => ({
      by: 'ann',
      reason: 'x',
      source: 'asked' as const,
      changes: [{ path: 'dailyCap', from, to }],
    });
    expect(quarrels([turn(1, 2), turn(2, 1), turn(1, 2), turn(2, 1), turn(1, 2)])).toEqual([]);
  });
});

describe('showrunner policy edit', () => {
  const editorThat = (does: string) => ({
    EDITOR: `${process.execPath} -e "const f = require('fs'), p = process.argv[1], j = JSON.parse(f.readFileSync(p)); ${does}"`,
  });
  const edit = (directory: string, env: Record<string, string>, ...args: string[]) =>
    start(directory, ['policy', 'edit', ...args], env).ended;

  test('given an editor, when values are changed and taken out, then just those are changed, with who and why', async () => {
    const directory = await withEpisode();
    await run(directory, 'policy', 'set', 'maxRecoveries', '9', '--reason', 'x');
    const does =
      'j.dailyCap = 20; j.budgets.total = 9; delete j.maxRecoveries; f.writeFileSync(p, JSON.stringify(j))';
    const ran = await edit(directory, editorThat(does), '--reason', 'lean', '--by', 'ann', '--json');
    const { changes } = ran.json() as { changes: { path: string }[] };
    expect(changes.toSorted((one, other) => (one.path < other.path ? -1 : 1))).toEqual([
      { path: 'budgets.total', from: 7, to: 9 },
      { path: 'dailyCap', from: 50, to: 20 },
      { path: 'maxRecoveries', from: 9, to: 3 },
    ]);
    expect((await run(directory, 'policy')).stdout).toMatch(/ann: .*budgets\.total from 7 to 9.* \(lean\)/);
  });

  test.each([
    ['an editor that fails', { EDITOR: 'false' }, 2, 'the policy is as it was'],
    ['what is not JSON', editorThat("f.writeFileSync(p, '{')"), 6, 'is not JSON'],
    [
      'a value that cannot be',
      editorThat('j.dailyCap = -1; f.writeFileSync(p, JSON.stringify(j))'),
      6,
      'policy.dailyCap',
    ],
    ['no editor', { EDITOR: '', VISUAL: '' }, 2, 'name an editor in $EDITOR'],
  ])('given %s, then the policy stays as it was', async (_what, env, code, said) => {
    const directory = await withEpisode();
    const ran = await edit(directory, env, '--reason', 'x');
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(said)]);
    expect((await run(directory, 'policy', 'history', '--json')).json()).toEqual({ changes: [] });
  });
});

describe('showrunner budget', () => {
  test('given a budget, when it is set, raised and lowered, then before and after are told, and it never goes below what is in use', async () => {
    const directory = await withEpisode();
    const total = (amount: string) => run(directory, 'budget', '1', 'total', amount, '--reason', 'x');
    expect((await total('9')).stdout).toContain('$7.00 before, $9.00 now');
    expect((await total('+2')).stdout).toContain('$9.00 before, $11.00 now');
    expect((await total('-1')).stdout).toContain('$11.00 before, $10.00 now');
    const refused = await total('-10.01');
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('$10.01 cannot be taken')]);
    expect((await total('-')).code).toBe(2);
    expect((await total('nine')).code).toBe(6);
    expect((await run(directory, 'budget', '1', '--json')).json()).toMatchObject({
      budgets: expect.arrayContaining([{ scope: 'total', budget: 10, spent: 0, reserved: 0 }]) as unknown,
    });
  });
});

describe('what comes near its end', () => {
  test('given 80 % of a phase, of the total and of the day, when anybody looks, then each command tells of all three', async () => {
    const directory = await withEpisode();
    await run(directory, 'policy', 'set', 'dailyCap', '2', '--reason', 'x');
    await run(directory, 'budget', '1', 'total', '2', '--reason', 'x');
    await run(directory, 'phase', '1', 'research', 'active');
    const spent = await run(directory, 'cost', '1', 'research', 'q', '1.60');
    const said = (text: string) =>
      ['research budget of', 'the total of', 'the cap of'].filter((of) =>
        text.includes(`80 % of the ${of.replace(/^the /, '')}`),
      );
    expect(said(spent.stdout)).toHaveLength(3);
    for (const command of [['show', '1'], ['list'], ['doctor']])
      expect([command, said((await run(directory, ...command)).stdout).length]).toEqual([command, 3]);
    const scopes = [{ scope: 'research' }, { scope: 'total' }, { scope: 'day' }];
    expect((await run(directory, 'show', '1', '--json')).json()).toMatchObject({ warnings: scopes });
    expect((await run(directory, 'metrics', '--json')).json()).toMatchObject({ warnings: scopes });
    const fast = (await run(directory, 'list', '--json')).json();
    expect(fast).toMatchObject({
      episodes: [{ warnings: scopes.slice(0, 2) }],
      warnings: [{ scope: 'day' }],
    });
    rmSync(join(directory, 'state.json'));
    const slow = (await run(directory, 'list', '--json')).json();
    expect(slow).toEqual(fast);
  });
});

describe('showrunner clock', () => {
  test('given a commit that is two days ahead, when the right clock is accepted, then every command works again', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const clock = { now: () => new Date(Date.now() + 2 * 86_400_000).toISOString() };
    const ahead = await ProductionStateManager.open({ directory, clock });
    await ahead.createEpisodeSession({ episodeNum: 1, topic: 'Ahead' });
    await ahead.close();
    const cost = () => run(directory, 'cost', '1', 'research', 'q', '0.10');
    expect((await cost()).stderr).toContain('showrunner clock --accept --reason');
    expect((await run(directory, 'doctor')).stdout).toContain('which has not come yet');
    expect((await run(directory, 'clock')).stdout).toContain('If this machine is right');
    expect((await run(directory, 'show', '1')).code).toBe(0);
    expect((await run(directory, 'clock', '--accept', '--reason', 'late')).code).toBe(0);
    expect((await cost()).code).toBe(0);
    expect((await run(directory, 'doctor')).stdout).toBe('All is well.\n');
  });

  test('given others have written, when a clock two days ahead makes a commit, then no command is refused, and the doctor and clock say which commit it was', async () => {
    const directory = await withEpisode();
    const clock = { now: () => new Date(Date.now() + 2 * 86_400_000).toISOString() };
    const ahead = await ProductionStateManager.open({ directory, clock, by: 'the old box' });
    await ahead.createEpisodeSession({ episodeNum: 2, topic: 'Ahead' });
    await ahead.close();
    expect((await run(directory, 'cost', '2', 'research', 'q', '0.10')).code).toBe(0);
    for (const command of ['doctor', 'clock'])
      expect((await run(directory, command)).stdout).toMatch(/by the old box,? .*ahead of everybody's/);
    expect((await run(directory, 'clock', '--json')).json()).toMatchObject({
      ahead: null,
      marked: { writer: 'the old box' },
    });
    expect((await run(directory, 'doctor')).code).toBe(0);
  });
});
