import { ProductionError } from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import type { OpenOptions } from '../manager/handle.js';
import { StoryFailed } from './given.js';
import { MemoryDisk, type DiskCall, type Fault, type MemoryDiskOptions } from './memory-disk.js';
import { memoryProduction } from './memory-production.js';
import type { PowerCut } from './power-cut.js';

/** A story that can be stopped anywhere. `Told` is what it notes down as done; each life begins with a fresh one. */
export interface CrashScenario<Told> {
  /** How the production is opened; small segments bring sealing and rotation among the crash points. */
  open?: Omit<OpenOptions, 'directory' | 'clock' | 'disk'>;
  told: () => Told;
  /** Works, and notes what it was told is done, each as soon as it was told. `another` opens a second handle, as another process has it. */
  work: (
    manager: ProductionStateManager,
    told: Told,
    another: () => Promise<ProductionStateManager>,
  ) => Promise<void>;
  /** Throws when something that was told is not there. */
  check: (manager: ProductionStateManager, told: Told) => Promise<void>;
}

/** One place to break: at the n-th call of the disk this fault, and at the end of the life this power cut. */
export interface CrashPoint {
  call: number;
  fault: Fault;
  cut: PowerCut;
}

export interface CrashOptions {
  /** Default: the power goes, EIO, ENOSPC, a short write. */
  faults?: readonly Fault[];
  /** What becomes of unsynced data. Default: all of it is lost, all of it is kept, and two seeds of pieces. */
  cuts?: readonly PowerCut[];
  /** One point again, as a failure names it. */
  only?: CrashPoint;
  /** What the simulated disk has. */
  disk?: MemoryDiskOptions;
}

export interface Crashed {
  /** How many points were broken and survived. */
  points: number;
}

const usualFaults: readonly Fault[] = ['crash', 'EIO', 'ENOSPC', 'short'];
const usualCuts: readonly PowerCut[] = ['lose-unsynced', 'keep-unsynced', { seed: 1 }, { seed: 2 }];

/**
 * Runs a scenario on a simulated disk once for each of its calls × each fault × each power cut, and opens the production again after each: the
 * audit must find nothing, `check` must find what was told, work must go on, and that too must outlive a power cut. The same each time.
 * @throws StoryFailed naming the call, and the point to pass as `only` to see it again.
 */
export async function crashEverywhere<Told>(
  scenario: CrashScenario<Told>,
  { faults = usualFaults, cuts = usualCuts, only, disk = {} }: CrashOptions = {},
): Promise<Crashed> {
  if (only) {
    await breakAt(scenario, only, disk);
    return { points: 1 };
  }
  const calls = await callsOf(scenario, disk);
  let points = 0;
  for (const fault of faults) {
    for (const { index, name } of calls) {
      if (fault === 'short' && name !== 'write' && name !== 'redo.write') continue;
      for (const cut of cuts) {
        await breakAt(scenario, { call: index, fault, cut }, disk);
        points += 1;
      }
    }
  }
  return { points };
}

async function callsOf<Told>(
  { open = {}, told, work }: CrashScenario<Told>,
  options: MemoryDiskOptions,
): Promise<DiskCall[]> {
  const disk = new MemoryDisk(options);
  const calls: DiskCall[] = [];
  disk.onCall = (call) => void calls.push(call);
  const opened: ProductionStateManager[] = [];
  await live({ open, work }, disk, told(), opened);
  for (const manager of opened) await manager.close();
  return calls;
}

/** One life; its handles are added to `opened`. */
async function live<Told>(
  { open = {}, work }: Pick<CrashScenario<Told>, 'open' | 'work'>,
  disk: MemoryDisk,
  told: Told,
  opened: ProductionStateManager[],
): Promise<void> {
  const another = async (): Promise<ProductionStateManager> => {
    const { manager } = await memoryProduction({ ...open, disk });
    opened.push(manager);
    return manager;
  };
  await work(await another(), told, another);
}

async function breakAt<Told>(
  scenario: CrashScenario<Told>,
  point: CrashPoint,
  options: MemoryDiskOptions,
): Promise<void> {
  const disk = new MemoryDisk(options);
  let struck: DiskCall | undefined;
  disk.onCall = (call) => {
    if (call.index !== point.call) return undefined;
    struck = call;
    return point.fault;
  };
  const told = scenario.told();
  try {
    const opened: ProductionStateManager[] = [];
    try {
      await live(scenario, disk, told, opened);
      // Closing writes documents: calls that can be hit too.
      for (const manager of opened) await manager.close();
    } catch (error) {
      if (point.fault !== 'crash' && !(error instanceof ProductionError)) throw error;
    }
    const after = disk.powerCut(point.cut);
    // The dead are laid to rest, or they would go on trying to write for ever.
    for (const manager of opened) await manager.close().catch(() => {});
    const left = await survive(scenario, after, told);
    await survive(scenario, left.powerCut(), told);
  } catch (error) {
    const where = struck ? `${struck.name} ${struck.path}` : 'a call that this run did not make';
    throw new StoryFailed(
      `at call ${point.call}, ${where}: ${(error as Error).message}\nsee it again with only: ${JSON.stringify(point, (_key, value: unknown) => (typeof value === 'function' ? 'the same function' : value))}`,
      { cause: error },
    );
  }
}

/** The next life: nothing is missing, nothing is damaged, and work goes on. */
async function survive<Told>(
  { open = {}, check }: CrashScenario<Told>,
  disk: MemoryDisk,
  told: Told,
): Promise<MemoryDisk> {
  const { manager } = await memoryProduction({ ...open, disk });
  await check(manager, told);
  const { problems } = await manager.verify();
  if (problems.length > 0) throw new StoryFailed(`the audit finds: ${JSON.stringify(problems)}`);
  const sessionId = await manager.createEpisodeSession({ episodeNum: 999, topic: 'Afterwards' });
  const after = disk.powerCut();
  const again = await memoryProduction({ ...open, disk: after });
  await again.manager.getEpisodeState(sessionId);
  await again.manager.close();
  await manager.close().catch(() => {});
  return after;
}
