import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { run } from '../support/cli.js';
import { connect, freshDirectory, type Era } from './_client.js';

const crew = fileURLToPath(new URL('../support/slow-crew.mjs', import.meta.url));
const eras: [Era][] = [['old'], ['new']];

/** The slow crew, with a provider that writes down each call it gets. */
function countingCrew(): { path: string; calls: () => string[] } {
  const folder = freshDirectory();
  const path = join(folder, 'crew.mjs');
  const calls = join(folder, 'calls.txt');
  writeFileSync(
    path,
    `import { appendFileSync } from 'node:fs';
    const work = async ({ phase, operation, writeArtifact, progress, options, signal }) => {
      for (const n of [1, 2, 3]) {
        progress(n / 4, phase + ' call ' + n);
        await operation('call', { key: phase + '-' + n, maxCost: '0.10' }, async () => {
          appendFileSync(${JSON.stringify(calls)}, phase + '-' + n + '\\n');
          return { result: n, cost: '0.05' };
        });
        await new Promise((resolve) => setTimeout(resolve, options.minutes * 1000));
        signal.throwIfAborted();
      }
      await writeArtifact(phase + '.txt', phase);
      return { phase };
    };
    export default { research: work, script: work, audio: work };`,
  );
  return { path, calls: () => readFileSync(calls, 'utf8').trim().split('\n') };
}

describe.each(eras)('produce_episode in the %s protocol', (era) => {
  test('given a server with a crew, when an agent asks for an episode twice by one tool use, then it is one episode, made to its end, with its progress told', async () => {
    const directory = freshDirectory();
    const connected = await connect('stdio', era, directory, undefined, '--crew', crew);
    const told: { progress: number; message: string | undefined }[] = [];
    const made = await connected.client.callTool(
      {
        name: 'produce_episode',
        arguments: { topic: 'Why bees dance', minutes: 0.001 },
        _meta: { 'claudecode/toolUseId': 'toolu_1' },
      },
      { onprogress: ({ progress, message }) => void told.push({ progress, message }) },
    );
    expect(made.structuredContent).toMatchObject({
      outcome: 'complete',
      status: 'complete',
      total_cost: '0.45',
    });
    const links = made.content.filter((each) => each.type === 'resource_link');
    expect(links.map(({ name }) => name)).toEqual([
      'audio/audio.txt',
      'script/script.txt',
      'research/research.txt',
    ]);
    expect(readFileSync(new URL(links[0]?.uri ?? ''), 'utf8')).toBe('audio');
    const values = told.map(({ progress }) => progress);
    expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
    expect(told.some(({ message }) => message === 'audio: audio call 3')).toBe(true);
    const again = await connected.call('produce_episode', { topic: 'Why bees dance' }, 'toolu_1');
    expect(again.found).toMatchObject({ outcome: 'complete', total_cost: '0.45' });
    expect((await connected.call('list_episodes')).found['episodes']).toHaveLength(1);
  });

  test('given an agent that stops waiting, when it asks again with the session, then the episode goes on, and nothing is paid twice', async () => {
    const directory = freshDirectory();
    const { path, calls } = countingCrew();
    const connected = await connect('stdio', era, directory, undefined, '--crew', path);
    const stop = new AbortController();
    const first = connected.client.callTool(
      { name: 'produce_episode', arguments: { topic: 'Bees', key: 'bees', minutes: 0.3 } },
      {
        signal: stop.signal,
        onprogress: ({ message }) => message === 'script: script call 2' && stop.abort(),
      },
    );
    await expect(first).rejects.toThrow(/abort/i);
    const { found } = await connected.call('list_episodes');
    const [{ session_id: id = '' } = {}] = found['episodes'] as { session_id?: string }[];
    // The first call still puts the episode in order: until then it is refused as somebody's.
    let again = await connected.call('produce_episode', { session_id: id });
    while (again.found['code'] === 'claimed_elsewhere')
      again = await connected.call('produce_episode', { session_id: id });
    expect(again.found).toMatchObject({ outcome: 'complete', total_cost: '0.45' });
    expect(calls()).toHaveLength(9);
    expect(new Set(calls()).size).toBe(9);
  });
});

test('given neither crew nor sources, when an agent asks for an episode, then it hears what a person has to do, and nothing is made', async () => {
  const directory = freshDirectory();
  for (const way of ['stdio', 'http'] as const) {
    const { call } = await connect(way, 'new', directory);
    const refused = await call('produce_episode', { topic: 'Bees' });
    expect(refused).toMatchObject({ refused: true, found: { code: 'invalid_input' } });
    expect(refused.found['message']).toMatch(/--sources <folder>/);
    expect((await call('list_episodes')).found).toMatchObject({ episodes: [] });
  }
});

test('given a crew that the server was not started with, then no argument of an agent names one', async () => {
  const directory = freshDirectory();
  const { call } = await connect('stdio', 'new', directory, undefined, '--crew', crew);
  for (const more of [{ crew: '/tmp/evil.mjs' }, { sources: '/etc' }])
    expect(await call('produce_episode', { topic: 'Bees', ...more })).toMatchObject({
      refused: true,
      found: { code: 'invalid_input' },
    });
});

test('given a phase that waits for a person, when an agent produces, then it hears what for; a wrong --crew is told when the server starts', async () => {
  const directory = freshDirectory();
  const { call } = await connect('stdio', 'new', directory, undefined, '--crew', crew);
  const { found } = await call('create_episode', { episode_num: 1, topic: 'Bees', approvals: ['research'] });
  const made = await call('produce_episode', { session_id: found['session_id'], minutes: 0.001 });
  expect(made.found).toMatchObject({ outcome: 'waiting', state: 'research.review' });
  expect(JSON.stringify(made.found['waits_for'])).toMatch(/approv/i);
  const wrong = await run(directory, 'mcp', '--sources', join(directory, 'nowhere'));
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('there is nothing at')]);
});

test('given sources, when an agent asks for a topic that nothing is known of, then what the crew says reaches it', async () => {
  const directory = freshDirectory();
  const sources = join(freshDirectory(), 'note.txt');
  writeFileSync(sources, 'Nothing.');
  const { call } = await connect('stdio', 'new', directory, undefined, '--sources', sources);
  const made = await call('produce_episode', { topic: 'Why bees dance' });
  expect(made.found).toMatchObject({
    outcome: 'failed',
    failure: { message: expect.stringMatching(/sources/i) },
  });
  expect(made.found['next']).toMatch(/recover_episode/);
  expect(readFileSync(sources, 'utf8')).toBe('Nothing.');
});
