import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { freshDirectory } from './_client.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

interface Told {
  id: unknown;
  result?: object;
  error?: { code: number; message: string };
}

/** A server in a process of its own, which is sent plain lines; gives what it has told before it answers a ping that comes after them. */
function server() {
  const child = spawn(process.execPath, [main, 'mcp', '--directory', freshDirectory()]);
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const tell = async (...said: (string | object)[]): Promise<Told[]> => {
    for (const each of [...said, { jsonrpc: '2.0', id: 'last', method: 'ping' }])
      child.stdin.write(`${typeof each === 'string' ? each : JSON.stringify(each)}\n`);
    const told: Told[] = [];
    for (;;) {
      const { value } = (await lines.next()) as { value: string };
      const one = JSON.parse(value) as Told;
      if (one.id === 'last') return told;
      told.push(one);
    }
  };
  const begin = () =>
    tell({
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'test', version: '1' },
      },
    });
  return { child, tell, begin };
}

test('given lines that are no messages, when a client sends them, then each is answered with what is wrong, and the server goes on', async () => {
  const { tell, begin } = server();
  await begin();
  const ping = { jsonrpc: '2.0', method: 'ping' };
  const tries: [said: string | object, id: unknown, code: number, words: RegExp][] = [
    ['hello', null, -32700, /no JSON/],
    ['{"jsonrpc":"2.0","id":1,"method":"pi', null, -32700, /no JSON/],
    ['"hello"', null, -32600, /no request/],
    [{ ...ping, id: null }, null, -32600, /id a text or a whole number/],
    [{ ...ping, id: 1.5 }, 1.5, -32600, /id a text or a whole number/],
    [{ ...ping, id: true }, null, -32600, /id a text or a whole number/],
    [{ id: 7, method: 'ping' }, 7, -32600, /jsonrpc is "2\.0"/],
    [{ ...ping, id: 8, params: [] }, 8, -32600, /params an object/],
    [{ jsonrpc: '2.0', id: 9, method: 3 }, 9, -32600, /method a text/],
    [[], null, -32600, /batches are not taken/],
  ];
  for (const [said, id, code, words] of tries)
    expect(await tell(said), JSON.stringify(said)).toEqual([
      { jsonrpc: '2.0', id, error: { code, message: expect.stringMatching(words) } },
    ]);
  const batch = [{ ...ping, id: 10 }, ping, { jsonrpc: '2.0', id: 11, result: {} }, { ...ping, id: 12 }];
  expect((await tell(batch)).map(({ id }) => id)).toEqual([10, 12]);
  expect(await tell('', '\r', { jsonrpc: '2.0', id: 13, result: 5 })).toEqual([]);
});

test('given a message that is larger than any may be, when it is sent, then it is refused under its id, and the next is answered', async () => {
  const { tell, begin } = server();
  await begin();
  const data = 'x'.repeat(12_000_000);
  const call = { name: 'save_checkpoint', arguments: { data } };
  expect(await tell({ jsonrpc: '2.0', id: 3, method: 'tools/call', params: call })).toEqual([
    {
      jsonrpc: '2.0',
      id: 3,
      error: { code: -32600, message: expect.stringMatching(/at most 10000000 bytes/) },
    },
  ]);
  expect(await tell({ jsonrpc: '2.0', id: 4, method: 'ping' })).toMatchObject([{ id: 4, result: {} }]);
});

test('given a client that keeps its end open, when the server is told to end, then it ends', async () => {
  const { child, begin } = server();
  await begin();
  child.kill('SIGTERM');
  expect((await once(child, 'exit'))[1]).toBeNull();
});
