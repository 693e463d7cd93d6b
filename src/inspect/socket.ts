import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { refuseUpgrade } from './guarded-server.js';
import type { InspectionMessage } from './messages.js';
import { parseMessage, type InspectionStore } from './store.js';
import type { Tickets } from './tickets.js';

export interface SocketOptions {
  store: InspectionStore;
  /** What opens it. */
  tickets: Tickets;
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
const longestUnread = 40 * 1024 * 1024;
const mostClients = 64;

/**
 * Takes connections that bring a ticket, and passes what each client says to the others. Pages of other origins are refused.
 */
export function inspectionSocket({
  store,
  tickets,
  hosts,
  path,
  onMessage = () => {},
}: SocketOptions): InspectionSocket {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestMessage });
  const hear = (text: string, client: WebSocket): void => {
    const message = parseMessage(text);
    if (!message) return;
    store.take(message, text);
    broadcast(sockets, text, client);
    onMessage();
  };
  return {
    upgrade(request, socket, head) {
      const refused = refusalOf(request, { own: hosts(), tickets, path });
      if (refused) refuseUpgrade(socket, refused);
      else if (sockets.clients.size >= mostClients) refuseUpgrade(socket, '503 Service Unavailable');
      else sockets.handleUpgrade(request, socket, head, (client) => welcome(client, store, hear));
    },
    tell(message) {
      const text = JSON.stringify(message);
      store.take(message, text);
      broadcast(sockets, text);
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
  { own, tickets, path }: { own: readonly string[]; tickets: Tickets; path: string | undefined },
): string | undefined {
  if (!own.includes(headers.host ?? '')) return '421 Misdirected Request';
  if (headers.origin !== undefined && !own.some((host) => headers.origin === `http://${host}`))
    return '403 Forbidden';
  const asked = new URL(url ?? '/', 'http://127.0.0.1');
  if (path !== undefined && asked.pathname !== path) return '404 Not Found';
  return tickets.take(asked.searchParams.get('ticket') ?? '', Date.now()) ? undefined : '401 Unauthorized';
}

function welcome(
  client: WebSocket,
  store: InspectionStore,
  hear: (text: string, from: WebSocket) => void,
): void {
  // A receiver begins to listen when it hears that it is connected, a moment after it is.
  setTimeout(() => {
    for (const message of store.backlog()) client.send(message);
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
