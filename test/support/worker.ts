import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { PolicyInput } from '../../src/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Work {
  directory: string;
  task: 'costs' | 'reserve' | 'churn';
  sessions: string[];
  label: string;
  cost?: string;
  count?: number;
  policy?: PolicyInput;
}

/** What a worker said in one line. */
export interface Said {
  ready?: number;
  key?: string;
  trying?: string;
  saved?: string;
  /** The key whose cost was corrected. */
  corrected?: string;
  /** The reason of a change of policy that was made. */
  policy?: string;
  reserved?: string;
  granted?: number;
  refusals?: Record<string, number>;
  closed?: boolean;
}

export interface Worker {
  process: ChildProcess;
  said: Said[];
  /** Resolves with everything it said when it has ended, also by a signal. */
  ended: Promise<Said[]>;
  /** Resolves when it has said something that passes. */
  until: (passes: (said: Said) => boolean) => Promise<void>;
}

/** Builds the package when a source is newer than what was built: workers import what embedders get. */
export function buildPackage(): void {
  const built = join(root, 'dist/src/index.js');
  if (
    existsSync(built) &&
    statSync(built).mtimeMs > Math.max(newest(join(root, 'src')), newest(join(root, 'machines')))
  )
    return;
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0 && !existsSync(built)) throw new Error(stdout);
}

function newest(folder: string): number {
  const times = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) =>
    entry.isFile(),
  );
  return Math.max(...times.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}

/** Starts a process that works, of the built package unless a bundled one is given; whatever of it is left when the test is over is killed. */
export function startWorker(work: Work, file = join(root, 'test/support/worker.mjs')): Worker {
  const child = spawn(process.execPath, [file, JSON.stringify(work)], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: Said[] = [];
  const waiting = new Set<() => void>();
  let errors = '';
  child.stderr.on('data', (text) => (errors += String(text)));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    // The last line of a killed process may be cut.
    if (!line.endsWith('}')) return;
    said.push(JSON.parse(line) as Said);
    for (const look of waiting) look();
  });
  const ended = new Promise<Said[]>((resolve, reject) => {
    let open = 2;
    let code: number | null = 0;
    const end = (): void => {
      open -= 1;
      if (open > 0) return;
      for (const look of waiting) look();
      if (code) reject(new Error(`a worker ended with ${code}: ${errors}`));
      else resolve(said);
    };
    lines.on('close', end);
    child.on('exit', (status) => {
      code = status;
      end();
    });
  });
  ended.catch(() => {});
  const until = (passes: (line: Said) => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!said.some(passes)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      ended.then(() => reject(new Error(`a worker ended without saying it: ${errors}`)), reject);
      look();
    });
  return { process: child, said, ended, until };
}
