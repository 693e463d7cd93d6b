import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { expect, onTestFinished, test } from 'vitest';
import type { StudioEvent } from '../../src/studio/api.js';
import { streamEvents } from '../../src/studio/stream.js';

test('given a page that reads nothing of its stream, when events pile up, then its connection is ended, and its listener is gone', async () => {
  const listeners = new Set<(event: StudioEvent) => void>();
  const live = {
    listen: (_since: number | undefined, listener: (event: StudioEvent) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const app = new Hono().get('/', (context) => streamEvents(context, live, undefined));
  const answer = getRequestListener(app.fetch);
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await expect.poll(() => listeners.size).toBe(1);
  let told = 0;
  const event = { type: 'hello', position: 1, more: 'x'.repeat(20_000) } as StudioEvent;
  while (listeners.size > 0 && told < 20_000) {
    for (const listener of listeners) listener(event);
    told += 1;
    if (told % 100 === 0) await new Promise((resolve) => void setImmediate(resolve));
  }
  expect(listeners.size).toBe(0);
  expect(told).toBeGreaterThan(1_000);
  const connections = (): Promise<number> =>
    new Promise((resolve) => void server.getConnections((_error, count) => resolve(count)));
  await expect.poll(connections).toBe(0);
});
