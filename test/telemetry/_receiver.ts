import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  id: string;
  headers: IncomingHttpHeaders;
  body: string;
  event: { id: string; type: string; subject?: string; data: Record<string, unknown> } & Record<
    string,
    unknown
  >;
}

export interface Receiver {
  url: string;
  /** Everything that came, answered how it may be. */
  received: Received[];
  /** Resolves when so many have come. */
  got: (count: number) => Promise<void>;
}

/** A receiver on loopback; `answer` decides about each, from its number on. Default: 204. */
export async function startReceiver(
  answer: (response: ServerResponse, number: number) => void = (response) => response.writeHead(204).end(),
): Promise<Receiver> {
  const received: Received[] = [];
  const waiting: { count: number; tell: () => void }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      const event = JSON.parse(body) as Received['event'];
      received.push({ id: String(request.headers['webhook-id']), headers: request.headers, body, event });
      answer(response, received.length);
      for (const { count, tell } of waiting) if (received.length >= count) tell();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    got: (count) =>
      new Promise((tell) => (received.length >= count ? tell() : waiting.push({ count, tell }))),
  };
}
