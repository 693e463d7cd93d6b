import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { post } from '../../src/telemetry/post.js';

const ok = 'HTTP/1.1 204 No Content\r\n\r\n';

/** What a receiver of webhooks may answer. */
const answers: Record<string, string> = {
  'another protocol': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nzzz',
  'another protocol without saying which': 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  'a thousand times to go on': 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000) + ok,
  'that it is at work, and nothing more': 'HTTP/1.1 102 Processing\r\n\r\n',
  'early hints, and nothing more': 'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n',
  garbage: '\u0000\u0001\u0002 nothing of HTTP\r\n\r\n',
  'half a line': 'HTTP/1.1 20',
  nothing: '',
  'a head of a megabyte': `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(1_000_000)}`,
  'a negative length': 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
  'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  'a status that is none': 'HTTP/1.1 000 X\r\n\r\n',
  'a body that is no chunk': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n',
  'to come back in ages': 'HTTP/1.1 503 X\r\nRetry-After: 1e308\r\n\r\n',
  'to look elsewhere': 'HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\n\r\n',
};

test.each(Object.keys(answers).flatMap((kind) => ['stays', 'ends', 'resets'].map((then) => [kind, then])))(
  'given a receiver that answers %s and %s, then the delivery ends with a status or a failure',
  async (kind, then) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write(answers[kind] ?? '', () => {
          if (then === 'ends') socket.end();
          if (then === 'resets') socket.resetAndDestroy();
        });
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const answer = await post({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      headers: {},
      body: '{}',
      allowPrivate: true,
      timeoutMs: 400,
      signal: new AbortController().signal,
    });
    expect(Object.keys(answer).some((key) => key === 'status' || key === 'failure')).toBe(true);
    expect(kind === 'another protocol' && 'status' in answer).toBe(false);
  },
  10_000,
);
