import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { start } from '../support/cli.js';
import { startModelServer } from '../support/model-server.js';
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
