import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { serveOverHttp } from '../../src/agents/serve.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

async function served() {
  const manager = await openProduction(temporaryDirectory());
  const serving = await serveOverHttp(
    {
      open: () => Promise.resolve(manager),
      directory: manager.production.directory,
      note: () => {},
      by: 'tester',
    },
    { port: 0, token: 'token' },
  );
  onTestFinished(() => serving.close());
  const { port } = new URL(serving.url);
  return async (head: string): Promise<string> => {
    const socket = connect(Number(port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text) => (answer += text));
    socket.on('error', () => {});
    socket.end(`${head.replaceAll('\n', '\r\n').replace('HOST', `127.0.0.1:${port}`)}\r\n\r\n`);
    await once(socket, 'close');
    return answer.split('\r\n')[0] ?? '';
  };
}

test.each([
  ['two slashes', 'GET // HTTP/1.1\nHost: HOST', 'HTTP/1.1 400 Bad Request'],
  ['a whole address', 'GET http://[ HTTP/1.1\nHost: HOST', 'HTTP/1.1 400 Bad Request'],
  [
    'an upgrade',
    'GET /mcp HTTP/1.1\nHost: HOST\nConnection: upgrade\nUpgrade: websocket',
    'HTTP/1.1 404 Not Found',
  ],
  ['another host', 'GET /mcp HTTP/1.1\nHost: evil.example', 'HTTP/1.1 403 Forbidden'],
  ['another origin', 'GET /mcp HTTP/1.1\nHost: HOST\nOrigin: https://evil.example', 'HTTP/1.1 403 Forbidden'],
  ['no token', 'GET /mcp HTTP/1.1\nHost: HOST', 'HTTP/1.1 401 Unauthorized'],
  ...[
    'Bearer',
    'Bearer wrong',
    'Bearer token0',
    'bearer token',
    'Basic dG9rZW46',
    'Bearer wrong\nAuthorization: Bearer token',
  ].map((given): [string, string, string] => [
    `the header ${JSON.stringify(given)}`,
    `GET /mcp?token=token HTTP/1.1\nHost: HOST\nAuthorization: ${given}`,
    'HTTP/1.1 401 Unauthorized',
  ]),
])('given a stranger sends %s, then it is refused and the server goes on', async (_name, head, status) => {
  const send = await served();
  expect(await send(head)).toBe(status);
  expect(await send('GET /elsewhere HTTP/1.1\nHost: HOST\nConnection: close')).toBe('HTTP/1.1 404 Not Found');
});
