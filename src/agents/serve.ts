import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import {
  InMemoryServerEventBus,
  createMcpHandler,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  type Server,
} from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { hostHeaderValidation, originValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { hasBearer } from '../inspect/bearer.js';
import { guardedServer, refuseUpgrade } from '../inspect/guarded-server.js';
import { ChangeTeller } from './change-teller.js';
import { MessageGate } from './message-gate.js';
import { cleanly, makeServer, type House } from './server.js';

export interface Serving {
  close: () => Promise<void>;
}

/** Hears of subscriptions, which the SDK answers without asking a server of ours. */
class HearingTransport extends StdioServerTransport {
  onSubscription?: () => void;

  override async start(): Promise<void> {
    const { onmessage } = this;
    const hear: typeof onmessage = (message) => {
      if ('method' in message && /^(?:subscriptions\/listen|resources\/subscribe)$/.test(message.method))
        this.onSubscription?.();
      onmessage?.(message);
    };
    Object.assign(this, { onmessage: hear });
    return super.start();
  }
}

/** Hears of subscriptions over HTTP. */
class HearingBus extends InMemoryServerEventBus {
  onSubscription?: () => void;

  override subscribe(listener: Parameters<InMemoryServerEventBus['subscribe']>[0]): () => void {
    this.onSubscription?.();
    return super.subscribe(listener);
  }
}

/** The house, whose teller of changes hears when the production is opened. */
function tellingHouse(house: House, teller: ChangeTeller): House {
  return {
    ...house,
    open: async (options) => {
      const manager = await house.open(options);
      teller.opened(manager);
      return manager;
    },
  };
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
  const teller = new ChangeTeller();
  const telling = tellingHouse(house, teller);
  const gate = new MessageGate(write);
  process.stdin.pipe(gate);
  const transport = new HearingTransport(gate, out);
  transport.onSubscription = () => teller.want(telling.open);
  const serving = serveStdio(
    ({ era }) => {
      const server = makeServer(telling, true);
      const isWanted = era === 'legacy' ? keepSubscriptions(server, telling) : () => true;
      teller.add((uri) => {
        // A client that has gone needs to hear nothing.
        if (isWanted(uri)) void server.sendResourceUpdated({ uri }).catch(() => {});
      });
      return server;
    },
    { transport },
  );
  return {
    close: async () => {
      process.stdin.unpipe(gate).pause();
      await serving.close();
    },
  };
}

/** The older protocol's subscriptions: the SDK keeps those of the newer one alone. Returns whether one is wanted. */
function keepSubscriptions(server: Server, house: House): (uri: string) => boolean {
  const wanted = new Set<string>();
  server.setRequestHandler('resources/subscribe', ({ params: { uri } }) =>
    cleanly(async () => {
      const { readResource } = await import('./read-resource.js');
      await readResource(await house.open(), uri);
      wanted.add(uri);
      return {};
    }),
  );
  server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
    wanted.delete(uri);
    return {};
  });
  return (uri) => wanted.has(uri);
}

/** Serves both protocols on loopback at `/mcp`, to who brings the token. Foreign hosts and origins are answered with 403. */
export async function serveOverHttp(
  house: House,
  { port, token }: { port: number; token: string },
): Promise<Serving & { url: string }> {
  const teller = new ChangeTeller();
  const telling = tellingHouse(house, teller);
  const bus = new HearingBus();
  bus.onSubscription = () => teller.want(telling.open);
  // Each request of the older protocol has a server of its own, which could tell nobody.
  const handler = createMcpHandler(({ era }) => makeServer(telling, era === 'modern'), { bus });
  teller.add((uri) => handler.notify.resourceUpdated(uri));
  const handle = toNodeHandler(handler);
  const isHost = hostHeaderValidation(localhostAllowedHostnames());
  const isOrigin = originValidation(localhostAllowedOrigins());
  const answer: Parameters<typeof guardedServer>[0] = (request, response) => {
    if (!isHost(request, response) || !isOrigin(request, response)) return undefined;
    if (new URL(request.url ?? '/', 'http://localhost').pathname !== '/mcp') {
      response.writeHead(404).end();
      return undefined;
    }
    // Any user of this machine reaches the port.
    if (!hasBearer(request.headers.authorization, token)) {
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
      return undefined;
    }
    // Node's own type says that an incoming request may have no method; a server's always has one.
    return handle(request as Parameters<typeof handle>[0], response);
  };
  const server = guardedServer(answer, (_request, socket) => refuseUpgrade(socket, '404 Not Found'));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const { port: chosen } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${chosen}/mcp`,
    close: async () => {
      await handler.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
