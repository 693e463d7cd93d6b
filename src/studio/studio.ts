import type { AddressInfo } from 'node:net';
import { serve, type ServerType } from '@hono/node-server';
import type { ProductionStateManager } from '../manager/manager.js';
import { chartView } from '../draw/index.js';
import { InspectionStore, inspectionSocket } from '../inspect/index.js';
import { studioApp } from './app.js';
import { Live } from './live.js';

export interface StudioOptions {
  manager: ProductionStateManager;
  token: string;
  /** 0: any free one. */
  port: number;
  page: string;
  by: string;
  note: (text: string) => void;
}

export interface Studio {
  port: number;
  /** With the token in its fragment, which no browser sends. */
  link: string;
  /** What an embedder's `createWebSocketInspector({ url })` takes. */
  socket: string;
  close(): Promise<void>;
}

/** Starts the studio's server, on this machine's own address only. Rejects with `EADDRINUSE` when the port is taken. */
export async function startStudio({ port, ...options }: StudioOptions): Promise<Studio> {
  const live = new Live(options.manager);
  // The first layout takes a second, which nobody should have to wait for.
  void chartView();
  let hosts: string[] = [];
  const actors = new InspectionStore(0);
  const socket = inspectionSocket({
    store: actors,
    token: options.token,
    hosts: () => hosts,
    path: '/inspect',
    onMessage: () => live.tellActors(),
  });
  const app = studioApp({ ...options, live, actors, hosts: () => hosts });
  try {
    const { server, info } = await listen(app.fetch, port);
    server.on('upgrade', socket.upgrade);
    hosts = [`127.0.0.1:${info.port}`, `localhost:${info.port}`];
    return {
      port: info.port,
      link: `http://127.0.0.1:${info.port}/#token=${options.token}`,
      socket: `ws://127.0.0.1:${info.port}/inspect?token=${options.token}`,
      close() {
        socket.close();
        return closed(server, live);
      },
    };
  } catch (error) {
    live.close();
    throw error;
  }
}

function listen(
  fetch: Parameters<typeof serve>[0]['fetch'],
  port: number,
): Promise<{ server: ServerType; info: AddressInfo }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, port, hostname: '127.0.0.1' }, (info) => resolve({ server, info }));
    server.on('error', reject);
  });
}

function closed(server: ServerType, live: Live): Promise<void> {
  live.close();
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
