import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bridgePage, bridgeScript, inspectorUrl } from './bridge.js';
import { guardedServer } from './guarded-server.js';
import type { InspectionMessage } from './messages.js';
import { hasBearer } from './bearer.js';
import { socketPath, ticketPath } from './address.js';
import { inspectionSocket } from './socket.js';
import { socketKey } from './socket-key.js';
import { InspectionStore } from './store.js';
import { Tickets } from './tickets.js';

export interface RelayOptions {
  token: string;
  /** 0: any free one. */
  port: number;
}

export interface Relay {
  port: number;
  /** The page that shows the Stately inspector; it needs the internet. */
  page: string;
  /** What `createWebSocketInspector({ url })` and `createWebSocketReceiver({ server })` take, with `?ticket=` behind it. */
  socket: string;
  /** Gives a ticket to who posts with the token, or the key of the page, as `Authorization: Bearer`. */
  tickets: string;
  readonly store: InspectionStore;
  /** Tells every client, and remembers it for those who come later. */
  tell(message: InspectionMessage): void;
  close(): Promise<void>;
}

/** Speaks @statelyai/inspect's messages on this machine's own address. */
export async function startRelay({ token, port }: RelayOptions): Promise<Relay> {
  const store = new InspectionStore();
  let own: string[] = [];
  const key = socketKey(token);
  const tickets = new Tickets();
  const socket = inspectionSocket({ store, tickets, hosts: () => own, path: socketPath });
  const server = guardedServer((request, response) => {
    const { url, method, headers } = request;
    const asks = url === ticketPath && method === 'POST' && own.includes(headers.host ?? '');
    if (!asks) return answer(request, response, own);
    const isKnown = [token, key].some((each) => hasBearer(headers.authorization, each));
    response.writeHead(isKnown ? 200 : 401, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
    response.end(isKnown ? JSON.stringify({ ticket: tickets.give(Date.now()) }) : '');
  }, socket.upgrade);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  const { port: taken } = server.address() as AddressInfo;
  own = [`127.0.0.1:${taken}`, `localhost:${taken}`];
  return {
    port: taken,
    store,
    page: `http://127.0.0.1:${taken}/#token=${key}`,
    socket: `ws://127.0.0.1:${taken}${socketPath}`,
    tickets: `http://127.0.0.1:${taken}${ticketPath}`,
    tell: socket.tell,
    async close() {
      socket.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(
  { url, method, headers }: IncomingMessage,
  response: ServerResponse,
  own: readonly string[],
): void {
  const body =
    own.includes(headers.host ?? '') && method === 'GET'
      ? ({ '/': bridgePage, '/bridge.js': bridgeScript } as Record<string, string>)[url ?? '']
      : undefined;
  response.writeHead(own.includes(headers.host ?? '') ? (body === undefined ? 404 : 200) : 421, {
    'content-type': url === '/bridge.js' ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self' ws://${headers.host ?? ''}; frame-src ${new URL(inspectorUrl).origin}; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  });
  response.end(body ?? '');
}
