import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createSecureServer, request, type RequestOptions } from 'node:https';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { defineCrew } from '../../src/index.js';
import { selfSigned, type Certificate } from '../support/certificate.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const host = '127.0.0.1';

async function listening(server: Server): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A provider behind TLS that counts what it is asked. */
async function secureProvider({ key, cert }: Certificate, more: object = {}) {
  let asked = 0;
  const server = createSecureServer({ key, cert, ...more }, (_request, response) => {
    asked += 1;
    response.socket?.destroy();
  });
  return { port: await listening(server), asked: () => asked };
}

function post(port: number, options: RequestOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asking = request({ host, port, method: 'POST', agent: false, ...options }, resolve);
    asking.on('error', reject);
    asking.end('question');
  });
}

/** What becomes of an episode's one call; policy tries nothing again. */
async function madeOnce(call: () => Promise<unknown>) {
  const manager = await openProduction(temporaryDirectory(), { policy: { retry: {} } });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const crew = defineCrew({
    research: ({ operation }) =>
      operation('ask', { key: 'q', maxCost: '0.10' }, async () => ({ result: String(await call()) })),
    script: async () => null,
    audio: async () => null,
  });
  await manager.produce(sessionId, crew);
  const { operations, money } = (await manager.getSnapshot(sessionId)).context;
  const types = (await manager.history(sessionId)).map(({ type }) => type);
  return {
    became: operations['q']?.state ?? types.find((type) => type.startsWith('operation.')),
    spent: money.spent,
  };
}

const free = { became: 'operation.released', spent: 0 };
const trusted = selfSigned('provider.test');
const past = selfSigned('provider.test', 2020, 2021);
const trusts = (each: Certificate): RequestOptions => ({ ca: each.cert, servername: 'provider.test' });

test.each<[what: string, certificate: Certificate, options: RequestOptions, more?: object]>([
  ['nobody has signed', trusted, { servername: 'provider.test' }],
  ['is for another name', trusted, { ca: trusted.cert, servername: 'else.test' }],
  ['has expired', past, trusts(past)],
  [
    'is of a version that is not spoken',
    trusted,
    { ...trusts(trusted), maxVersion: 'TLSv1.2' },
    { minVersion: 'TLSv1.3' },
  ],
  [
    'has no cipher in common',
    trusted,
    { ...trusts(trusted), maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' },
  ],
])(
  'given a provider whose certificate or TLS %s, then nothing was sent, and the call is free',
  async (_what, certificate, options, more) => {
    const { port, asked } = await secureProvider(certificate, more);
    expect(await madeOnce(() => post(port, options))).toEqual(free);
    expect(asked()).toBe(0);
  },
);

test('given fetch does not trust the certificate, then the call is free', async () => {
  const { port, asked } = await secureProvider(trusted);
  expect(await madeOnce(() => fetch(`https://${host}:${port}`, { method: 'POST' }))).toEqual(free);
  expect(asked()).toBe(0);
});

test('given the line is dropped before TLS stands, then the call is free', async () => {
  const port = await listening(createServer((socket) => socket.destroy()));
  expect(await madeOnce(() => post(port, trusts(trusted)))).toEqual(free);
});

test('given TLS stands, and the line is dropped after the question, then nobody knows, and the call is held', async () => {
  const { port, asked } = await secureProvider(trusted);
  expect(await madeOnce(() => post(port, trusts(trusted)))).toEqual({ became: 'held', spent: 0 });
  expect(asked()).toBe(1);
});

test('given nobody answers the knock, when fetch gives up connecting, then the call is free', async () => {
  const port = await deafPort();
  // Only the engine's own client can be told how long to knock.
  await fetch(`http://${host}:1`).catch(() => {});
  const dispatcher = (globalThis as Record<symbol, unknown>)[
    Symbol.for('undici.globalDispatcher.1')
  ] as object;
  const Agent = dispatcher.constructor as new (options: object) => NonNullable<RequestInit['dispatcher']>;
  const thrown: unknown[] = [];
  const impatient = new Agent({ connect: { timeout: 100 } });
  const call = () =>
    fetch(`http://${host}:${port}`, { method: 'POST', dispatcher: impatient }).catch((error: unknown) => {
      thrown.push(error);
      throw error;
    });
  expect(await madeOnce(call)).toEqual(free);
  expect(thrown).toMatchObject([{ cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } }]);
});

const deaf = `
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '${host}', backlog: 1 }, () => {
    require('node:fs').writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/** A port whose process accepts nobody, with as many waiting as may wait: the system answers no further knock. */
async function deafPort(): Promise<number> {
  const child = spawn(process.execPath, ['-e', deaf], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(said);
  const waiting = Array.from({ length: 16 }, () => connect({ host, port }).on('error', () => {}));
  onTestFinished(() => waiting.forEach((socket) => socket.destroy()));
  await Promise.race(waiting.map((socket) => once(socket, 'connect')));
  return port;
}
