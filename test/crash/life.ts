import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ProductionStateManager } from '../../src/index.js';
import { calls, injection, type Call, type Point } from './point.js';
import { cost, policy, segmentBytes, type Told } from './story.js';

/** A system call of the engine's thread, as strace saw it. */
export interface Traced {
  call: Call | 'writev';
  /** Which one of its kind. */
  nth: number;
  text: string;
  injected: boolean;
}

export interface Life {
  told: Told[];
  /** Keys that the other process, this one, was told are paid. */
  others: string[];
  otherSession: string | undefined;
  trace: Traced[];
  signal: NodeJS.Signals | null;
  errors: string;
}

/**
 * Runs the story; strace looks on from the moment at which it begins, so that the calls of a start do not count. A fault strikes at one point, if
 * one is given. This process is the other one that works on the same production.
 */
export async function live(file: string, directory: string, log: string, point?: Point): Promise<Life> {
  const other = new Other(directory);
  // With more threads in the pool calls would be counted apart.
  const child = spawn(process.execPath, [file, directory], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
  });
  const ended = new Promise<NodeJS.Signals | null>(
    (resolve) => void child.on('close', (_, by) => resolve(by)),
  );
  let strace: Promise<void> | undefined;
  const told: Told[] = [];
  let errors = '';
  let working: Promise<void> = Promise.resolve();
  const next = (): void => void child.stdin.write('.');
  child.stdin.on('error', () => {});
  child.stderr.on('data', (text) => (errors += String(text)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.endsWith('}')) return;
    const said = JSON.parse(line) as Told;
    if (said.ready) strace = attach(child.pid ?? 0, log, next, point);
    else told.push(said);
    if (said.turn) working = working.then(() => other.work()).finally(next);
  });
  const signal = await ended;
  await Promise.all([working, strace]);
  await other.close();
  return {
    told,
    others: other.keys,
    otherSession: other.sessionId,
    trace: readTrace(readFileSync(log, 'utf8'), String(child.pid)),
    signal,
    errors,
  };
}

/** Watches a process until it ends; calls back when it does. */
function attach(pid: number, log: string, onAttached: () => void, point?: Point): Promise<void> {
  const traced = `trace=${[...calls, 'writev'].join(',')}`;
  const strace = spawn(
    'strace',
    [
      '-f',
      '-y',
      '-s',
      '0',
      '-o',
      log,
      '-e',
      traced,
      ...(point ? ['-e', injection(point)] : []),
      '-p',
      String(pid),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  strace.stderr.on('data', (text) => {
    const before = said.includes(`Process ${pid} attached`);
    said += String(text);
    if (!before && said.includes(`Process ${pid} attached`)) onAttached();
  });
  return new Promise((resolve, reject) => {
    strace.on('error', reject);
    strace.on('close', () => (said.includes('attached') ? resolve() : reject(new Error(said))));
  });
}

/** The second process: it keeps the production open while the first one is stopped or hindered. */
class Other {
  readonly keys: string[] = [];
  sessionId: string | undefined;
  readonly #directory: string;
  #manager: ProductionStateManager | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async work(): Promise<void> {
    this.#manager ??= await ProductionStateManager.open({ directory: this.#directory, policy, segmentBytes });
    const manager = this.#manager;
    this.sessionId ??= await manager.createEpisodeSession({ episodeNum: 2, topic: 'Other' });
    const key = `other-${this.keys.length}`;
    await manager.addCost({ sessionId: this.sessionId, phase: 'research', operation: 'step', cost, key });
    this.keys.push(key);
  }

  async close(): Promise<void> {
    await this.#manager?.close();
  }
}

/** The calls of the first thread, each with its number among its kind. */
function readTrace(log: string, main: string): Traced[] {
  const counts = new Map<string, number>();
  return log.split('\n').flatMap((line) => {
    const match = /^(\d+) +(\w+)\(/.exec(line);
    if (!match || match[1] !== main) return [];
    const call = match[2] as Traced['call'];
    const nth = (counts.get(call) ?? 0) + 1;
    counts.set(call, nth);
    return [{ call, nth, text: line.slice(match[1].length).trim(), injected: line.includes('(INJECTED)') }];
  });
}
