import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { InspectionMessage } from './messages.js';
import { parseMessage, type InspectionStore } from './store.js';

export interface SocketOptions {
  store: InspectionStore;
  token: string;
  /** The `Host` values that are its own, once it listens. */
  hosts: () => readonly string[];
  /** The only path that is answered; default: every one. */
  path?: string;
  /** Called when a client has told something new. */
  onMessage?: () => void;
}

/** Where clients of @statelyai/inspect connect to. */
export interface InspectionSocket {
  /** For the server's `upgrade`. */
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Tells every client, and remembers it for those who come later. */
  tell: (message: InspectionMessage) => void;
  close: () => void;
}

const largestMessage = 4 * 1024 * 1024;
// A client that does not read loses its connection, and gets everything again when it comes back.
const longestUnread = 16 * 1024 * 1024;

/**
 * Takes connections that bring the token, and passes what each client says to the others. The token goes in the socket's query, because neither a
 * browser nor @statelyai/inspect can send a header there. Pages of other origins are refused.
 */
export function inspectionSocket({
  store,
  token,
  hosts,
  path,
  onMessage = () => {},
}: SocketOptions): InspectionSocket {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestMessage });
  const hear = (text: string, client: WebSocket): void => {
    const message = parseMessage(text);
    if (!message) return;
    store.take(message);
    broadcast(sockets, text, client);
    onMessage();
  };
  return {
    upgrade(request, socket, head) {
      const refused = refusalOf(request, hosts(), token, path);
      if (refused) socket.end(`HTTP/1.1 ${refused}\r\nconnection: close\r\n\r\n`);
      else sockets.handleUpgrade(request, socket, head, (client) => welcome(client, store, hear));
    },
    tell(message) {
      store.take(message);
      broadcast(sockets, JSON.stringify(message));
    },
    close() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    },
  };
}

/** Why a connection is refused, as a status line; undefined when it is welcome. */
function refusalOf(
  { url, headers }: IncomingMessage,
  own: readonly string[],
  token: string,
  path: string | undefined,
): string | undefined {
  if (!own.includes(headers.host ?? '')) return '421 Misdirected Request';
  if (headers.origin !== undefined && !own.some((host) => headers.origin === `http://${host}`))
    return '403 Forbidden';
  const asked = new URL(url ?? '/', 'http://127.0.0.1');
  if (path !== undefined && asked.pathname !== path) return '404 Not Found';
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(asked.searchParams.get('token') ?? ''), digest(token))
    ? undefined
    : '401 Unauthorized';
}

function welcome(
  client: WebSocket,
  store: InspectionStore,
  hear: (text: string, from: WebSocket) => void,
): void {
  // A receiver begins to listen when it hears that it is connected, a moment after it is.
  setTimeout(() => {
    for (const message of store.backlog()) client.send(JSON.stringify(message));
  }, 20);
  client.on('error', () => client.terminate());
  client.on('message', (data: Buffer) => hear(data.toString('utf8'), client));
}

function broadcast(sockets: WebSocketServer, text: string, from?: WebSocket): void {
  for (const client of sockets.clients) {
    if (client === from || client.readyState !== client.OPEN) continue;
    if (client.bufferedAmount > longestUnread) client.terminate();
    else client.send(text);
  }
}
