import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { inside } from './network.js';

/** Which log a machine connects to; none for a folder of its own. */
export type LogAddress =
  | { url: string; production: string }
  | { addresses: readonly string[]; production: string }
  | Record<string, never>;

export interface MachineWork {
  name: string;
  log: LogAddress;
  directory: string;
  /** The machine of a network that it runs on. */
  namespace?: string | undefined;
  episodes: number;
  /** One episode more, which holds money until the day has no more. */
  isSpending?: boolean | 'each day';
  /** A file that says what the log's clock is ahead of the real one, and what this machine's own is ahead of the log's. Milliseconds. */
  logAheadFile?: string;
  skewMs?: number;
}

interface Said {
  ready?: boolean;
  key?: string;
  held?: string;
  refused?: string;
  closed?: boolean;
}

/** A process whose episodes commit all the time. */
export class Machine {
  readonly process: ChildProcess;
  /** Keys of what it was told is committed, in order. */
  readonly acknowledged: string[] = [];
  /** When it was told of each. Milliseconds. */
  readonly times: number[] = [];
  readonly held: string[] = [];
  refused: string | undefined;
  /** Resolves when its episodes are there and it waits. */
  readonly ready: Promise<void>;
  /** Resolves when it has ended; rejects where it was neither told to, nor killed. */
  readonly ended: Promise<void>;

  constructor({ namespace, ...work }: MachineWork) {
    const file = fileURLToPath(new URL('storming.mjs', import.meta.url));
    const command = inside(namespace, process.execPath, [file, JSON.stringify(work)]);
    this.process = spawn(...command, { stdio: ['pipe', 'pipe', 'pipe'] });
    let errors = '';
    this.process.stderr?.on('data', (text) => (errors += String(text)));
    if (process.env['SHOW'])
      this.process.stderr?.on('data', (t) => process.stderr.write(work.name + ' ' + String(t)));
    this.process.stdin?.on('error', () => {});
    const output = this.process.stdout;
    if (output === null) throw new Error('a machine has an output');
    const lines = createInterface({ input: output });
    const closed = new Promise<void>((resolve, reject) => {
      this.process.on('close', (code) => {
        if (code) reject(new Error(`machine ${work.name} ended with ${String(code)}: ${errors}`));
        else resolve();
      });
    });
    this.ready = new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => {
        // The last line of a killed process may be cut.
        if (!line.endsWith('}')) return;
        const said = JSON.parse(line) as Said;
        if (said.key !== undefined) {
          this.acknowledged.push(said.key);
          this.times.push(performance.now());
        }
        if (said.held !== undefined) this.held.push(said.held);
        if (said.refused !== undefined) this.refused = said.refused;
        if (said.ready) resolve();
      });
      closed.then(() => reject(new Error(`machine ${work.name} has ended: ${errors}`)), reject);
    });
    this.ended = closed;
    this.ready.catch(() => {});
    this.ended.catch(() => {});
  }

  go(): void {
    this.process.stdin?.write('go\n');
  }

  async stop(): Promise<void> {
    this.process.stdin?.write('stop\n');
    await this.ended;
  }
}
