import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ProductionStateManager, defineCrew } from '../../src/index.js';
import { run, start, type Ran } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

const crew = fileURLToPath(new URL('../support/trying-crew.mjs', import.meta.url));

interface Episode {
  directory: string;
  /** Types a command, word for word. */
  type: (command: string) => Promise<Ran>;
  /** Does what the last answer says, by the first of its commands that is one of these, until nothing is left to do. */
  follow: (ran: Ran, prefers?: readonly string[]) => Promise<string[]>;
  produce: (...options: string[]) => Promise<Ran>;
}

const filled: readonly (readonly [RegExp, string])[] = [
  [/\+?<dollars>/g, '5'],
  [/<score>/g, '0.9'],
  [/"…"/g, '"a person said so"'],
  [/<json\|file>/g, `'"typed by a person"'`],
  [/\.\/crew\.mjs/g, crew],
];

/** The commands that an answer names: its next: lines, and what its sentences say, up to the end of their clause. */
function commandsIn({ stdout, stderr }: Ran): string[] {
  const lines = `${stdout}\n${stderr}`.split('\n');
  const next = lines.flatMap((line) => /^\s*next: (.*)$/.exec(line)?.[1] ?? []);
  const said = lines
    .filter((line) => !/^\s*next: /.test(line))
    .flatMap((line) =>
      [...line.matchAll(/showrunner [a-z]+(?: (?:'[^']*'|"[^"]*"|[^\s,;'"()]+))*/g)].map(([text]) => text),
    )
    .map((text) => text.replace(/\.$/, ''));
  return [...next, ...said];
}

/** The words of a command line, as a shell would take them. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'),
  );
}

function episode(tried: Record<string, string> = {}, policy?: object): Episode {
  const directory = join(temporaryDirectory(), 'production');
  let env = tried;
  const type = (command: string): Promise<Ran> => {
    const words = wordsOf(filled.reduce((text, [form, by]) => text.replaceAll(form, by), command));
    expect(words.shift()).toBe('showrunner');
    return start(directory, words, env).ended;
  };
  const policyFile = `${directory}-policy.json`;
  if (policy) writeFileSync(policyFile, JSON.stringify(policy));
  return {
    directory,
    type,
    produce: (...options) =>
      start(
        directory,
        [
          ...(policy ? ['--policy', policyFile] : []),
          'produce',
          '--topic',
          'Bees',
          '--crew',
          crew,
          ...options,
        ],
        env,
      ).ended,
    async follow(first, prefers = []) {
      const typed: string[] = [];
      let ran = first;
      for (let step = 0; step < 12; step += 1) {
        const commands = commandsIn(ran).filter((command) => !/ (?:show|list) | --plan/.test(`${command} `));
        const command =
          prefers.flatMap((prefer) =>
            commands.filter((each) => each.includes(prefer) && !typed.includes(each)),
          )[0] ?? commands[0];
        if (command === undefined) return typed;
        typed.push(command);
        // By a crew that has been mended.
        if (/ (?:fork|release) /.test(command)) env = {};
        ran = await type(command);
      }
      throw new Error(`it went round: ${typed.join('\n')}\n${ran.stdout}${ran.stderr}`);
    },
  };
}

const complete = { isComplete: true, isSound: true };

/** How it ends: the episode itself, or a fork of what was given up, and what an audit says. */
async function endOf({ directory }: Episode): Promise<typeof complete> {
  const listed = (await run(directory, 'list', '--all', '--json')).json() as {
    episodes: { status: string }[];
  };
  const audit = (await run(directory, 'verify', '--json')).json() as { ok: boolean };
  return { isComplete: listed.episodes.some(({ status }) => status === 'complete'), isSound: audit.ok };
}

describe('what the product says to do leads to a complete episode', () => {
  test('given the script waits for approval, when what is said is done, then it is complete', async () => {
    const made = episode();
    await made.follow(await made.produce('--approve'), ['approve', 'resume']);
    expect(await endOf(made)).toEqual(complete);
  });

  test('given a reviewer rejects it, when what is said is done, then it is made anew, approved and complete', async () => {
    const made = episode();
    const typed = await made.follow(await made.produce('--approve'), ['reject', 'approve', 'resume']);
    expect(typed.filter((command) => command.includes('reject'))).toHaveLength(1);
    expect(await endOf(made)).toEqual(complete);
  });

  test('given it is paused, when what is said is done, then it is complete', async () => {
    const made = episode();
    await made.produce('--approve');
    await made.type('showrunner approve 1');
    await made.type('showrunner phase 1 audio active');
    await made.follow(await made.type('showrunner pause 1 --reason "lunch"'));
    expect(await endOf(made)).toEqual(complete);
  });

  test.each(['settle', 'release'])(
    'given the process was killed amid a call, when a person says %s, then it is complete',
    async (answer) => {
      const made = episode({ SHOWRUNNER_TRY: 'killed' });
      const killed = await made.produce();
      expect(killed.code).toBe(null);
      await made.follow(await made.type('showrunner show 1'), [answer, 'resume']);
      expect(await endOf(made)).toEqual(complete);
    },
  );

  test('given a call is settled without its result, when what is said is done, then it is complete', async () => {
    const made = episode({ SHOWRUNNER_TRY: 'killed' });
    await made.produce();
    const held = await made.type('showrunner resume 1');
    expect(held.stdout).toContain('held');
    const typed = await made.follow(await made.type('showrunner settle 1 script-1 0.05'), [
      '--result',
      'resume',
    ]);
    expect(typed.join('\n')).toContain('--result');
    expect(await endOf(made)).toEqual(complete);
  });

  test('given the total is used up, when what is said is done, then it is complete', async () => {
    const made = episode({}, { budgets: { total: '0.12' } });
    const typed = await made.follow(await made.produce(), ['budget', 'recover', 'resume']);
    expect(typed[0]).toContain('budget');
    expect(await endOf(made)).toEqual(complete);
  });

  test("given the day's cap is used up, when what is said is done, then it is complete", async () => {
    const made = episode({}, { dailyCap: '0.12' });
    const typed = await made.follow(await made.produce(), ['budget', 'recover', 'resume']);
    expect(typed[0]).toContain('budget');
    expect(await endOf(made)).toEqual(complete);
  });

  test('given a phase has failed, when what is said is done, then it is complete', async () => {
    const made = episode({ SHOWRUNNER_TRY: 'fails' });
    await made.follow(await made.produce(), ['recover', 'resume']);
    expect(await endOf(made)).toEqual(complete);
  });

  test('given it has been recovered as often as policy allows, when what is said is done, then a fork of it is complete', async () => {
    const made = episode({ SHOWRUNNER_TRY: 'fails for ever' }, { maxRecoveries: 1 });
    const typed = await made.follow(await made.produce(), ['recover', 'fork', 'resume']);
    expect(typed.join('\n')).toMatch(/recover[^]*fork[^]*resume/);
    expect(await endOf(made)).toEqual(complete);
  });

  test.each(['before anything was done', 'amid its script'])(
    'given it failed and was cancelled %s, when what is said is done, then a fork of it is complete',
    async (when) => {
      const made = episode({ SHOWRUNNER_TRY: when === 'amid its script' ? 'fails' : 'nothing' });
      await made.produce();
      const cancelled = await made.type('showrunner cancel 1 --reason "the guest withdrew"');
      expect((await made.follow(cancelled, ['fork', 'resume']))[0]).toContain('fork');
      expect(await endOf(made)).toEqual(complete);
    },
  );

  test('given a quality gate rejects it, when what is said is done, then it is made anew and complete', async () => {
    const made = episode({}, { quality: { script: { technical_accuracy: 0.8 } } });
    await made.follow(await made.produce(), ['recover', 'resume']);
    expect(await endOf(made)).toEqual(complete);
  });

  test('given a quality gate rejects it, when a person scores it otherwise, then it is complete with what was made', async () => {
    const made = episode({}, { quality: { script: { technical_accuracy: 0.8 } } });
    const typed = await made.follow(await made.produce(), ['quality', 'resume']);
    expect(typed[0]).toContain('technical_accuracy');
    expect(await endOf(made)).toEqual(complete);
  });

  test('given a worker asks something, when what is said is done, then it is answered and complete', async () => {
    const made = episode({ SHOWRUNNER_TRY: 'asks' });
    const asked = await made.produce();
    expect(asked.stdout).toContain('it asks "Which title?"');
    const typed = await made.follow(asked, ['answer', 'resume']);
    expect(typed[0]).toContain("title 'Why bees dance'");
    expect(await endOf(made)).toEqual(complete);
  });

  test('given a phase is skipped, when what is said is done, then it is complete', async () => {
    const made = episode({ SHOWRUNNER_TRY: 'fails' });
    await made.produce();
    await made.type('showrunner recover 1');
    await made.follow(await made.type('showrunner skip 1 script --reason "read from notes"'));
    expect(await endOf(made)).toEqual(complete);
  });

  test('given the file was edited by hand at the gate, when what is said is done, then it is complete with the edit', async () => {
    const made = episode();
    const waiting = await made.produce('--approve');
    const id = /ep_\d+_\d+_\d+/.exec(waiting.stdout)?.[0] ?? '';
    appendFileSync(join(made.directory, id, 'script', 'script.txt'), ' edited');
    const typed = await made.follow(await made.type(`showrunner approve ${id}`), [
      '--from',
      'approve',
      'resume',
    ]);
    expect(typed[0]).toContain('--from');
    expect(await endOf(made)).toEqual(complete);
  });

  test.each(['list', 'show 1', 'doctor', 'resume 1'])(
    "given somebody's own program was stopped amid its work, when what %s says is done, then it is complete",
    async (first) => {
      const made = episode();
      const manager = await ProductionStateManager.open({ directory: made.directory });
      const stop = new AbortController();
      const own = defineCrew({
        research: () => (stop.abort(), sleep(60_000, null, { signal: stop.signal })),
        script: () => Promise.resolve(null),
        audio: () => Promise.resolve(null),
      });
      await manager.produce({ key: 'bees', topic: 'Bees' }, own, { signal: stop.signal });
      await manager.close();
      const typed = await made.follow(await made.type(`showrunner ${first}`), ['produce']);
      expect(typed).toEqual([expect.stringMatching(/^showrunner produce ep_\S+ --crew \.\/crew\.mjs$/)]);
      expect(await endOf(made)).toEqual(complete);
    },
  );
});
