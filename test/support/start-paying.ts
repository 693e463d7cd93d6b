import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { PayingSaid, PayingWork } from './paying.js';

/** A process that pays, and what it has said so far. */
export interface Paying {
  process: ChildProcess;
  said: PayingSaid[];
  /** Resolves when it has ended: with null when a signal ended it. */
  ended: Promise<number | null>;
  errors: () => string;
}

/** Starts a process of a bundled `paying.ts`; whatever is left of it when the test is over is killed. */
export function startPaying(file: string, work: PayingWork): Paying {
  const child = spawn(process.execPath, [file, JSON.stringify(work)], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: PayingSaid[] = [];
  let errors = '';
  child.stderr.on('data', (text) => (errors += String(text)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    // The last line of a killed process may be cut.
    if (line.endsWith('}')) said.push(JSON.parse(line) as PayingSaid);
  });
  const ended = new Promise<number | null>((resolve) => void child.on('close', (code) => resolve(code)));
  return { process: child, said, ended, errors: () => errors };
}
