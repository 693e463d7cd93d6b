import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { start } from '../support/cli.js';
import { planted } from '../support/planted.js';
import { temporaryDirectory } from '../support/temporary.js';
import { sent, served } from './served.js';

const crew = fileURLToPath(new URL('../support/leaking-crew.mjs', import.meta.url));

/** All bytes below a folder, as text. */
function everything(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && !path.endsWith('.studio-token'))
    .map((path) =>
      (path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path)).toString('utf8'),
    )
    .join('\n');
}

test('given secrets in every input, when an episode is made, fails and is looked at, then none is on disk, in the terminal or on the page', async () => {
  const parent = temporaryDirectory();
  const directory = join(parent, 'production');
  const secrets = [...planted, 'correct horse battery', 'unusual-h7HkPPqq'];
  const file = join(parent, 'planted.json');
  writeFileSync(file, JSON.stringify(secrets));
  const env = {
    SHOWRUNNER_PLANTED: file,
    SHOWRUNNER_REDACT: 'correct horse battery',
    UNUSUAL_API_KEY: 'unusual-h7HkPPqq',
  };
  const run = (...args: string[]) => start(directory, args, env).ended;
  const all = secrets.join(' ');
  const said: string[] = [];
  const heard = async (...args: string[]): Promise<string> => {
    const ran = await run(...args);
    said.push(ran.stdout, ran.stderr);
    return ran.stdout;
  };

  await heard('produce', '--topic', `Bees ${all}`.slice(0, 480), '--crew', crew);
  const id = readdirSync(directory).find((name) => name.startsWith('ep_')) ?? '';
  await heard('recover', id, '--by', all.slice(0, 180));
  await heard('pause', id, '--reason', all.slice(0, 450));
  await heard('cancel', id, '--reason', all.slice(0, 450));
  for (const secret of secrets) await heard('cost', id, 'research', 'ask', '0.01', '--key', secret);
  const shown = await heard('show', id);
  for (const look of [
    ['show', id, '--json'],
    ['list', '--all'],
    ['doctor'],
    ['history', id, '--json'],
    ['verify'],
  ])
    await heard(...look);
  const studio = await served('studio', directory, env);
  for (const path of ['production', 'episodes', `episodes/${id}`, `episodes/${id}/history`])
    said.push(
      await sent(
        studio,
        `GET /api/${path} HTTP/1.1\r\nHost: 127.0.0.1:${studio.port}\r\nAuthorization: Bearer ${studio.token}\r\nConnection: close\r\n\r\n`,
      ),
    );
  await studio.kill();

  // Seen to hold what they should, so that it is not found missing in nothing.
  expect(shown).toContain('[redacted]');
  const kept = everything(directory);
  for (const words of [
    '401 Incorrect API key provided: [redacted]',
    'Bees [redacted]',
    String.raw`\"said\":\"[redacted]`,
  ])
    expect(kept.includes(words), words).toBe(true);
  const texts = [kept, ...said.map((text) => text.replaceAll(studio.token, ''))].join('\n');
  expect(secrets.filter((secret) => texts.includes(secret))).toEqual([]);
});
