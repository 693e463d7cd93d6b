import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { RestateLog, serveRestate, type Served } from '../../../src/restate/index.js';
import { start } from '../../support/cli.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { startCluster, type Cluster } from './cluster.js';

let cluster: Cluster;
let worker: Served;
beforeAll(async () => {
  [cluster, worker] = await Promise.all([startCluster(1), serveRestate({ port: 0 })]);
  await cluster.register(worker.port);
});
afterAll(async () => {
  await worker.close();
  cluster.stop();
});

const chart = { version: 1, hash: 'x' };
const head = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);
const fine = {
  position: 0,
  crc: '00000000',
  at: '2026-01-01T00:00:00.000Z',
  latest: '',
  latestAfter: '',
  days: {},
  commits: [{ session: 'bees', parts: ['{}'], gaps: [] }],
};
const lands = (request: unknown): Buffer =>
  Buffer.concat([head({ position: 0, chart }), Buffer.from(JSON.stringify(request))]);

/** Messages that are none of a client's. */
const messages: Record<string, Buffer[]> = {
  append: [
    Buffer.alloc(0),
    Buffer.from('no line'),
    Buffer.from('no JSON\n'),
    Buffer.alloc(100_000, '['),
    head(null),
    head([]),
    head({ position: 'x', chart }),
    head({ position: 1e308, chart }),
    head({ position: 0 }),
    // Nothing to append: it would have another one's place.
    head({ position: 0, chart }),
    Buffer.from([0, 10, 255]),
  ],
  land: [
    Buffer.alloc(0),
    head({ position: 0, chart }),
    ...[null, 5, [], {}, { ...fine, commits: [] }, { ...fine, commits: [null] }, { ...fine, commits: 7 }].map(
      lands,
    ),
    ...[
      { ...fine, days: null },
      { ...fine, days: { __proto__: null, '2026-01-01': {} } },
      { ...fine, crc: 5 },
    ].map(lands),
    ...[
      { session: 'bees', parts: [], gaps: [] },
      { session: 'bees', parts: ['{}\n{}'], gaps: [] },
    ].map((commit) => lands({ ...fine, commits: [commit] })),
    lands({ ...fine, commits: [{ session: 'bees', parts: ['{}'], gaps: [{}] }] }),
  ],
  read: [Buffer.alloc(0), head({ position: null, most: 1 }), head({ position: 0, most: 'x' })],
  look: [Buffer.alloc(0), head({})],
  enter: [Buffer.alloc(0), head({ ticket: {} })],
  leave: [Buffer.alloc(0), head({ ticket: 7 })],
};

/** How the ingress answers; undefined where it does not. */
async function posted(path: string, message?: Buffer): Promise<number | undefined> {
  const answer = await fetch(`${cluster.ingress[0] ?? ''}/${path}`, {
    method: 'POST',
    ...(message && {
      body: new Uint8Array(message),
      headers: { 'content-type': 'application/octet-stream' },
    }),
    signal: AbortSignal.timeout(8_000),
  }).catch(() => undefined);
  return answer?.status;
}

/** Sends as a client of the log would. */
function asked(key: string, handler: string, message: Buffer): Promise<number | undefined> {
  return posted(`ShowrunnerLog/${encodeURIComponent(key)}/${handler}`, message);
}

test('given messages that are none of a client’s, then each is refused at once, and the log goes on', async () => {
  const production = randomUUID();
  const log = new RestateLog({ addresses: cluster.ingress, production });
  onTestFinished(() => log.close());
  const sent = Object.entries(messages).flatMap(([handler, all]) =>
    all.map((message) => ({ handler, message })),
  );
  const answers = await Promise.all(
    sent.map(async ({ handler, message }) => ({
      handler,
      message: message.toString('latin1').slice(0, 60),
      status: await asked(`${production}/0`, handler, message),
    })),
  );
  expect(answers.filter(({ status }) => status !== 400)).toEqual([]);
  const keys = ['x', 'x/', 'x/y', 'x/-1', 'x/1e999', '\u0000/y', '../../x', `${'k'.repeat(10_000)}/y`];
  const others = await Promise.all(
    keys.map((key) => asked(key, 'append', messages['append']?.[9] ?? Buffer.alloc(0))),
  );
  expect(others.filter((status) => status === undefined || status < 400 || status >= 500)).toEqual([]);
  expect(await log.append(0, Buffer.from('bees\n'), 'a')).toMatchObject({ landed: true });
  expect(Buffer.from(await log.read(0)).toString()).toBe('bees\n');
});

test('given keys and bodies of strangers, when a worker with a crew is asked to make what they name, then each is refused for good, nothing is read or run, and it works on', async () => {
  const folder = temporaryDirectory();
  const ran = join(folder, 'ran');
  const crew = join(folder, 'crew.mjs');
  const showrunner = fileURLToPath(new URL('../../../dist/src/index.js', import.meta.url));
  writeFileSync(
    crew,
    `import { writeFileSync } from 'node:fs';
import { defineCrew } from ${JSON.stringify(showrunner)};
const ran = async () => writeFileSync(${JSON.stringify(ran)}, '');
export default defineCrew({ research: ran, script: ran, audio: ran });`,
  );
  const port = 30_000 + (process.pid % 10_000);
  const url = `restate+${cluster.ingress.join(',')}#attacked`;
  const secret = 'sk-ant-api03-hidden9hidden9hidden9hidden9';
  const args = ['restate', 'serve', '--port', String(port), '--crew', crew];
  const served = start(join(folder, 'worker'), args, { SHOWRUNNER_URL: url });
  onTestFinished(() => served.kill('SIGKILL'));
  await served.said('Serving');
  await cluster.register(port);
  const id = 'ep_001_20250903_143022';
  const keys = [
    '../x',
    'attacked/../x',
    'attacked/..%2f..%2fx',
    'attacked/\u0000',
    `attacked/${id}\u0000`,
    'attacked/__proto__',
    `attacked/${id}`,
    `other/${id}`,
    `attacked/../other/${id}`,
    id,
    `attacked/\u001b[2J\u202e${secret}`,
    `attacked/${'x'.repeat(10_000)}`,
  ];
  const answers = await Promise.all(
    keys.map((key) => posted(`ShowrunnerEpisode/${encodeURIComponent(key)}/produce`)),
  );
  expect(answers).toEqual(keys.map(() => 500));
  const entrusted = start(join(folder, 'third'), ['restate', 'entrust', `${id}/../x`], {
    SHOWRUNNER_URL: url,
  });
  expect((await entrusted.ended).code).not.toBe(0);
  expect(existsSync(ran)).toBe(false);
  served.kill('SIGINT');
  const { code, stdout, stderr } = await served.ended;
  expect(code).toBe(0);
  // oxlint-disable-next-line no-control-regex -- what must not be there
  expect(stdout + stderr).not.toMatch(/\u001b\[2J|\u202e|hidden9|\n\s+at /);
});

test('given a worker that asks for signed requests, when strangers reach its port, then nothing is served to them, and it goes on', async () => {
  const signed = await serveRestate({
    port: 0,
    identityKeys: ['publickeyv1_w7YHemBctH5Ck2nQRQ47iBBqhNHy4FV7t2Usbye2A6f'],
  });
  onTestFinished(() => signed.close());
  const noise = [
    'GET / HTTP/1.1\r\nhost: x\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + '\u0000'.repeat(9),
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + 'nonsense'.repeat(5000),
    '\u0016\u0003\u0001'.repeat(1000),
  ];
  await Promise.all(
    noise.map(
      (text) =>
        new Promise<void>((resolve) => {
          const socket = connect(signed.port, '127.0.0.1', () => socket.write(text, 'latin1'));
          socket.on('error', () => {}).on('close', () => resolve());
          setTimeout(() => socket.resetAndDestroy(), 300);
        }),
    ),
  );
  const session = connectHttp2(`http://127.0.0.1:${String(signed.port)}`);
  onTestFinished(() => session.destroy());
  const request = (path: string, body: Buffer, more: Record<string, string> = {}): Promise<number> =>
    new Promise((resolve, reject) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/vnd.restate.invocation.v5',
        ...more,
      });
      stream.on('response', ({ ':status': status }) => resolve(Number(status))).on('error', reject);
      stream.end(body);
    });
  const paths = [
    '/discover',
    '/invoke/ShowrunnerLog/append',
    '/invoke/ShowrunnerLog/..%2fread',
    `/${'x'.repeat(10_000)}`,
  ];
  const forged = [
    {},
    { 'x-restate-signature-scheme': 'v1', 'x-restate-jwt-v1': 'a.b.c' },
    { 'x-restate-signature-scheme': 'none' },
  ];
  const statuses = await Promise.all(
    paths.flatMap((path) => forged.map((more) => request(path, Buffer.alloc(70_000, 1), more))),
  );
  expect(statuses.filter((status) => status < 400)).toEqual([]);
});
