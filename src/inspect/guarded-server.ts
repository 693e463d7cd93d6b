import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const mostConnections = 256;
const longestHeadMs = 10_000;
const longestRequestMs = 30_000;
const largestHead = 16 * 1024;

/**
 * A server for this machine's own address that nothing a stranger sends can end: one boundary around each connection's whole life, as a request,
 * as an upgrade, and as a socket that has been refused. Node takes its own listener away when it hands a socket over (Node 20.20), and a reset
 * without one ends the process.
 */
export function guardedServer(
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
  upgrade: Upgrade,
): Server {
  const server = createServer(
    {
      headersTimeout: longestHeadMs,
      requestTimeout: longestRequestMs,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: largestHead,
    },
    (request, response) => {
      response.on('error', () => response.destroy());
      if (isForUs(request)) return void answered(answer, request, response);
      // Whoever names a whole address, two hosts, or another one behind two slashes, takes this for a proxy.
      response.writeHead(400, { connection: 'close' }).end();
    },
  );
  server.maxConnections = mostConnections;
  server.on('connection', (socket) => socket.on('error', () => socket.destroy()));
  server.on('clientError', (_error, socket) => socket.destroy());
  server.on('upgrade', (request, socket, head) => {
    try {
      if (isForUs(request)) upgrade(request, socket, head);
      else refuseUpgrade(socket, '400 Bad Request');
    } catch {
      socket.destroy();
    }
  });
  return server;
}

/** Whoever answers may fail, at once or later: that costs this request alone. */
async function answered(
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await answer(request, response);
  } catch {
    if (response.headersSent) response.destroy();
    else response.writeHead(500, { connection: 'close' }).end();
  }
}

/** Answers, and gives the descriptor back at once: servers' sockets stay half open until the other side closes. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy());
}

/** A plain path (a backslash is a slash to who reads addresses), and one host: of several, each program on the way may take another one. */
function isForUs({ url, rawHeaders }: IncomingMessage): boolean {
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  return hosts.length < 2 && url !== undefined && /^\/(?![/\\])/.test(url);
}
