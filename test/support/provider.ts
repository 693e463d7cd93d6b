import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** How the provider treats a request. */
export type Mood = 'well' | 'rate-limited' | 'down' | 'silent' | 'hides-usage' | 'lies';

export interface Provider {
  url: string;
  /** What it has charged per idempotency key, in micro-dollars: once, however often it is asked. */
  charged: Map<string, number>;
  /** Every request it has seen. */
  requests: { key: string; mood: Mood }[];
}

/** A paid provider on loopback, with a price per call, that is in the given mood for each request in turn. */
export async function startProvider(price: number, moods: (request: number) => Mood): Promise<Provider> {
  const charged = new Map<string, number>();
  const requests: Provider['requests'] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const key = String(request.headers['idempotency-key']);
    if (request.method === 'GET') {
      const cost = charged.get(key);
      response
        .writeHead(cost === undefined ? 404 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ text: `answer to ${key}`, cost: cost === undefined ? null : cost / 1e6 }));
      return;
    }
    const mood = moods(requests.length);
    requests.push({ key, mood });
    if (mood === 'rate-limited') return void response.writeHead(429).end();
    if (mood === 'down') return void response.writeHead(503).end();
    charged.set(key, price);
    // It does the work and charges for it, and the answer never comes.
    if (mood === 'silent') return;
    const cost = mood === 'hides-usage' ? undefined : mood === 'lies' ? 'NaN' : price / 1e6;
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ text: `answer to ${key}`, cost }));
  };
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, charged, requests };
}
