import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { agentsHeaders } from '../../src/agents/token.js';
import { run } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';
import { expectHeld } from './counted.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

async function mcp(
  ...args: string[]
): Promise<ChildProcess & { said: () => string; complained: () => string; directory: string }> {
  const parent = temporaryDirectory();
  for (const name of ['outside.json', 'outside'])
    writeFileSync(join(parent, name), JSON.stringify({ data: secret }));
  const directory = join(parent, 'production');
  await run(directory, 'create', '--topic', 'Why bees dance');
  await run(directory, 'phase', '1', 'research', 'active');
  const child = spawn(process.execPath, [main, '--directory', directory, 'mcp', ...args]);
  let [said, complained] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text));
  child.stdin.on('error', () => {});
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return Object.assign(child, { said: () => said, complained: () => complained, directory });
}

const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
const call = (id: number, name: string, given: string): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${name}","arguments":${given}}}`;

type Server = Awaited<ReturnType<typeof mcp>>;

/** A server that takes more of a processor for one message hangs. Milliseconds. */
const mostCpuMs = 5_000;
const secret = 'qzxw9 lies outside';

/** What a process has had of a processor; Linux counts in hundredths of a second. */
function cpuMs({ pid }: ChildProcess): number {
  const [user = 0, system = 0] =
    readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13).map(Number) ?? [];
  return (user + system) * 10;
}

/** What lies beside the production: nobody may say it or change it. */
function outsideOf({ directory }: Server): string {
  return JSON.stringify(
    readdirSync(dirname(directory))
      .sort()
      .map((name) => [
        name,
        name === basename(directory) ? '' : readFileSync(join(dirname(directory), name), 'utf8'),
      ]),
  );
}

function held(
  attack: string,
  server: Server,
  { hangs, before, answers }: { hangs: number; before: string; answers: string },
): void {
  const ended = Number(server.exitCode !== null);
  const outside = Number(outsideOf(server) !== before) + Number(answers.includes(secret));
  expectHeld({ attack, cases: messages.length, ended, hangs, outside });
}

/** Messages that a stack, a memory or a schema would break on. */
const messages = [
  deep(1_000_000),
  call(6, 'save_checkpoint', `{"session_id":"1","phase":"research","data":${deep(1_000_000)}}`),
  ...[1_000, 100_000].flatMap((depth) => [
    deep(depth),
    objects(depth),
    call(7, 'list_episodes', objects(depth)),
    // What a tool keeps as it is given.
    call(8, 'save_checkpoint', `{"session_id":"1","phase":"research","data":${deep(depth)}}`),
    call(9, 'answer_hook', `{"tool_input":${objects(depth)},"hook_event_name":"PreToolUse"}`),
    `{"jsonrpc":"2.0","id":9,"method":"initialize","params":{"capabilities":${objects(depth)}}}`,
    `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${deep(depth)}}}`,
    `{"jsonrpc":"2.0","id":${deep(depth)},"method":"ping"}`,
  ]),
  // What leads out of the production.
  ...['../outside', '../../outside', '/etc/passwd', '..%2foutside', 'research/../../../outside.json'].flatMap(
    (way) => [
      call(12, 'get_episode', JSON.stringify({ session_id: way })),
      call(13, 'load_checkpoint', JSON.stringify({ session_id: '1', name: way })),
      call(
        14,
        'save_checkpoint',
        JSON.stringify({ session_id: '1', phase: 'research', name: way, data: {} }),
      ),
      JSON.stringify({
        jsonrpc: '2.0',
        id: 15,
        method: 'resources/read',
        params: { uri: `showrunner://episodes/${way}` },
      }),
      JSON.stringify({ jsonrpc: '2.0', id: 16, method: 'resources/read', params: { uri: `file://${way}` } }),
    ],
  ),
  call(10, 'get_episode', `{"__proto__":{"a":1},"constructor":1}`),
  `[${Array.from({ length: 200 }, (_, index) => call(100 + index, 'list_episodes', '{}')).join(',')}]`,
  'null',
  '{"jsonrpc":"2.0"',
];
const hello = `{"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}`;

test('given an agent that sends messages nested up to a million deep over standard input, then the server goes on and answers the next', async () => {
  const server = await mcp();
  const before = outsideOf(server);
  let hangs = 0;
  for (const [index, message] of messages.entries()) {
    const at = cpuMs(server);
    server.stdin?.write(`${message}\n`);
    // It reads line by line: when it answers this one it is done with the message.
    const ping = `{"jsonrpc":"2.0","id":"ping ${index}","method":"ping"}`;
    server.stdin?.write(`${ping}\n`);
    await expect
      .poll(() => [server.exitCode, server.said().includes(`"id":"ping ${index}"`)], {
        timeout: 60_000,
        interval: 20,
      })
      .toEqual([null, true]);
    hangs += Number(cpuMs(server) - at > mostCpuMs);
  }
  server.stdin?.write(`${hello}\n`);
  await expect
    .poll(() => ({ ended: server.exitCode, answered: server.said().includes('"id":"hello"') }), {
      timeout: 60_000,
    })
    .toEqual({ ended: null, answered: true });
  expect(server.complained()).not.toContain('RangeError');
  held('messages to mcp', server, { hangs, before, answers: server.said() });
});

test('given the same over HTTP, then each is answered, and the server goes on', async () => {
  const server = await mcp('--http', '--port', '0');
  await expect.poll(() => server.complained() + server.said(), { timeout: 30_000 }).toMatch(/http:\/\/127/);
  const address = /http:\/\/127\.0\.0\.1:\d+\/mcp/.exec(server.complained() + server.said())?.[0] ?? '';
  const post = async (body: string): Promise<number> => {
    const head = {
      ...agentsHeaders(server.directory),
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    const answer = await fetch(address, { method: 'POST', headers: head, body });
    answers += await answer.text();
    return answer.status;
  };
  const before = outsideOf(server);
  const statuses: number[] = [];
  let [hangs, answers] = [0, ''];
  for (const message of messages) {
    const at = cpuMs(server);
    statuses.push(await post(message));
    hangs += Number(cpuMs(server) - at > mostCpuMs);
  }
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
  expect(await post(hello)).toBe(200);
  held('messages to mcp --http', server, { hangs, before, answers });
});
