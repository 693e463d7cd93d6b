import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { socketKey } from '../../src/inspect/index.js';
import { run } from '../support/cli.js';
import { makeTemporaryDirectory } from '../support/temporary.js';
import { expectHeld } from './counted.js';
import { openDescriptors, sent, sentSoFar, served, upgradeHead, type Served } from './served.js';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'PATCH', 'BREW'];
const targets = [
  '/',
  '//',
  '///',
  '/\\',
  '/\\[',
  '//[',
  '*',
  'evil.example:80',
  'http://evil.example/',
  'http://127.0.0.1/api/production',
  '/%',
  '/%00',
  '/?token=%',
  '/..%2f..%2fetc/passwd',
  `/${'a'.repeat(20_000)}`,
  '/inspect?token=',
  '\u0000',
];

async function connects(address: string): Promise<{ socket: WebSocket; error: string }> {
  const socket = new WebSocket(address);
  const error = await new Promise<string>((resolve) => {
    socket.on('open', () => resolve(''));
    socket.on('error', ({ message }) => resolve(message));
  });
  return { socket, error };
}

describe.each(['studio', 'inspect', 'mcp'] as const)('strangers at the port of showrunner %s', (command) => {
  /** What has sockets; the port for agents has none. */
  const sockets = command === 'mcp' ? [] : [command];
  const { directory: parent, remove } = makeTemporaryDirectory();
  const directory = join(parent, 'production');
  let server: Served;
  let host: string;

  beforeAll(async () => {
    await run(directory, 'create', '--topic', 'Why bees dance');
    server = await served(command, directory);
    host = `127.0.0.1:${server.port}`;
  });

  afterAll(async () => {
    await server.kill();
    remove();
  });

  /** How the server stands: it has neither ended nor complained, and answers. */
  const standing = async (): Promise<object> => {
    const request = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    const answer = await sent(server, request, { waitMs: 15_000 });
    return {
      ended: server.hasEnded(),
      complained: server.said().includes('Error'),
      answered: answer.split('\r\n')[0],
    };
  };
  const answered = command === 'mcp' ? 'HTTP/1.1 404 Not Found' : 'HTTP/1.1 200 OK';
  const upright = { ended: false, complained: false, answered };

  test('given refused upgrades whose sender resets the connection, then the server goes on', async () => {
    for (let round = 0; round < 60; round += 1)
      await sent(server, upgradeHead('/inspect', host, 'Origin: http://evil.example\r\n'), { reset: true });
    expect(await standing()).toEqual(upright);
  });

  test('given every method and every form of target, plain and as an upgrade, then none ends the server, and no absolute form is answered', async () => {
    let count = 0;
    const answered: string[] = [];
    for (const target of targets) {
      const requests = methods.flatMap((method) => [
        `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
        upgradeHead(target, host).replace('GET', method),
      ]);
      const answers = await Promise.all(requests.map((request) => sent(server, request, { waitMs: 300 })));
      count += answers.length;
      if (/^http:|^\/\/|^\*/.test(target))
        answered.push(...answers.filter((answer) => answer.startsWith('HTTP/1.1 200')));
    }
    expect(answered).toEqual([]);
    expect(count).toBe(methods.length * targets.length * 2);
    expect(await standing()).toEqual(upright);
  });

  test('given 300 refused upgrades that stay open on their side, then their descriptors are given back at once', async () => {
    const before = openDescriptors(server);
    const sockets: Socket[] = [];
    // A hundred at a time: more than 256 connections at once are not even heard.
    while (sockets.length < 300) {
      for (let count = 0; count < 100; count += 1) {
        const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
        socket.on('error', () => {});
        socket.write(upgradeHead('/inspect?token=wrong', host));
        sockets.push(socket);
      }
      await expect.poll(() => sockets.every(({ bytesRead }) => bytesRead > 0), { timeout: 5_000 }).toBe(true);
    }
    await expect.poll(() => openDescriptors(server) - before, { timeout: 3_000 }).toBeLessThan(10);
    for (const socket of sockets) socket.destroy();
    expect(await standing()).toEqual(upright);
  });

  test('given halves, floods, giant heads and bytes of no protocol, each cut off or reset, then the server goes on', async () => {
    const whole = `POST /api/episodes/x/actions HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a":1}\r\n`;
    const bytes = [
      ...Array.from({ length: 40 }, (_, index) => whole.slice(0, Math.ceil((index / 40) * whole.length))),
      `GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(20_000)}\r\n`,
      `GET / HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n-1\r\n`,
      `POST /api/x HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n`,
      Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256)),
      '\r\n'.repeat(5_000),
    ];
    await Promise.all(
      bytes.flatMap((each) => [sent(server, each, { reset: true }), sent(server, each, { waitMs: 200 })]),
    );
    expect(await standing()).toEqual(upright);
  });

  test('given two hosts, other times of HTTP, bodies whose length is a lie, endless extensions of a chunk and requests by the hundred, then a second host is refused and the server goes on', async () => {
    const line = (target: string, ...heads: string[]): string =>
      `GET ${target} HTTP/1.1\r\n${heads.map((each) => `${each}\r\n`).join('')}Connection: close\r\n\r\n`;
    const own = `Host: ${host}`;
    for (const hosts of [
      [own, 'Host: evil.example'],
      ['Host: evil.example', own],
      [own, own],
    ]) {
      expect(await sent(server, line('/', ...hosts), { waitMs: 5_000 })).toMatch(/^HTTP\/1\.1 400 /);
      if (command === 'mcp') continue;
      const { pathname, search } = new URL(await server.address());
      const upgrade = upgradeHead(`${pathname}${search}`, host);
      expect(
        await sent(server, upgrade.replace(`${own}\r\n`, `${hosts.join('\r\n')}\r\n`), { waitMs: 5_000 }),
      ).toMatch(/^HTTP\/1\.1 400 /);
    }
    const post = `POST /api/episodes HTTP/1.1\r\n${own}\r\nAuthorization: Bearer ${server.token}\r\nContent-Type: application/json\r\n`;
    const deep = '['.repeat(400_000) + ']'.repeat(400_000);
    const requests = [
      `GET / HTTP/1.0\r\n\r\n`,
      `GET /\r\n`,
      `GET / HTTP/9.9\r\n${own}\r\n\r\n`,
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      `GET / HTTP/1.1\r\n${own}\r\n\r\n`.repeat(500),
      `${post}Content-Length: -5\r\n\r\n`,
      `${post}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{"a":1`,
      `${post}Content-Length: 99999999999999999999\r\n\r\n`,
      `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `${post}Transfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(1_000_000)}\r\n{\r\n0\r\n\r\n`,
      `${post}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n${'x: y\r\n'.repeat(50_000)}\r\n`,
      `${post}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n`,
      `${post}Content-Length: ${deep.length}\r\n\r\n${deep}`,
      `${post}Content-Length: 15000\r\n\r\n${'['.repeat(15_000)}`,
    ];
    await Promise.all(
      requests.flatMap((each) => [sent(server, each, { waitMs: 500 }), sent(server, each, { reset: true })]),
    );
    expect(await standing()).toEqual(upright);
  });

  test.each(sockets)(
    'given a holder of the key whose frames are broken, deep, huge or rubbish, then the server goes on',
    async () => {
      const answers: string[] = [];
      // Fewer at once than are let in.
      while (answers.length < 128) {
        const addresses = await Promise.all(Array.from({ length: 32 }, () => server.address()));
        const sending = addresses.map((address, count) => {
          const index = answers.length + count;
          const { pathname, search } = new URL(address);
          const head = Buffer.from(upgradeHead(`${pathname}${search}`, host));
          const frame = Buffer.from([index * 2, 0xff - index, index, 1, 2, 3, 4, 5]);
          return sent(server, Buffer.concat([head, frame]), { waitMs: 500, reset: index % 8 === 1 });
        });
        answers.push(...(await Promise.all(sending)));
      }
      expect(answers.filter((answer) => answer.includes(' 401 '))).toEqual([]);
      expect(answers.filter((answer) => answer.includes(' 101 ')).length).toBeGreaterThan(32);
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      const messages = [
        `{"type":"@xstate.actor","sessionId":"a","name":"a","createdAt":"0","snapshot":{}}`,
        `{"type":"@xstate.event","sessionId":"a","createdAt":"0","event":{"type":"x","deep":${deep}}}`,
        `{"type":"@xstate.snapshot","sessionId":"a","createdAt":"0","snapshot":${deep}}`,
        `{"type":"@xstate.actor","sessionId":"b","name":${deep},"snapshot":${deep}}`,
        `{"type":"@xstate.actor","sessionId":"c","name":7,"definition":7,"parentId":[]}`,
        `{"type":"@xstate.event","sessionId":"c","event":{"type":"x"},"createdAt":[]}`,
        'null',
        deep,
      ];
      await expect
        .poll(async () => (await connects(await server.address())).error, { timeout: 10_000 })
        .toBe('');
      const { socket } = await connects(await server.address());
      for (const message of messages) socket.send(message);
      socket.send(Buffer.alloc(5 * 1024 * 1024));
      await new Promise((resolve) => void socket.on('close', resolve));
      expect(await standing()).toEqual(upright);
      const shown = await sent(
        server,
        `GET /api/actors/c HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${server.token}\r\nConnection: close\r\n\r\n`,
      );
      expect(shown).toContain(command === 'studio' ? '200 OK' : '404 Not Found');
    },
  );

  test.each(sockets)(
    'given the address of the socket, then it opens one connection, and neither the token nor the key that gives tickets is in it, and the key opens nothing else',
    async () => {
      const key = socketKey(server.token);
      const address = await server.address();
      for (const secret of [key, server.token]) expect(address).not.toContain(secret);
      const first = await connects(address);
      expect(first.error).toBe('');
      expect((await connects(address)).error).toContain('401');
      first.socket.terminate();
      for (const wrong of [key, server.token, '', 'a'.repeat(43)])
        expect((await connects(address.replace(/=.*/, `=${wrong}`))).error).toContain('401');
      const asked = (token: string): Promise<string> =>
        sent(
          server,
          `GET /api/production HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
        );
      expect(await asked(key)).toMatch(/ 40[14] /);
      expect(await asked(server.token)).toContain(command === 'studio' ? '200 OK' : '404 Not Found');
    },
  );

  test('given all of that, then it was one process, which has neither ended nor been slow to answer', async () => {
    const at = performance.now();
    expect(await standing()).toEqual(upright);
    const hangs = Number(performance.now() - at > 5_000);
    const attack = `connections to ${command}`;
    expectHeld({ attack, cases: sentSoFar.count, ended: Number(server.hasEnded()), hangs, outside: 0 });
    sentSoFar.count = 0;
  });
});
