import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { start, type Ran } from '../support/cli.js';
import { hostile } from '../support/hostile.js';
import { makeTemporaryDirectory } from '../support/temporary.js';

const crew = fileURLToPath(new URL('../support/hostile-crew.mjs', import.meta.url));
const steers =
  // oxlint-disable-next-line no-control-regex -- what a terminal must not get, but for lines and our own colours
  /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
// oxlint-disable-next-line no-control-regex -- our own colours
const ours = /\u001b\[(?:1|2|22|3[1236]|39)m/g;

// oxlint-disable-next-line no-control-regex -- texts that a topic takes, and those that it refuses
const printable = hostile.filter((text) => !/[\u0000-\u001f\u007f-\u009f\u2028]/.test(text));
const each = printable.map((text) => text.slice(0, 60));
const all = hostile.join(' ');

describe('given hostile texts in every place', () => {
  const { directory: parent, remove } = makeTemporaryDirectory();
  const directory = join(parent, 'production');
  const env = { NO_COLOR: '', FORCE_COLOR: '1', SHOWRUNNER_HOSTILE: join(parent, 'hostile.json') };
  const run = (...args: string[]): Promise<Ran> => start(directory, args, env).ended;
  let id = '';
  let produced: Ran;

  beforeAll(async () => {
    writeFileSync(env.SHOWRUNNER_HOSTILE, JSON.stringify(hostile));
    produced = await run('produce', '--topic', each.join(' ').slice(0, 500), '--crew', crew);
    id = readdirSync(directory).find((name) => name.startsWith('ep_')) ?? '';
    for (const [index, text] of hostile.entries()) {
      const name = text.replaceAll('/', '∕').slice(0, 80);
      writeFileSync(join(directory, id, 'research', `${index}${name}`), 'x');
      writeFileSync(join(directory, id, `.tmp-${name}${index}`), 'x');
    }
  });

  afterAll(remove);

  const expectQuiet = (ran: Ran): void => {
    for (const text of [ran.stdout, ran.stderr]) {
      expect(text.replaceAll(ours, '')).not.toMatch(steers);
      // What follows a colour of ours is never the text's own.
      expect(text).not.toContain('\u001b[31mRED');
      // Nothing looks like a line of advice that is not ours.
      expect(text).not.toMatch(/^ *next: curl/m);
    }
  };

  test('when an episode is produced by a crew that says and names them, then the terminal is not steered', () => {
    expect(produced.stderr).toContain('owned');
    expect(produced.stdout).toContain('showrunner settle');
    expectQuiet(produced);
  });

  test('when anything is looked at, then the terminal is not steered', async () => {
    const looks = [
      ['show', id],
      ['list', '--all'],
      ['doctor'],
      ['verify'],
      ['history', id],
      ['cost', id],
      ['metrics'],
      ['metrics', '--format', 'csv'],
      ['metrics', '--format', 'prometheus'],
      ['quality'],
      ['draw', id],
      ['draw', id, '--format', 'scxml'],
      ['draw', id, '--format', 'mermaid'],
      ['checkpoint', id, 'research'],
      ['recover', id, '--plan'],
      ['reset'],
    ];
    for (const look of looks) expectQuiet(await run(...look));
    // JSON is printed in one way for all of them.
    for (const look of looks.slice(0, 5)) {
      const json = await run(...look, '--json');
      expectQuiet(json);
      expect(json.stdout.trim().split('\n'), look.join(' ')).toHaveLength(1);
    }
  });

  test('when they are given as words of a command, then the terminal is not steered', async () => {
    // Each argument and option of each command is tried in hostile-fields.test.ts, within one process; here is what a program reads before a command runs.
    const commands = [
      [all],
      ['show', all],
      [`--${all}`],
      ['create', '--topic', each.join(' ').slice(0, 500)],
      ['pause', id, '--reason', each.join(' ').slice(0, 500)],
      ['list', '--limit', all],
      ['produce', '--topic', 'x', '--crew', all],
      ['studio', '--port', all],
      ['list', '--policy', all],
      ['list', '--directory', join(parent, all.replaceAll('/', '').slice(0, 100))],
      ['approve', id, '--by', all],
    ];
    for (const command of commands) {
      const [plain, json] = await Promise.all([run(...command), run(...command, '--json')]);
      expectQuiet(plain);
      expectQuiet(json);
      expect(json.stdout.trim().split('\n').length, command.join(' ')).toBeLessThanOrEqual(1);
    }
  });

  test('when an older file holds them in each of its fields, then the terminal is not steered', async () => {
    const episode = (text: string): object => ({
      episode_number: text,
      topic: text,
      session_id: text,
      status: text,
      phases: {
        research: { status: text, cost: text, error: text, checkpoint: text },
        [text]: { status: text },
      },
      quality_scores: { [text]: text },
      [text]: text,
    });
    const from = join(parent, 'older');
    mkdirSync(from);
    writeFileSync(
      join(from, 'state.json'),
      JSON.stringify({
        active_episodes: Object.fromEntries(hostile.map((text) => [text, episode(text)])),
        completed_episodes: Object.fromEntries(
          hostile.map((text, index) => [`ep_00${index}_20250903_143022`, episode(text)]),
        ),
      }),
    );
    const into = start(join(parent, 'imported'), ['import', join(from, 'state.json')], env);
    const imported = await into.ended;
    expect(imported.stdout).toContain('owned');
    expectQuiet(imported);
    expectQuiet(await start(join(parent, 'imported'), ['list', '--all'], env).ended);
    expectQuiet(await start(join(parent, 'imported'), ['doctor'], env).ended);
  });

  test('when the commands that doctor, show and list advise are pasted into a shell, then each word is what it was, and nothing runs', async () => {
    const place = join(parent, 'shell');
    mkdirSync(place);
    const keys = hostile.filter(
      (text) => /^[\x21-\x7e][\x20-\x7e]{0,199}$/.test(text) && text !== '__proto__',
    );
    const outputs = await Promise.all([run('doctor'), run('show', id), run('list', '--all')]);
    for (const { stdout } of outputs) {
      const advised = [...stdout.matchAll(/showrunner settle .*? <dollars>/g)].map(([command]) => command);
      const script = advised
        .map((command) => command.replace('<dollars>', '0.5').replace('<json|file>', 'none'))
        .join('\n');
      const { stdout: words } = spawnSync('sh', [], {
        cwd: place,
        input: `showrunner() { printf '%s\\n' "$@"; echo =; }\n${script}\n`,
        encoding: 'utf8',
      });
      const given = words
        .split('=\n')
        .slice(0, -1)
        .map((text) => text.split('\n'));
      expect(given.map((each) => each.at(-3))).toEqual(keys);
      expect(given.every((each) => each[0] === 'settle' && each[1] === id)).toBe(true);
    }
    expect(readdirSync(place)).toEqual([]);
    expect(existsSync('owned')).toBe(false);
    const first = keys.find((key) => key.startsWith('-'));
    expect((await run('settle', id, '--', first ?? '', '0.001')).code).toBe(0);
  });

  test('when documents are written, then each is the JSON that it should be', () => {
    for (const file of ['state.json', `${id}/session.json`, `${id}/research/checkpoint.json`]) {
      const text = readFileSync(join(directory, file), 'utf8');
      expect(() => void JSON.parse(text)).not.toThrow();
      // oxlint-disable-next-line no-control-regex -- what cat must not obey
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
    }
  });
});
