import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { guardedServer, refuseUpgrade } from '../../src/inspect/guarded-server.js';

/*
 * From outside one defence covers for another. Here each is attacked where no other one stands, so that each is seen to be needed.
 */

const uncaught: unknown[] = [];
const note = (error: unknown): void => void uncaught.push(error);
let others: NodeJS.UncaughtExceptionListener[] = [];

beforeEach(() => {
  others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', note);
});

afterEach(() => {
  process.removeAllListeners('uncaughtException');
  for (const listener of others) process.on('uncaughtException', listener);
  const [first] = uncaught.splice(0);
  if (first !== undefined) throw first;
});

const fine = (_request: IncomingMessage, response: ServerResponse): void => void response.end('fine');
const noUpgrade = (_request: IncomingMessage, socket: Duplex): void => void socket.destroy();

async function listening(
  answer: Parameters<typeof guardedServer>[0],
  upgrade: Parameters<typeof guardedServer>[1],
): Promise<{ send: (bytes: string, then?: 'reset') => Promise<string>; sockets: () => Promise<number> }> {
  const server = guardedServer(answer, upgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    send: (bytes, then) =>
      new Promise((resolve) => {
        let said = '';
        const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(bytes));
        socket.setEncoding('latin1').on('data', (part: string) => {
          said += part;
          if (then === 'reset') socket.resetAndDestroy();
        });
        socket.on('error', () => {});
        socket.on('end', () => resolve(said)).on('close', () => resolve(said));
        onTestFinished(() => void socket.destroy());
      }),
    sockets: () => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))),
  };
}

const head = 'Host: a\r\n';
const asUpgrade = `${head}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
const plain = `GET / HTTP/1.1\r\n${head}Connection: close\r\n\r\n`;

test('given an upgrade whose sender resets the connection when nobody listens for errors of its socket, then the server goes on', async () => {
  const { send } = await listening(fine, (_request, socket) => {
    socket.write('here you are');
    setInterval(() => socket.write('and more'), 1).unref();
  });
  for (let round = 0; round < 5; round += 1) await send(`GET / HTTP/1.1\r\n${asUpgrade}`, 'reset');
  expect(await send(plain)).toContain('fine');
});

test('given an upgrade that the one who answers it cannot bear, then its connection is closed and the server goes on', async () => {
  const { send, sockets } = await listening(fine, () => {
    throw new TypeError('Invalid URL');
  });
  expect(await send(`GET / HTTP/1.1\r\n${asUpgrade}`)).toBe('');
  expect(await send(plain)).toContain('fine');
  await expect.poll(sockets).toBe(0);
});

test.each([
  ['at once', () => ''.repeat(-1)],
  ['later', () => Promise.reject(new TypeError('Invalid URL'))],
])(
  'given a request that the one who answers it cannot bear %s, then it is answered 500 and the server goes on',
  async (_when, fail) => {
    const { send } = await listening(
      ({ url }, response) => (url === '/x' ? fail() : response.end('fine')),
      noUpgrade,
    );
    expect(await send(plain.replace('/', '/x'))).toMatch(/^HTTP\/1\.1 500 /);
    expect(await send(plain)).toContain('fine');
  },
);

test.each(['//', '/\\[', '//evil.example/', 'http://evil.example/', '*'])(
  'given the target %s, plain and as an upgrade, then nobody has to bear it',
  async (target) => {
    const asked: unknown[] = [];
    const { send } = await listening(
      ({ url }, response) => {
        asked.push(url);
        response.end();
      },
      ({ url }, socket) => {
        asked.push(url);
        socket.destroy();
      },
    );
    expect(await send(`GET ${target} HTTP/1.1\r\n${head}\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await send(`GET ${target} HTTP/1.1\r\n${asUpgrade}`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(asked).toEqual([]);
  },
);

test('given two hosts, then nobody has to choose', async () => {
  const { send } = await listening(fine, noUpgrade);
  expect(await send(`GET / HTTP/1.1\r\n${head}${head}Connection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
});

test('given an answer that is written to when it has ended, then the server goes on', async () => {
  const { send } = await listening((_request, response) => {
    response.end('fine');
    response.write('more');
  }, noUpgrade);
  await send(plain);
  expect(await send(plain)).toContain('fine');
});

test('given a refused upgrade whose sender never closes his side, then the connection is given back', async () => {
  const { send, sockets } = await listening(fine, (_request, socket) =>
    refuseUpgrade(socket, '403 Forbidden'),
  );
  expect(await send(`GET / HTTP/1.1\r\n${asUpgrade}`)).toContain('403 Forbidden');
  await expect.poll(sockets).toBe(0);
});

test('given what is no request, then the connection is closed without a word', async () => {
  const { send, sockets } = await listening(fine, noUpgrade);
  expect(await send('\u0000\u0001 nothing of HTTP\r\n\r\n')).toBe('');
  await expect.poll(sockets).toBe(0);
});

test('given a head without an end, then it is not kept', async () => {
  const { send } = await listening(fine, noUpgrade);
  expect(await send(`GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(20_000)}`)).toBe('');
});
