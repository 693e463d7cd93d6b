import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../support/cli.js';
import { expectHeld } from './counted.js';
import { served, type Served } from './served.js';

/** Root lends a process to somebody who owns nothing; whoever is not root can be nobody else, and the files' modes stand in for him. */
const isRoot = process.getuid?.() === 0;
const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};

/** What another user of the machine tries: files and processes of the servers, and their ports with whatever he could make up. */
const attempt = `
  const fs = require('node:fs');
  const { directory, servers } = JSON.parse(process.argv[1]);
  const read = (path) => { try { return fs.readFileSync(path, 'latin1'); } catch (error) { return error.code; } };
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'create_episode', arguments: { topic: 'Mine', episode_num: 9 } } };
  const bodies = { mcp: ['/mcp', call], studio: ['/api/episodes', { number: 9, topic: 'Mine' }], inspect: ['/', {}] };
  const tokens = [undefined, '', 'Bearer', 'Bearer ' + 'a'.repeat(43), 'Basic YTph', 'Bearer null', 'Bearer undefined'];
  (async () => {
    const found = { files: ['.studio-token', '.mcp-token'].map((name) => read(directory + '/' + name)), spoken: '', statuses: [] };
    for (const { command, port, pid } of servers) {
      found.spoken += read('/proc/' + pid + '/cmdline') + read('/proc/' + pid + '/environ');
      const [path, body] = bodies[command];
      for (const authorization of tokens) for (const method of ['GET', 'POST', 'DELETE']) {
        const answer = await fetch('http://127.0.0.1:' + port + path, {
          method,
          headers: { ...(authorization !== undefined && { authorization }), 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
          ...(method === 'POST' && { body: JSON.stringify(body) }),
        });
        found.spoken += await answer.text();
        found.statuses.push([command, method, answer.status]);
      }
    }
    console.log(JSON.stringify(found));
  })();
`;

const commands = ['studio', 'inspect', 'mcp'] as const;
// Where others may look: what keeps them out are the files' own modes.
const parent = mkdtempSync(join(tmpdir(), 'showrunner-shared-'));
const directory = join(parent, 'production');
let servers: (Served & { command: string })[] = [];

beforeAll(async () => {
  chmodSync(parent, 0o755);
  await run(directory, 'create', '--topic', 'Why bees dance');
  servers = await Promise.all(
    commands.map(async (command) => ({ ...(await served(command, directory)), command })),
  );
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  rmSync(parent, { recursive: true });
});

test('given another user of the machine at the ports of the studio, the inspector’s relay and the agents’ server, then he reads no token and no episode, and changes nothing', async () => {
  const before = await run(directory, 'list', '--json');
  const given = { directory, servers: servers.map(({ command, port, pid }) => ({ command, port, pid })) };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', attempt, JSON.stringify(given)], {
    ...nobody,
    cwd: '/',
    env: {},
    timeout: 60_000,
  });
  const found = JSON.parse(stdout) as {
    files: string[];
    spoken: string;
    statuses: [command: string, method: string, status: number][];
  };
  expect(found.files).toEqual(isRoot ? ['EACCES', 'EACCES'] : found.files);
  for (const name of ['.studio-token', '.mcp-token'])
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  const let_in = found.statuses.filter(([, , status]) => status < 400);
  // The relay's own page says nothing of a production.
  expect(let_in.filter(([command, method]) => command !== 'inspect' || method !== 'GET')).toEqual([]);
  const outside = [...servers.map(({ token }) => token), 'bees'].filter((text) =>
    found.spoken.includes(text),
  );
  expect(outside).toEqual([]);
  expect((await run(directory, 'list', '--json')).json()).toEqual(before.json());
  expect(servers.map(({ command, token }) => [command, token.length])).toEqual(
    commands.map((command) => [command, 43]),
  );
  const ended = servers.filter((server) => server.hasEnded()).length;
  expectHeld({
    attack: 'requests of another user',
    cases: found.statuses.length + found.files.length,
    ended,
    hangs: 0,
    outside: outside.length,
  });
});
