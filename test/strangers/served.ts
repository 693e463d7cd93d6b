import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { inspectionAddress } from '../../src/index.js';
import { agentsHeaders } from '../../src/agents/token.js';

const main = resolve('dist/cli/main.js');

/** `showrunner studio`, `showrunner inspect` or `showrunner mcp --http` in a process of its own, as a person starts it. */
export interface Served {
  port: number;
  token: string;
  /** Where its inspection socket can be reached once; none at the agents' server. */
  address: () => Promise<string>;
  pid: number;
  hasEnded(): boolean;
  said(): string;
  kill(): Promise<void>;
}

export async function served(
  command: 'studio' | 'inspect' | 'mcp',
  directory: string,
  env: Record<string, string> = {},
): Promise<Served> {
  const how = command === 'mcp' ? ['mcp', '--http'] : [command, '--json'];
  const child = spawn(process.execPath, [main, ...how, '--directory', directory, '--port', '0'], {
    env: { ...process.env, ...env },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const line = await firstLine(child, () => said);
  const told: { url?: string; page?: string } =
    command === 'mcp'
      ? { url: /http:\S+\/mcp/.exec(line)?.[0] ?? '' }
      : (JSON.parse(line) as { url?: string; page?: string });
  const link = new URL(told.url ?? told.page ?? '');
  return {
    port: Number(link.port),
    token:
      command === 'mcp'
        ? (agentsHeaders(directory)?.Authorization ?? '').slice('Bearer '.length)
        : link.hash.slice('#token='.length),
    address: () => inspectionAddress({ directory, port: Number(link.port) }),
    pid: child.pid ?? 0,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    said: () => said,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

function firstLine(child: ChildProcess, said: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    // A server of agents keeps its standard output to itself.
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (text.includes('\n')) resolve(text);
      });
    child.on('exit', (code) => reject(new Error(`ended with ${String(code)}: ${said()}`)));
  });
}

/** How many connections have been made by {@link sent}. */
export const sentSoFar = { count: 0 };

/** Sends bytes over a connection of its own; gives what came back until the other side closed, or until `waitMs`. */
export function sent(
  { port }: Served,
  bytes: string | Buffer,
  { reset = false, waitMs = 1_000 }: { reset?: boolean; waitMs?: number } = {},
): Promise<string> {
  sentSoFar.count += 1;
  return new Promise((resolve) => {
    let answer = '';
    const socket: Socket = connect(port, '127.0.0.1', () => {
      socket.write(bytes, () => {
        if (reset) setTimeout(() => socket.resetAndDestroy(), 2);
      });
    });
    const timer = setTimeout(() => socket.destroy(), waitMs);
    socket.setEncoding('latin1').on('data', (part: string) => (answer += part));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

export const upgradeHead = (target: string, host: string, more = ''): string =>
  `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`;

/** How many files and sockets a process has open. */
export function openDescriptors({ pid }: Served): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
