import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { run, start } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

const crewOf = (name: string): string => fileURLToPath(new URL(`../support/${name}`, import.meta.url));
const freshDirectory = (): string => join(temporaryDirectory(), 'production');

interface Shown {
  needs: { need: string; text: string; by: string | null; reason: string | null; next: string[] }[];
}

describe('standard output with --json', () => {
  test('given a crew that prints in every way, when an episode is produced, then standard output is one object and the rest is on standard error', async () => {
    const ran = await run(
      freshDirectory(),
      'produce',
      '--topic',
      'Bees',
      '--crew',
      crewOf('talking-crew.mjs'),
      '--json',
    );
    expect(ran.json()).toMatchObject({ outcome: 'complete' });
    for (const said of ['the crew is loaded', 'calling the model', 'tokens', 'no newline', 'from a thread'])
      expect(ran.stderr).toContain(said);
  });

  test('given --help with --json, then the help is still on standard output', async () => {
    expect((await run(freshDirectory(), '--help', '--json')).stdout).toContain('Usage: showrunner');
  });
});

test('given a lease that produce was given, when a person resumes, then the claim has that lease again', async () => {
  const directory = freshDirectory();
  const crew = ['--crew', crewOf('talking-crew.mjs'), '--approve', '--lease', '7'];
  await run(directory, 'produce', '--topic', 'Bees', ...crew);
  await run(directory, 'approve', '1');
  expect((await run(directory, 'resume', '1')).code).toBe(0);
  const { events } = (await run(directory, 'history', '1', '--json')).json() as {
    events: { event: { type: string; at: string; until: string } }[];
  };
  const leases = events.flatMap(({ event: { type, at, until } }) =>
    type === 'lease.claim' ? [Date.parse(until) - Date.parse(at)] : [],
  );
  expect(leases).toEqual([7000, 7000]);
});

describe('a process that goes away', () => {
  test.each([
    ['SIGHUP', /^complete$/],
    ['SIGTERM', /^complete$/],
    // A call may have been under way: its outcome is a person's matter then.
    ['SIGKILL', /^(?:complete|waiting)$/],
  ] as const)(
    'given an episode is made and the process ends by %s, when it is resumed, then it goes on at once',
    async (signal, outcome) => {
      const directory = freshDirectory();
      const crew = crewOf('slow-crew.mjs');
      const made = start(directory, ['produce', '--topic', 'Bees', '--crew', crew, '--minutes', '1']);
      await made.said('script call 2');
      made.kill(signal);
      await made.ended;
      const resumed = await run(directory, 'resume', '1', '--json');
      expect(resumed.json()).toMatchObject({ outcome: expect.stringMatching(outcome) as string });
      expect((await run(directory, 'verify', '--json')).json()).toMatchObject({ ok: true });
    },
    60_000,
  );
});

describe('what an episode waits for', () => {
  test('given it is paused with a reason, then show, list, doctor and --json tell by whom, why and what to do, in the same words', async () => {
    const directory = freshDirectory();
    const id = (await run(directory, 'create', '--topic', 'Bees')).stdout.trim();
    await run(directory, 'phase', '1', 'research', 'active');
    await run(directory, 'pause', '1', '--reason', 'wait for the guest', '--by', 'ann');
    const text = 'research is paused by ann: wait for the guest';
    for (const command of [['show', '1'], ['list'], ['doctor']]) {
      const { stdout } = await run(directory, ...command);
      expect(stdout, command[0]).toContain(text);
      expect(stdout, command[0]).toContain(`showrunner resume ${id}`);
    }
    const needs = [
      {
        need: 'paused',
        text,
        by: 'ann',
        reason: 'wait for the guest',
        since: expect.any(String) as string,
        next: [`showrunner resume ${id}`],
      },
    ];
    expect((await run(directory, 'show', '1', '--json')).json()).toMatchObject({ needs });
    expect((await run(directory, 'list', '--json')).json()).toMatchObject({ episodes: [{ needs }] });
  });

  test('given episodes of several kinds, when a list is asked for by what they wait for, topic, date and number, then it has those', async () => {
    const directory = freshDirectory();
    const crew = crewOf('slow-crew.mjs');
    await run(directory, 'produce', '--topic', 'Bees', '--crew', crew, '--approve');
    await run(directory, 'create', '--topic', 'Wasps');
    const topics = async (...options: string[]): Promise<string[]> => {
      const listed = (await run(directory, 'list', '--json', ...options)).json() as {
        episodes: { topic: string }[];
      };
      return listed.episodes.map(({ topic }) => topic);
    };
    expect(await topics('--status', 'waiting')).toEqual(['Bees']);
    expect(await topics('--status', 'approval')).toEqual(['Bees']);
    expect(await topics('--status', 'initialized')).toEqual(['Wasps']);
    expect(await topics('--topic', 'wasp')).toEqual(['Wasps']);
    expect(await topics('--since', '2999-01-01')).toEqual([]);
    expect(await topics('--limit', '1')).toEqual(['Bees']);
    expect((await run(directory, 'list', '--since', 'soon')).code).toBe(2);
    expect((await run(directory, 'list', '--limit', '0')).code).toBe(2);
  }, 30_000);

  test('given an episode was made and nobody works on it, then that is said with the command that goes on', async () => {
    const directory = freshDirectory();
    const crew = crewOf('slow-crew.mjs');
    await run(directory, 'produce', '--topic', 'Bees', '--crew', crew, '--approve');
    await run(directory, 'approve', '1');
    const shown = (await run(directory, 'show', '1', '--json')).json() as unknown as Shown;
    expect(shown.needs).toMatchObject([
      { need: 'idle', next: [expect.stringMatching(/^showrunner resume/)] },
    ]);
    const listed = async (status: string) =>
      (await run(directory, 'list', '--status', status, '--json')).json() as { episodes: unknown[] };
    expect((await listed('waiting')).episodes).toHaveLength(1);
    expect((await listed('idle')).episodes).toHaveLength(1);
    const next = shown.needs[0]?.next[0]?.split(' ').slice(1) ?? [];
    expect((await run(directory, ...next, '--json')).json()).toMatchObject({ outcome: 'complete' });
  }, 30_000);
});

describe('a pause of an episode that showrunner produces', () => {
  test.each([
    ['resume', '1'],
    ['--resume', '1'],
  ])(
    'given it is paused while it is made, when %s %s is called, then it goes on to its end',
    async (...resume) => {
      const directory = freshDirectory();
      const crew = crewOf('slow-crew.mjs');
      const made = start(directory, ['produce', '--topic', 'Bees', '--crew', crew, '--minutes', '1']);
      await made.said('script call 1');
      await run(directory, 'pause', '1', '--reason', 'lunch');
      expect((await made.ended).stdout).toContain('next: showrunner resume');
      expect((await run(directory, ...resume, '--json')).json()).toMatchObject({ outcome: 'complete' });
    },
    30_000,
  );
});

describe('a person at the gate', () => {
  test('given a script that waits, when it is edited through $EDITOR, approved and resumed, then it is taken and the episode is complete', async () => {
    const directory = freshDirectory();
    const crew = crewOf('slow-crew.mjs');
    const made = await run(directory, 'produce', '--topic', 'Bees', '--crew', crew, '--approve', '--json');
    const { session_id: id, needs } = made.json() as unknown as { session_id: string } & Shown;
    expect(needs[0]?.next).toContain(`showrunner edit ${id} <file>`);
    const editor = {
      EDITOR: `${process.execPath} -e "require('fs').writeFileSync(process.argv[1], 'western')"`,
    };
    const edited = await start(directory, ['edit', '1', 'script/script.txt', '--by', 'ann'], editor).ended;
    expect(edited).toMatchObject({ code: 0, stderr: '' });
    expect((await run(directory, 'history', '1')).stdout).toContain('artifact.edited');
    expect((await run(directory, 'approve', '1')).code).toBe(0);
    expect((await run(directory, 'resume', '1', '--json')).json()).toMatchObject({ outcome: 'complete' });
    const failing = { EDITOR: 'false' };
    expect((await start(directory, ['edit', '1', 'audio/audio.txt'], failing).ended).code).toBe(2);
  }, 60_000);

  test('given a held call, when a person settles it with its result and does what is said next, then the episode is complete', async () => {
    const directory = freshDirectory();
    const crew = crewOf('slow-crew.mjs');
    await run(directory, 'create', '--topic', 'Bees');
    await run(directory, 'phase', '1', 'research', 'active');
    await run(directory, 'reserve', '1', 'research', 'call', '0.10', '--key', 'research-1');
    await run(directory, 'settle', '1', 'research-1', '0.05');
    const waiting = await run(directory, 'produce', '1', '--crew', crew, '--json');
    expect(waiting.json()).toMatchObject({
      outcome: 'waiting',
      needs: [{ need: 'missing_result', key: 'research-1' }, { need: 'paused' }],
    });
    expect((await run(directory, 'settle', '1', 'research-1', '--result', 'not json')).code).toBe(2);
    expect((await run(directory, 'settle', '1', 'research-1', '--result', 'none')).code).toBe(0);
    expect((await run(directory, 'resume', '1', '--json')).json()).toMatchObject({ outcome: 'complete' });
  }, 60_000);
});
