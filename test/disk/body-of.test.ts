import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { examineRestate } from '../../src/cli/examine-restate.js';
import { look } from '../../src/crew/studio/preflight/look.js';
import { bodyOf } from '../../src/disk/index.js';
import { entrust } from '../../src/restate/entrust.js';

const servers: { close(): void; closeAllConnections(): void }[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Whoever asks it is answered without end. */
async function endless(status = 200): Promise<{ address: string; sent: () => number }> {
  let sent = 0;
  const part = Buffer.alloc(64 * 1024, ' ');
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    const more = (): void => {
      while (!response.destroyed && response.write(part)) sent += part.length;
    };
    response.on('drain', more);
    more();
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent: () => sent };
}

test('given an answer without end, when its body is taken, then no more than is allowed is', async () => {
  const { address } = await endless();
  await expect(bodyOf(await fetch(address), 1_000_000)).rejects.toThrow('more than 1000000 bytes');
  expect((await bodyOf(new Response('all of it'), 9)).toString()).toBe('all of it');
  expect((await bodyOf(new Response(null), 9)).length).toBe(0);
});

test('given a provider that answers a look without end, then it counts as nobody', async () => {
  const { address } = await endless();
  const account = {
    provider: 'x',
    baseUrl: address,
    headers: {},
    keysAt: undefined,
    signal: new AbortController().signal,
  };
  expect(await look(account, '/models')).toEqual({ status: 0, json: null });
});

test('given an admin address that answers without end, when doctor looks at Restate, then it says so and goes on', async () => {
  const { address } = await endless();
  const findings = await examineRestate([address], { RESTATE_ADMIN_URL: address });
  expect(findings.map(({ what }) => what).join('\n')).toContain('an answer of more than');
});

test('given a node that refuses an episode with words without end, and one that repeats the password, then the error is short and has none', async () => {
  const { address } = await endless(500);
  await expect(entrust({ addresses: [address], production: 'main' }, 'ep_001')).rejects.toThrow(
    'an answer of more than',
  );
  const server = createServer((request, response) => {
    response.writeHead(500).end(`who is ${request.headers.authorization ?? 'nobody'}?`);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const refused = entrust(
    { addresses: [`http://me:swordfish@127.0.0.1:${port}`], production: 'main' },
    'ep_001',
  );
  await expect(refused).rejects.toThrow('who is Basic [redacted]?');
});
