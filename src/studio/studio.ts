import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { ProductionStateManager } from '../manager/manager.js';
import { chartView } from '../draw/index.js';
import {
  InspectionStore,
  Tickets,
  guardedServer,
  inspectionSocket,
  socketPath,
  ticketPath,
} from '../inspect/index.js';
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
  /** What an embedder's `createWebSocketInspector({ url })` takes, with `?ticket=` behind it. */
  socket: string;
  /** Gives a ticket to who posts with the token as `Authorization: Bearer`. */
  tickets: string;
  close(): Promise<void>;
}

/** Starts the studio's server, on this machine's own address only. Rejects with `EADDRINUSE` when the port is taken. */
export async function startStudio({ port, ...options }: StudioOptions): Promise<Studio> {
  const live = new Live(options.manager);
  // The first layout takes a second, which nobody should have to wait for.
  void chartView();
  let hosts: string[] = [];
  const actors = new InspectionStore(0);
  const tickets = new Tickets();
  const socket = inspectionSocket({
    store: actors,
    tickets,
    hosts: () => hosts,
    path: socketPath,
    onMessage: () => live.tellActors(),
  });
  const app = studioApp({ ...options, live, actors, hosts: () => hosts, tickets });
  const answer = getRequestListener(app.fetch);
  const server = guardedServer(answer, socket.upgrade);
  try {
    const info = await listening(server, port);
    hosts = [`127.0.0.1:${info.port}`, `localhost:${info.port}`];
    return {
      port: info.port,
      link: `http://127.0.0.1:${info.port}/#token=${options.token}`,
      socket: `ws://127.0.0.1:${info.port}${socketPath}`,
      tickets: `http://127.0.0.1:${info.port}${ticketPath}`,
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

function listening(server: Server, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server.address() as AddressInfo));
  });
}

function closed(server: Server, live: Live): Promise<void> {
  live.close();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
