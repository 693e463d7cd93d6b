import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** One way through it. */
interface Way {
  client: Socket;
  log: Socket;
  /** The end of what was said, in which the beginning of the mark may be. */
  tail: string;
  /** What it lets through no more. */
  stuck?: 'question' | 'answer';
}

/** The network between a machine and its log. It stops what has a mark in it: the question that has it, or the answer to that. */
export class LogProxy {
  readonly #server: Server;
  readonly #ways = new Set<Way>();
  #stop: { mark: string; what: 'question' | 'answer'; tell: () => void } | undefined;

  private constructor(port: number) {
    this.#server = createServer((client) => this.#open(client, connect(port, '127.0.0.1')));
  }

  static async to(port: number): Promise<LogProxy> {
    const proxy = new LogProxy(port);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves when it has stopped one; it stops each from then on. An answer is stopped when it is there: what was asked for is done. */
  stopAt(mark: string, what: 'question' | 'answer'): Promise<void> {
    return new Promise((tell) => (this.#stop = { mark, what, tell }));
  }

  /** Lets through what comes from now on. What was stopped is never answered. */
  goOn(): void {
    this.#stop = undefined;
  }

  /** Ends every connection, and goes on. */
  cut(): void {
    this.goOn();
    for (const { client, log } of this.#ways) {
      client.destroy();
      log.destroy();
    }
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #open(client: Socket, log: Socket): void {
    const way: Way = { client, log, tail: '' };
    this.#ways.add(way);
    const end = (): void => {
      client.destroy();
      log.destroy();
      this.#ways.delete(way);
    };
    for (const socket of [client, log]) socket.on('error', end).on('close', end);
    client.on('data', (bytes) => this.#pass(way, bytes));
    log.on('data', (bytes) => {
      if (way.stuck !== 'answer') client.write(bytes);
      else this.#stop?.tell();
    });
  }

  #pass(way: Way, bytes: Buffer): void {
    const said = way.tail + bytes.toString('latin1');
    way.tail = said.slice(-64);
    if (this.#stop && said.includes(this.#stop.mark)) way.stuck = this.#stop.what;
    if (way.stuck !== 'question') way.log.write(bytes);
    else this.#stop?.tell();
  }
}
