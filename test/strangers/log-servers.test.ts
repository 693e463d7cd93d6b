import { spawn } from 'node:child_process';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { expectHeld } from './counted.js';

const script = fileURLToPath(new URL('../support/asking-servers.mjs', import.meta.url));
const password = 'hidden9pass';
/** A server that does not answer is asked again for twenty seconds; the rest is for a slow machine. */
const longestMs = 60_000;

/** What a server does with who has connected. */
type Server = (socket: Socket) => void;

const forever =
  (part: Buffer | string): Server =>
  (socket) => {
    const some = Buffer.concat(Array<Buffer>(Math.ceil(200_000 / part.length)).fill(Buffer.from(part)));
    const timer = setInterval(() => socket.writableNeedDrain || socket.write(some), 10);
    socket.on('close', () => clearInterval(timer));
  };
const once =
  (text: Buffer | string, then: 'stays' | 'ends' | 'resets' = 'stays'): Server =>
  (socket) => {
    socket.write(text, () => {
      if (then === 'ends') socket.end();
      if (then === 'resets') socket.resetAndDestroy();
    });
  };
/** Answers what comes, as soon as something has come. */
const asked =
  (act: Server): Server =>
  (socket) =>
    void socket.once('data', () => act(socket));
const noise = Buffer.from(Array.from({ length: 65_536 }, (_, index) => (index * 7919 + 13) % 256));

/** A message of Postgres. */
const message = (type: string, ...parts: (string | Buffer | number)[]): Buffer => {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(`${part}\u0000`);
      if (typeof part !== 'number') return part;
      const number = Buffer.alloc(4);
      number.writeInt32BE(part);
      return number;
    }),
  );
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const ready = message('Z', Buffer.from('I'));
const welcome = Buffer.concat([message('R', 0), ready]);
const two = (number: number): Buffer => Buffer.from([number >> 8, number & 0xff]);
const columns = (...names: string[]): Buffer =>
  message(
    'T',
    two(names.length),
    ...names.flatMap((name) => [name, 0, two(0), 25, two(0xffff), 0xffff_ffff | 0, two(0)]),
  );
const row = (...values: (string | null)[]): Buffer =>
  message(
    'D',
    two(values.length),
    ...values.flatMap((value) => (value === null ? [-1] : [value.length, Buffer.from(value)])),
  );
const answer = (...parts: Buffer[]): Buffer => Buffer.concat([...parts, message('C', 'SELECT 1'), ready]);
/** Lets in whoever asks, and then does as it likes with the first question. */
const afterWelcome =
  (act: Server): Server =>
  (socket) => {
    socket.once('data', () => {
      socket.write(welcome);
      socket.once('data', () => act(socket));
    });
  };
/** The same with each question. */
const eachTime =
  (bytes: Buffer): Server =>
  (socket) => {
    socket.once('data', () => {
      socket.write(welcome);
      socket.on('data', () => socket.write(bytes));
    });
  };

const postgres: Record<string, Server> = {
  'says nothing': () => {},
  'ends at once': (socket) => socket.end(),
  'resets at once': (socket) => socket.resetAndDestroy(),
  'speaks noise': asked(once(noise)),
  'speaks noise without end': asked(forever(noise)),
  'speaks HTTP': asked(once('HTTP/1.1 400 Bad Request\r\n\r\n', 'ends')),
  'welcomes again and again': asked(forever(welcome)),
  'announces two gigabytes, and sends them': asked((socket) => {
    socket.write(Buffer.from([0x52, 0x7f, 0xff, 0xff, 0xff]));
    forever(Buffer.alloc(65_536))(socket);
  }),
  'asks for an unknown proof': asked(once(message('R', 99))),
  'repeats the password': asked(
    once(
      message(
        'E',
        Buffer.from('SFATAL\u0000'),
        Buffer.from(`C28P01\u0000M${password} is wrong\u0000`),
        Buffer.from([0]),
      ),
      'ends',
    ),
  ),
  'gives notices without end': asked(
    forever(message('N', Buffer.from('SNOTICE\u0000MHello\u0000'), Buffer.from([0]))),
  ),
  'never answers a question': afterWelcome(() => {}),
  'ends amid a question': afterWelcome((socket) => socket.end()),
  'resets amid a question': afterWelcome((socket) => socket.resetAndDestroy()),
  'answers noise': afterWelcome(once(noise)),
  'gives rows without end': afterWelcome((socket) => {
    socket.write(columns('found'));
    forever(row('x'.repeat(60_000)))(socket);
  }),
  'gives no rows': eachTime(answer(columns('found'))),
  'gives nothing': eachTime(answer()),
  'gives other columns': eachTime(answer(columns('a', 'b'), row('1', null))),
  'gives words for numbers': eachTime(
    answer(
      columns('found', 'landed', 'at', 'position', 'bytes', 'end'),
      row('x', '1', 'never', 'x', 'x', 'x'),
    ),
  ),
  'gives nothing where something is': eachTime(
    answer(
      columns('found', 'landed', 'at', 'position', 'bytes', 'end'),
      row(null, null, null, null, null, null),
    ),
  ),
  'gives notices of other names': eachTime(answer(message('A', 1, 'showrunner_log', 'other'))),
};

const http = (status: string, head: string, body: Buffer | string = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status}\r\n${head}connection: close\r\ncontent-length: ${body.length}\r\n\r\n`),
    Buffer.from(body),
  ]);
const each = (bytes: Buffer): Server => asked((socket) => void socket.end(bytes));
const at = '2026-11-29T00:00:00.000Z';
const state = { end: 0, sealed: false, at };
const place = { ...state, place: 0, stale: false };
const fine = (body: string): Buffer => http('200 OK', '', body);
const line = (head: unknown): Buffer => fine(`${JSON.stringify(head)}\n`);

const overHttp: Record<string, Server> = {
  'says nothing': () => {},
  'ends at once': (socket) => socket.end(),
  'resets at once': (socket) => socket.resetAndDestroy(),
  'speaks noise': asked(once(noise)),
  'speaks noise without end': asked(forever(noise)),
  'sends a head without end': asked((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    forever('x: y\r\n'.repeat(1_000))(socket);
  }),
  'sends a body without end': asked((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n\r\n');
    forever(noise)(socket);
  }),
  'sends an error without end': asked((socket) => {
    socket.write('HTTP/1.1 403 Forbidden\r\n\r\n');
    forever(noise)(socket);
  }),
  'sends half a body': asked(once('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')),
  'breaks off amid a body': asked(once('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', 'resets')),
  'changes the protocol': asked(
    once('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nzzz'),
  ),
  'answers 204': each(Buffer.from('HTTP/1.1 204 No Content\r\n\r\n')),
  'answers 500': each(http('500 Sorry', '', 'x')),
  'sends elsewhere': each(http('307 Elsewhere', 'location: http://127.0.0.1:1/\r\n')),
  'sends round in circles': each(http('308 Again', 'location: /\r\n')),
  'repeats the password': each(
    http(`401 ${password}`, '', `${password} and ${Buffer.from(`me:${password}`).toString('base64')}`),
  ),
  'repeats it as an error': each(
    http('500 Sorry', '', `${password} and ${Buffer.from(`me:${password}`).toString('base64')}`),
  ),
};

const restate: Record<string, Server> = {
  ...overHttp,
  'answers nothing': each(fine('')),
  'answers no JSON': each(fine('no\n')),
  'answers brackets': each(fine(`${'['.repeat(1_000_000)}\n`)),
  'answers another form': each(line({ a: 1 })),
  'answers that it lands, and nothing of what': each(line({ ...state, outcome: 'landed' })),
  'answers that it goes on elsewhere, for ever': each(
    line({ ...place, sealed: true, outcome: 'elsewhere', changed: false }),
  ),
  'answers that it has changed, for ever': each(line({ ...place, changed: true, outcome: 'elsewhere' })),
  'answers an end before the beginning': each(
    line({ ...place, end: -5, changed: false, outcome: 'elsewhere' }),
  ),
};

const kinds = { postgres, restate, s3: overHttp };

const acts = { postgres: 4, restate: 4, s3: 3 };

interface Told {
  name: string;
  act: string;
  how: string;
  text: string;
  ms: number;
}

/** Listens as each of them; gives their addresses, with a password where there is one. */
async function listening(
  kind: keyof typeof kinds,
): Promise<(readonly [kind: string, name: string, url: string])[]> {
  const listen = async ([name, act]: [string, Server]) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      act(socket);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const url = {
      postgres: `postgres://me:${password}@127.0.0.1:${port}/db`,
      restate: `http://me:${password}@127.0.0.1:${port}`,
      s3: `http://127.0.0.1:${port}`,
    }[kind];
    return [kind, name, url] as const;
  };
  return Promise.all(Object.entries(kinds[kind]).map(listen));
}

test.concurrent.each(['postgres', 'restate', 's3'] as const)(
  'given servers of %s that answer nonsense, without end, or never, then every question to them ends, nothing ends the process, and no password is said',
  async (kind) => {
    const servers = await listening(kind);
    const child = spawn(process.execPath, ['--max-old-space-size=1000', script, JSON.stringify(servers)]);
    let [said, complained] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text));
    const timer = setTimeout(() => child.kill('SIGKILL'), longestMs);
    const code = await new Promise<number | null>((resolve) => void child.on('close', resolve));
    clearTimeout(timer);
    const lines = said.split('\n').filter(Boolean);
    const told = lines.map((line) => JSON.parse(line) as Told);
    const secrets = [password, Buffer.from(`me:${password}`).toString('base64')];
    const outside = [...lines, complained].filter((text) => secrets.some((secret) => text.includes(secret)));
    // What a store throws is told by whoever asked it.
    const others = told.filter(
      ({ how }) => kind !== 's3' && !['answered', 'journal_unavailable'].includes(how),
    );
    const count = (name: string): number => told.filter((each) => each.name === name).length;
    const open = servers.filter(([, name]) => count(name) < acts[kind]).map(([, name]) => name);
    expect({ open, code, complained, outside, others }).toEqual({
      open: [],
      code: 0,
      complained: '',
      outside: [],
      others: [],
    });
    const asked = servers.length * acts[kind];
    expectHeld({
      attack: `questions to servers of ${kind}`,
      cases: told.length,
      ended: Number(code !== 0),
      hangs: asked - told.length,
      outside: outside.length,
    });
  },
  2 * longestMs,
);
