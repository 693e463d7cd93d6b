import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
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
  const directory = temporaryDirectory();
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

function held(attack: string, server: ChildProcess): void {
  const ended = Number(server.exitCode !== null);
  expectHeld({ attack, cases: messages.length, ended, hangs: 0, outside: 0 });
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
  call(10, 'get_episode', `{"__proto__":{"a":1},"constructor":1}`),
  `[${Array.from({ length: 200 }, (_, index) => call(100 + index, 'list_episodes', '{}')).join(',')}]`,
  'null',
  '{"jsonrpc":"2.0"',
];
const hello = `{"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}`;

test('given an agent that sends messages nested up to a million deep over standard input, then the server goes on and answers the next', async () => {
  const server = await mcp();
  for (const message of messages) server.stdin?.write(`${message}\n`);
  server.stdin?.write(`${hello}\n`);
  await expect
    .poll(() => ({ ended: server.exitCode, answered: server.said().includes('"id":"hello"') }), {
      timeout: 60_000,
    })
    .toEqual({ ended: null, answered: true });
  expect(server.complained()).not.toContain('RangeError');
  held('messages to mcp', server);
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
    await answer.text();
    return answer.status;
  };
  const statuses = await Promise.all(messages.map(post));
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
  expect(await post(hello)).toBe(200);
  held('messages to mcp --http', server);
});
