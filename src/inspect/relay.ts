import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { bridgePage, bridgeScript, inspectorUrl } from './bridge.js';
import type { InspectionMessage } from './messages.js';
import { InspectionStore, parseMessage } from './store.js';

export interface RelayOptions {
  token: string;
  /** 0: any free one. */
  port: number;
}

export interface Relay {
  port: number;
  /** The page that shows the Stately inspector; it needs the internet. */
  page: string;
  /** What `createWebSocketInspector({ url })` and `createWebSocketReceiver({ server })` take. */
  socket: string;
  readonly store: InspectionStore;
  /** Tells every client, and remembers it for those who come later. */
  tell(message: InspectionMessage): void;
  close(): Promise<void>;
}

const largestMessage = 4 * 1024 * 1024;
// A client that does not read loses its connection, and gets everything again when it comes back.
const longestUnread = 16 * 1024 * 1024;

/**
 * Speaks @statelyai/inspect's messages on this machine's own address. The token goes in the socket's query, because neither a browser nor
 * that package can send a header there. Pages of other origins are refused.
 */
export async function startRelay({ token, port }: RelayOptions): Promise<Relay> {
  const store = new InspectionStore();
  let own: string[] = [];
  const server = createServer((request, response) => answer(request, response, own));
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestMessage });
  server.on('upgrade', (request, socket, head) => {
    const refused = refusalOf(request, own, token);
    if (refused) {
      socket.end(`HTTP/1.1 ${refused}\r\nconnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => welcome(client, store, (message, from) => broadcast(sockets, message, from)));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  const { port: taken } = server.address() as AddressInfo;
  own = [`127.0.0.1:${taken}`, `localhost:${taken}`];
  return {
    port: taken, store,
    page: `http://127.0.0.1:${taken}/#token=${token}`,
    socket: `ws://127.0.0.1:${taken}/?token=${token}`,
    tell(message) {
      store.take(message);
      broadcast(sockets, JSON.stringify(message));
    },
    async close() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer({ url, method, headers }: IncomingMessage, response: ServerResponse, own: readonly string[]): void {
  const body = own.includes(headers.host ?? '') && method === 'GET' ? ({ '/': bridgePage, '/bridge.js': bridgeScript } as Record<string, string>)[url ?? ''] : undefined;
  response.writeHead(own.includes(headers.host ?? '') ? (body === undefined ? 404 : 200) : 421, {
    'content-type': url === '/bridge.js' ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self' ws://${headers.host ?? ''}; frame-src ${new URL(inspectorUrl).origin}; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store',
  });
  response.end(body ?? '');
}

/** Why a connection is refused, as a status line; undefined when it is welcome. */
function refusalOf({ url, headers }: IncomingMessage, own: readonly string[], token: string): string | undefined {
  if (!own.includes(headers.host ?? '')) return '421 Misdirected Request';
  if (headers.origin !== undefined && !own.some((host) => headers.origin === `http://${host}`)) return '403 Forbidden';
  const given = new URL(url ?? '/', 'http://127.0.0.1').searchParams.get('token') ?? '';
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token)) ? undefined : '401 Unauthorized';
}

function welcome(client: WebSocket, store: InspectionStore, pass: (text: string, from: WebSocket) => void): void {
  // A receiver begins to listen when it hears that it is connected, a moment after it is.
  setTimeout(() => {
    for (const message of store.backlog()) client.send(JSON.stringify(message));
  }, 20);
  client.on('error', () => client.terminate());
  client.on('message', (data: Buffer) => {
    const text = data.toString('utf8');
    const message = parseMessage(text);
    if (!message) return;
    store.take(message);
    pass(text, client);
  });
}

function broadcast(sockets: WebSocketServer, text: string, from?: WebSocket): void {
  for (const client of sockets.clients) {
    if (client === from || client.readyState !== client.OPEN) continue;
    if (client.bufferedAmount > longestUnread) client.terminate();
    else client.send(text);
  }
}
