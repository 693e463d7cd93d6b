import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import {
  createMcpHandler,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
} from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { hostHeaderValidation, originValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { guardedServer, refuseUpgrade } from '../inspect/guarded-server.js';
import { makeServer, type House } from './server.js';

export interface Serving {
  close: () => Promise<void>;
}

/** Serves both protocols over standard input and `write`; `onEnd` when the client has closed its end. */
export function serveOverStdio(house: House, write: (text: string) => void, onEnd: () => void): Serving {
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(chunk.toString('utf8'));
      done();
    },
  });
  process.stdin.once('end', onEnd).once('close', onEnd);
  return serveStdio(() => makeServer(house), { transport: new StdioServerTransport(process.stdin, out) });
}

/** Serves both protocols on loopback at `/mcp`. Foreign hosts and origins are answered with 403. */
export async function serveOverHttp(house: House, port: number): Promise<Serving & { url: string }> {
  const handler = createMcpHandler(() => makeServer(house));
  const handle = toNodeHandler(handler);
  const isHost = hostHeaderValidation(localhostAllowedHostnames());
  const isOrigin = originValidation(localhostAllowedOrigins());
  const answer: Parameters<typeof guardedServer>[0] = (request, response) => {
    if (!isHost(request, response) || !isOrigin(request, response)) return;
    if (new URL(request.url ?? '/', 'http://localhost').pathname !== '/mcp') {
      response.writeHead(404).end();
      return;
    }
    // Node's own type says that an incoming request may have no method; a server's always has one.
    void handle(request as Parameters<typeof handle>[0], response);
  };
  const server = guardedServer(answer, (_request, socket) => refuseUpgrade(socket, '404 Not Found'));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const { port: chosen } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${chosen}/mcp`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
