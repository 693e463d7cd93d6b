import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { ProductionStateManager } from '../../../src/index.js';
import type { RemoteLog } from '../../../src/journal/index.js';
import { expectSound } from '../../support/production.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { LogProxy } from './log-proxy.js';
import type { LogAddress } from './storm.js';

/** How far a paid call has come. */
type Stage =
  | 'the reservation is sent'
  | 'the reservation is answered'
  | 'reserved'
  | 'called'
  | 'the settlement is sent'
  | 'the settlement is answered'
  | 'settled';

/**
 * What happens to it there: the worker's process is killed, or the log's; its connections to the log end, or the one of the question is silent for ever; the
 * provider ends its own.
 */
type Mishap = 'worker' | 'log' | 'cut' | 'silence' | 'provider';

/** How an episode stands in the end. Dollars. */
interface Standing {
  outcome: 'complete' | 'waiting';
  calls: number;
  spent: number;
  held: number;
}

const complete: Standing = { outcome: 'complete', calls: 1, spent: 0.1, held: 0 };
/** Its outcome is unknown: a person decides. */
const heldUncalled: Standing = { outcome: 'waiting', calls: 0, spent: 0, held: 0.5 };
const heldCalled: Standing = { ...heldUncalled, calls: 1 };

/** Whoever goes on after a killed worker finds what is committed, and nothing else. */
const points: readonly (readonly [Stage, Mishap, Standing])[] = [
  ['the reservation is sent', 'worker', complete],
  ['the reservation is sent', 'log', complete],
  ['the reservation is sent', 'cut', complete],
  ['the reservation is answered', 'worker', heldUncalled],
  ['the reservation is answered', 'log', complete],
  ['the reservation is answered', 'cut', complete],
  ['the reservation is answered', 'silence', complete],
  ['reserved', 'worker', heldUncalled],
  ['reserved', 'log', complete],
  ['reserved', 'cut', complete],
  ['called', 'worker', heldCalled],
  ['called', 'log', complete],
  ['called', 'cut', complete],
  ['called', 'provider', heldCalled],
  ['the settlement is sent', 'worker', heldCalled],
  ['the settlement is sent', 'log', complete],
  ['the settlement is sent', 'cut', complete],
  ['the settlement is answered', 'worker', complete],
  ['the settlement is answered', 'log', complete],
  ['the settlement is answered', 'cut', complete],
  ['the settlement is answered', 'silence', complete],
  ['settled', 'worker', complete],
  ['settled', 'log', complete],
];

/** Where the proxy stops a stage. */
const marks: Partial<Record<Stage, readonly [mark: string, what: 'question' | 'answer']>> = {
  'the reservation is sent': ['cost.reserve', 'question'],
  'the reservation is answered': ['cost.reserve', 'answer'],
  'the settlement is sent': ['operation.settled', 'question'],
  'the settlement is answered': ['operation.settled', 'answer'],
};

/** What carries the journals: one server, killed for all of them at once. */
export interface KilledLog {
  port: number;
  /** Its address at another port. */
  at: (port: number, production: string) => LogAddress;
  open: (production: string) => RemoteLog;
  kill: () => Promise<void>;
  start: () => Promise<void>;
}

/** Charges for each request at once, and answers when it is let. */
class Provider {
  readonly #server: Server;
  readonly #calls = new Map<string, number>();
  readonly #answers = new Map<string, ServerResponse>();
  readonly #waiting = new Map<string, () => void>();
  /** Paths whose answers are kept back. */
  readonly kept = new Set<string>();

  constructor() {
    this.#server = createServer((request, response) => {
      const path = request.url ?? '';
      this.#calls.set(path, this.calls(path) + 1);
      request.resume();
      if (!this.kept.has(path)) return void response.end('notes');
      this.#answers.set(path, response);
      this.#waiting.get(path)?.();
    });
  }

  async begin(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  urlOf(path: string): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}${path}`;
  }

  calls(path: string): number {
    return this.#calls.get(path) ?? 0;
  }

  called(path: string): Promise<void> {
    this.kept.add(path);
    return new Promise((resolve) => this.#waiting.set(path, resolve));
  }

  answer(path: string): void {
    this.#answers.get(path)?.end('notes');
  }

  hangUp(path: string): void {
    this.#answers.get(path)?.destroy();
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

interface Said {
  at?: string;
  outcome?: string;
}

class Worker {
  readonly process: ChildProcess;
  readonly #said: Said[] = [];
  readonly #looks = new Set<() => void>();
  #errors = '';

  constructor(work: { log: LogAddress; sessionId: string; url: string; pausesAt?: string }) {
    const file = fileURLToPath(new URL('calling.mjs', import.meta.url));
    const given = JSON.stringify({ ...work, directory: temporaryDirectory() });
    const child = spawn(process.execPath, [file, given], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.process = child;
    child.stderr.on('data', (text) => (this.#errors += String(text)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#said.push(JSON.parse(line) as Said);
      this.#lookAgain();
    });
    child.on('close', () => this.#lookAgain());
  }

  async paused(): Promise<void> {
    await this.#until(({ at }) => at !== undefined);
  }

  goOn(): void {
    this.process.stdin?.write('\n');
  }

  async outcome(): Promise<string | undefined> {
    return (await this.#until(({ outcome }) => outcome !== undefined)).outcome;
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await once(this.process, 'close');
  }

  #lookAgain(): void {
    for (const look of this.#looks) look();
  }

  #until(passes: (said: Said) => boolean): Promise<Said> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.#said.find(passes);
        if (found) resolve(found);
        else if (this.process.exitCode !== null) reject(new Error(`a worker has ended: ${this.#errors}`));
      };
      this.#looks.add(look);
      look();
    });
  }
}

/** A call that has come as far as its stage. */
class Point {
  readonly #path: string;
  #worker: Worker | undefined;
  #sessionId = '';
  #manager: ProductionStateManager | undefined;
  #proxy: LogProxy | undefined;

  constructor(
    readonly log: KilledLog,
    readonly provider: Provider,
    readonly stage: Stage,
    readonly mishap: Mishap,
  ) {
    this.#path = `/${stage}/${mishap}`.replaceAll(' ', '-');
  }

  get #production(): string {
    return `${this.stage}, ${this.mishap}`;
  }

  async reach(): Promise<void> {
    const manager = await ProductionStateManager.connect({
      log: this.log.open(this.#production),
      directory: temporaryDirectory(),
    });
    onTestFinished(() => manager.close().catch(() => {}));
    this.#manager = manager;
    this.#sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const proxy = await LogProxy.to(this.log.port);
    onTestFinished(() => proxy.close());
    this.#proxy = proxy;
    const [mark, what] = marks[this.stage] ?? [];
    const stopped = mark !== undefined && what ? proxy.stopAt(mark, what) : undefined;
    const called = this.stage === 'called' ? this.provider.called(this.#path) : undefined;
    const worker = this.#begin(proxy.port, this.stage);
    this.#worker = worker;
    await Promise.race([stopped ?? called ?? worker.paused(), worker.outcome().then(() => this.#isLate())]);
  }

  /** What is not the log's death happens to this call alone. */
  async suffer(): Promise<void> {
    if (this.mishap === 'worker') await this.#worker?.kill();
    if (this.mishap === 'cut') this.#proxy?.cut();
    if (this.mishap === 'provider') this.provider.hangUp(this.#path);
    this.#proxy?.goOn();
    this.provider.kept.delete(this.#path);
    this.provider.answer(this.#path);
    if (this.mishap !== 'worker') this.#worker?.goOn();
  }

  async stands(): Promise<Standing & { point: string }> {
    const worker = this.mishap === 'worker' ? this.#begin(this.log.port) : this.#worker;
    const outcome = (await worker?.outcome()) as Standing['outcome'];
    const manager = this.#manager as ProductionStateManager;
    const { money } = (await manager.getSnapshot(this.#sessionId)).context;
    await expectSound(manager);
    const [spent, held] = [money.spent / 1_000_000, money.reserved / 1_000_000];
    return { point: this.#production, outcome, calls: this.provider.calls(this.#path), spent, held };
  }

  #begin(port: number, pausesAt?: string): Worker {
    const worker = new Worker({
      log: this.log.at(port, this.#production),
      sessionId: this.#sessionId,
      url: this.provider.urlOf(this.#path),
      ...(pausesAt === undefined ? {} : { pausesAt }),
    });
    onTestFinished(() => void worker.process.kill('SIGKILL'));
    return worker;
  }

  #isLate(): never {
    throw new Error(`${this.#production}: it was passed`);
  }
}

/** So many processes at once. */
const atOnce = 6;

/** Brings a paid call to each point, and lets happen there what may; gives how each stands in the end, and how it should. */
export async function paidAtEachPoint(
  log: KilledLog,
): Promise<{ found: (Standing & { point: string })[]; expected: (Standing & { point: string })[] }> {
  const provider = new Provider();
  await provider.begin();
  onTestFinished(() => provider.close());
  const all = points.map(([stage, mishap]) => new Point(log, provider, stage, mishap));
  const found = new Map<Point, Standing & { point: string }>();
  const [ofLog, alone] = [
    all.filter(({ mishap }) => mishap === 'log'),
    all.filter(({ mishap }) => mishap !== 'log'),
  ];
  // They wait the longest.
  const queue = alone.toSorted((a, b) => Number(b.mishap === 'silence') - Number(a.mishap === 'silence'));
  const live = async (): Promise<void> => {
    for (let point = queue.shift(); point; point = queue.shift()) {
      await point.reach();
      await point.suffer();
      found.set(point, await point.stands());
    }
  };
  await Promise.all(Array.from({ length: atOnce }, live));
  await Promise.all(ofLog.map((point) => point.reach()));
  await log.kill();
  await Promise.all(ofLog.map((point) => point.suffer()));
  await wait(500);
  await log.start();
  for (const [point, standing] of await Promise.all(
    ofLog.map(async (point) => [point, await point.stands()] as const),
  ))
    found.set(point, standing);
  return {
    found: all.flatMap((point) => found.get(point) ?? []),
    expected: points.map(([stage, mishap, standing]) => ({ point: `${stage}, ${mishap}`, ...standing })),
  };
}
