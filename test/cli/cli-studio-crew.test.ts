import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileURLToPath } from 'node:url';
import { start } from '../support/cli.js';
import { startModelServer } from '../support/model-server.js';
import { billed, play } from '../support/playing-model.js';
import { temporaryDirectory } from '../support/temporary.js';

/** A `crew.json` of models on loopback, which `--studio` names. */
function crewFile(url: string, more: object = {}): string {
  const file = join(temporaryDirectory(), 'crew.json');
  const providers = { openai: { base_url: url } };
  writeFileSync(file, JSON.stringify({ script: 'openai:gpt-5.2', providers, ...more }));
  return file;
}

test('given a crew.json, when preflight is asked of it, then it exits with 0 where all is there, and else with 6 and with what to do', async () => {
  const server = await startModelServer(({ path }) =>
    path === '/v1/models/gpt-5.2' ? { body: { id: 'gpt-5.2' } } : { body: {}, status: 404 },
  );
  const directory = join(temporaryDirectory(), 'production');
  const look = (...args: string[]) =>
    start(directory, ['preflight', '--studio', crewFile(server.url), ...args], {
      OPENAI_API_KEY: 'sk-planted-7',
    }).ended;
  const whole = await look('--json');
  expect(whole.json()).toMatchObject({ ok: true });
  expect(whole.code).toBe(0);
  const short = await look('--judge', 'openai:gpt-9');
  expect(short.stdout).toContain(
    'FAILED  model openai:gpt-9: openai has no such model for this key\n        Name another one: --judge openai:<model>\n',
  );
  expect(short.stdout).toContain('2 of 9 failed. Nothing was paid.');
  expect(short.code).toBe(6);
  expect(`${whole.stdout}${short.stdout}${short.stderr}`).not.toContain('sk-planted-7');
  expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
});

const sources = fileURLToPath(new URL('../crew/offline/fixtures/sources', import.meta.url));

test('given too little for a script, when produce ends, then it waits; what it says next, typed word for word, leads to a complete episode', async () => {
  const server = await startModelServer((request) => billed(request, play(request).answer));
  const directory = join(temporaryDirectory(), 'production');
  const policy = `${directory}-policy.json`;
  writeFileSync(policy, JSON.stringify({ budgets: { total: '0.10' } }));
  const crew = ['--crew', 'studio', '--studio', crewFile(server.url)];
  const type = (...args: string[]) => start(directory, args, { OPENAI_API_KEY: 'sk-planted-7' }).ended;
  const given = ['--topic', 'How software is kept alive', '--sources', sources, '--minutes', '0.3'];
  let ran = await type('--policy', policy, 'produce', ...crew, ...given);
  expect(ran.stdout).toContain(
    'waiting: script is not begun, and nothing is reserved: the episode has $0.10 left of',
  );
  expect(server.requests).toEqual([]);
  const next = [...ran.stdout.matchAll(/^next: showrunner (.+)$/gm)].map(([, command = '']) => command);
  expect(next.map((command) => command.split(' ')[0])).toEqual(['budget', 'resume']);
  for (const command of next) ran = await type(...command.split(' ').map((word) => word.replaceAll('"', '')));
  expect([ran.code, ran.stderr.includes('script will cost $0.')]).toEqual([0, true]);

  // The next one's estimate knows of it.
  const known = await type(
    'estimate',
    ...crew.slice(2),
    ...given.slice(0, 2),
    '--minutes',
    '0.3',
    '--crew',
    'studio',
    '--json',
  );
  expect(known.json()).toMatchObject({
    basis: { script: { from: 'history', episodes: 1 }, audio: { from: 'prices' } },
    short: [],
  });
  const { script, left } = known.json() as { script: { low: number; high: number }; left: { day: number } };
  const spent = 50 - left.day;
  expect(script.low).toBeLessThanOrEqual(spent);
  expect(script.high).toBeGreaterThanOrEqual(spent);
});

test('given too little for the most that a script may take, when it is to be begun all the same, then what it does take is enough, and the sentence that told of it was right', async () => {
  const server = await startModelServer((request) => billed(request, play(request).answer));
  const directory = join(temporaryDirectory(), 'production');
  const policy = `${directory}-policy.json`;
  writeFileSync(policy, JSON.stringify({ budgets: { total: '0.30' } }));
  const crew = ['--crew', 'studio', '--studio', crewFile(server.url)];
  const type = (...args: string[]) => start(directory, args, { OPENAI_API_KEY: 'sk-planted-7' }).ended;
  const given = ['--sources', sources, '--minutes', '0.3'];
  const waiting = await type('--policy', policy, 'produce', '--topic', 'Bees', ...crew, ...given);
  expect(waiting.stdout).toContain('produce --begin-short');
  expect(server.requests).toEqual([]);
  const [sessionId = ''] = /ep_001_\w+/.exec(waiting.stdout) ?? [];
  const ran = await type('produce', sessionId, '--begin-short');
  expect([ran.code, ran.stdout.includes('waiting')]).toEqual([0, false]);
  expect(server.requests.length).toBeGreaterThan(0);
});
