import { createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { ProductionError } from '../../machines/index.js';
import type { ProduceEntrusted } from './entrusted.js';
import { sdkLog } from './sdk-log.js';

export interface ServeOptions {
  /** 0 for any free one. */
  port: number;
  host?: string;
  /** The public keys of the clusters whose requests are taken (`publickeyv1_…`, which the server prints); without one, those of anybody who reaches the port. */
  identityKeys?: readonly string[];
  /** When the log goes on in another object. */
  partBytes?: number;
  /** Works on episodes that Restate is entrusted with ({@link entrust}): `manager.produce` with the signal that it is given. */
  produce?: ProduceEntrusted;
}

export interface Served {
  port: number;
  close(): Promise<void>;
}

const partBytes = 16 * 1024 * 1024;

/**
 * Serves the log's object to Restate, as HTTP/2 without TLS. Any number of machines may serve it.
 * @throws ProductionError `invalid_input` when `@restatedev/restate-sdk` is not installed.
 */
export async function serveRestate(options: ServeOptions): Promise<Served> {
  withResolversForNode20();
  const { createEndpointHandler, episodeObject, logObject } = await import('./endpoint.js').catch(
    (cause: unknown) => {
      throw new ProductionError(
        'invalid_input',
        'serving Restate needs its SDK: npm install @restatedev/restate-sdk@1.17.2',
        { cause },
      );
    },
  );
  const server = createServer(
    createEndpointHandler({
      services: [
        logObject(options.partBytes ?? partBytes),
        ...(options.produce ? [episodeObject(options.produce)] : []),
      ],
      ...(options.identityKeys !== undefined && { identityKeys: [...options.identityKeys] }),
      bidirectional: true,
      logger: sdkLog,
    }),
  );
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  await listening(server, options.port, options.host ?? '127.0.0.1');
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}

function listening(server: Http2Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
}

/** The SDK (1.17) calls `Promise.withResolvers` while it is loaded, and Node 20 does not have it. */
function withResolversForNode20(): void {
  if ('withResolvers' in Promise) return;
  Object.defineProperty(Promise, 'withResolvers', {
    configurable: true,
    writable: true,
    value: () => {
      const made: { promise?: Promise<unknown>; resolve?: unknown; reject?: unknown } = {};
      made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
      return made;
    },
  });
}
