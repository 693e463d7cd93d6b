import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { Client, type ClientConfig } from 'pg';

/** To one question. A page of the log is a megabyte, or one append, and twice that as Postgres writes it. */
const mostBytes = 64 * 1024 * 1024;

/** What of pg's own connection is used here; its types do not have it. */
interface Connection extends EventEmitter {
  attachListeners: (stream: Duplex) => void;
}

/**
 * A client whose server may send anything. pg 8.23 parses in a listener of the socket: what it cannot read is thrown there, and ends the process, and so does
 * a connection that is lost while nobody listens for its errors.
 */
export class GuardedClient extends Client {
  constructor(config?: ClientConfig) {
    super(config);
    // Whoever waits for an answer is told by its promise.
    this.on('error', () => {});
    const { connection } = this as unknown as { connection: Connection };
    const attach = connection.attachListeners.bind(connection);
    connection.attachListeners = (stream) => {
      guard(stream, connection);
      attach(stream);
    };
  }
}

function guard(stream: Duplex, connection: Connection): void {
  let heard = 0;
  connection.on('readyForQuery', () => (heard = 0));
  const emit = stream.emit.bind(stream) as (name: string | symbol, ...args: unknown[]) => boolean;
  stream.emit = (name: string | symbol, ...args: unknown[]): boolean => {
    if (name !== 'data') return emit(name, ...args);
    heard += (args[0] as Buffer).length;
    try {
      if (heard > mostBytes) throw new Error(`it answers without end: ${heard} bytes`);
      return emit(name, ...args);
    } catch (error) {
      stream.destroy(error as Error);
      return true;
    }
  };
}
