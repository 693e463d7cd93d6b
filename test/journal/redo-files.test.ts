import { appendFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MemoryDisk } from '../../src/testing/index.js';
import { ProcessDisk } from './process-disk.js';
import {
  Told,
  Writer,
  cuts,
  directory,
  expectKept,
  expectSecondLife,
  fork,
  openJournal,
  readAll,
} from './simulated.js';

/** Made at the first commit, and so small that a few commits fill it. */
const redo = { bytes: 2000, after: 0 };
const segmentBytes = 3000;
const newDisk = (): MemoryDisk => new MemoryDisk({ redo });

interface Live {
  disk: ProcessDisk;
  writer: Writer;
}

function start(disk: MemoryDisk, told: Told, options = {}): Live {
  const process = new ProcessDisk(disk);
  return { disk: process, writer: new Writer(openJournal(process.disk, options), told) };
}

/** Two processes that take turns, of which one is killed, and one that comes after it. */
async function shared(disk: MemoryDisk, told: Told): Promise<void> {
  const first = start(disk, told);
  for (let n = 0; n < 3; n += 1) await first.writer.commit(told.body(100));
  const second = start(disk, told);
  for (let n = 0; n < 3; n += 1)
    for (const { writer } of [first, second]) await writer.commit(told.body(60), told.body(20));
  for (let n = 0; n < 3; n += 1) await first.writer.commit(told.body(200));
  first.disk.kill();
  const third = start(disk, told);
  for (let n = 0; n < 2; n += 1)
    for (const { writer } of [third, second]) await writer.commit(told.body(100));
}

interface Scenario {
  name: string;
  run: (disk: MemoryDisk, told: Told) => Promise<void>;
}

const scenarios: Scenario[] = [
  {
    name: 'one writer whose redo file laps',
    async run(disk, told) {
      const { writer } = start(disk, told);
      for (let n = 0; n < 24; n += 1) await writer.commit(told.body(150));
    },
  },
  {
    name: 'one writer, lines from short to longer than its redo file, small segments',
    async run(disk, told) {
      const { writer } = start(disk, told, { segmentBytes });
      for (let n = 0; n < 4; n += 1)
        for (const size of [10, 700, 100, 2500, 30]) await writer.commit(told.body(size), told.body(5));
    },
  },
  { name: 'two writers taking turns, of which one is killed', run: shared },
  {
    name: 'a writer that closes amid the work of another',
    async run(disk, told) {
      const [first, second] = [start(disk, told, { segmentBytes }), start(disk, told, { segmentBytes })];
      for (let n = 0; n < 4; n += 1) await first.writer.commit(told.body(100));
      for (let n = 0; n < 4; n += 1) await second.writer.commit(told.body(100));
      first.writer.journal.close();
      for (let n = 0; n < 6; n += 1) await second.writer.commit(told.body(200));
    },
  },
];

/** What a killed power line leaves is found in a state that no write but the last could have been in. */
async function leftAt(
  run: Scenario['run'],
  nth: number,
): Promise<{ disk: MemoryDisk; told: Told } | undefined> {
  const disk = newDisk();
  const told = new Told();
  let isOff = false;
  disk.onCall = ({ index }) => {
    isOff ||= index === nth;
    return index === nth ? 'crash' : undefined;
  };
  await run(disk, told).catch((error: unknown) => told.errors.push(error));
  return isOff ? { disk, told } : undefined;
}

describe('redo files', () => {
  test('given a handle that commits line by line, when it does, then no commit but those at the end of its redo file waits for a sync', async () => {
    const disk = newDisk();
    const told = new Told();
    const { writer } = start(disk, told);
    await writer.commit(told.body());
    await writer.commit(told.body());
    const names: string[] = [];
    disk.onCall = ({ name }) => void names.push(name);
    for (let n = 0; n < 40; n += 1) await writer.commit(told.body());
    disk.onCall = undefined;
    expect(names.filter((name) => name === 'redo.write').length).toBeGreaterThan(35);
    expect(names.filter((name) => name === 'sync').length).toBeLessThan(8);
    expect(disk.list(directory).filter((name) => name.startsWith('redo-'))).toHaveLength(1);
    expectKept(disk.powerCut(), told, 'after');
  });

  test.each(scenarios)(
    'given $name, when the power goes at any one call, then what was acknowledged is there and work goes on',
    async ({ run }) => {
      for (let nth = 1; ; nth += 1) {
        const left = await leftAt(run, nth);
        if (!left) break;
        for (const cut of cuts(nth, 2))
          await expectSecondLife(
            left.disk.powerCut(cut),
            fork(left.told),
            `call ${nth}, ${JSON.stringify(cut)}`,
          );
      }
    },
  );

  test('given the power has gone, when it goes again at any call of who opens, then what was acknowledged is there', async () => {
    let points = 0;
    for (let nth = 30; ; nth += 13) {
      const left = await leftAt(shared, nth);
      if (!left) break;
      for (let again = 1, isOff = true; isOff; again += 1) {
        const disk = left.disk.powerCut({ seed: nth });
        isOff = false;
        disk.onCall = ({ index }) => {
          isOff ||= index === again;
          return index === again ? 'crash' : undefined;
        };
        const told = fork(left.told);
        try {
          await new Writer(openJournal(disk), told).commit(told.body());
        } catch {
          // The power is off.
        }
        for (const cut of cuts(again, 1))
          await expectSecondLife(
            disk.powerCut(cut),
            fork(told),
            `calls ${nth} and ${again}, ${JSON.stringify(cut)}`,
          );
        points += 1;
      }
    }
    expect(points).toBeGreaterThan(100);
  });

  test('given the power has gone, when another restores amid any call of who restores, then both find what was acknowledged, and work goes on', async () => {
    let points = 0;
    for (let nth = 40; ; nth += 29) {
      const left = await leftAt(shared, nth);
      if (!left) break;
      for (let amid = 1, isAmid = true; isAmid; amid += 1) {
        const disk = left.disk.powerCut({ seed: nth });
        const told = fork(left.told);
        const where = `call ${nth}, amid ${amid}`;
        const waiting: Promise<void>[] = [];
        const others: Live[] = [];
        isAmid = false;
        const process = new ProcessDisk(disk);
        process.before = (_name, at) => {
          if (at !== amid) return;
          isAmid = true;
          const other = start(disk, told);
          others.push(other);
          waiting.push(other.writer.commit(told.body()));
        };
        const own = new Writer(openJournal(process.disk), told);
        await own.commit(told.body());
        await Promise.all(waiting);
        process.before = undefined;
        expect(told.errors, where).toEqual([]);
        for (const { writer } of [...others, { writer: own }]) {
          await writer.commit(told.body());
          writer.refresh();
          expect(new Set(writer.known).size, where).toBe(writer.known.length);
        }
        await expectSecondLife(disk.powerCut(), told, where);
        points += 1;
      }
    }
    expect(points).toBeGreaterThan(50);
  });

  test('given a handle that writes, when another gives up its redo file amid any call, then what either was told outlives a power cut', async () => {
    let points = 0;
    for (let amid = 1, isAmid = true; isAmid; amid += 1) {
      const disk = newDisk();
      const told = new Told();
      const { disk: process, writer } = start(disk, told);
      const waiting: Promise<void>[] = [];
      isAmid = false;
      let other: Live | undefined;
      let isBusy = false;
      process.before = (_name, at) => {
        if (at < amid) return;
        // From now on it comes in at every fifth call: to make a redo file, to write, to give up.
        if ((at - amid) % 5 !== 0 || isBusy) return;
        isAmid = true;
        isBusy = true;
        other ??= start(disk, told);
        waiting.push(other.writer.commit(told.body(50)).finally(() => (isBusy = false)));
      };
      for (let n = 0; n < 8; n += 1) {
        await writer.commit(told.body(100));
        await Promise.all(waiting);
      }
      const where = `amid ${amid}`;
      expect(told.errors, where).toEqual([]);
      for (const cut of cuts(amid, 1)) {
        // The cut takes the disk: what follows it looks at a copy of the words only.
        expectKept(disk.powerCut(cut), fork(told), `${where}, ${JSON.stringify(cut)}`);
      }
      points += 1;
    }
    expect(points).toBeGreaterThan(30);
  });
});

type Chance = () => number;

function chanceOf(seed: number): Chance {
  let state = seed * 2654435761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Processes that come, commit, are killed amid a call and close, failing disks and power cuts, by chance. */
async function storm(seed: number, steps: number): Promise<number> {
  const chance = chanceOf(seed);
  const upTo = (limit: number): number => Math.floor(chance() * limit);
  const options = { segmentBytes: [900, 3000, 1 << 20][upTo(3)] ?? 0 };
  let disk = new MemoryDisk({ redo: { bytes: [600, 2000, 6000][upTo(3)] ?? 0, after: upTo(3) } });
  let told = new Told();
  let alive: Live[] = [];
  let cutsMade = 0;
  let isEvicted = false;
  const where = (): string => `seed ${seed}, ${JSON.stringify(options)}, after ${told.tried.length} bodies`;
  const commit = (live: Live): Promise<void> =>
    live.writer.commit(
      ...Array.from({ length: 1 + upTo(2) }, () => told.body(upTo(4) === 0 ? upTo(2500) : upTo(150))),
    );
  const come = (): Live => {
    const live = start(disk, told, options);
    alive.push(live);
    return live;
  };
  const segments = (): string[] =>
    disk
      .list(directory)
      .filter((name) => /^\d+\.ndjson$/.test(name))
      .map((name) => `${directory}/${name}`);
  const tried = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      told.errors.push(error);
    }
  };
  for (let step = 0; step < steps; step += 1) {
    const one = alive[upTo(alive.length)];
    const kind = upTo(20);
    if (process.env['TRACE'])
      appendFileSync(
        '/tmp/port-trace',
        `\nstep ${step} kind ${kind} one ${one ? alive.indexOf(one) : '-'} of ${alive.length} files ${
          disk.stat(directory)
            ? disk
                .list(directory)
                .map((n) => `${n.slice(-12)}:${disk.stat(directory + '/' + n)?.size}`)
                .join(' ')
            : ''
        } errors ${told.errors.length} ${String(told.errors.at(-1)).slice(0, 100)}`,
      );
    if (!one || (kind === 0 && alive.length < 3)) await tried(async () => commit(come()));
    else if (kind === 1) {
      one.writer.journal.close();
      alive = alive.filter((each) => each !== one);
    } else if (kind === 2) {
      const nth = one.disk.calls + 1 + upTo(25);
      one.disk.before = (_name, at) => void (at >= nth && one.disk.kill());
      await tried(() => commit(one));
      one.disk.kill();
      alive = alive.filter((each) => each !== one);
    } else if (kind < 7) {
      const nth = one.disk.calls + 1 + upTo(15);
      const waiting: Promise<void>[] = [];
      one.disk.before = (_name, at) => {
        if (at !== nth) return;
        const rest = alive.filter((each) => each !== one);
        const other = rest[upTo(rest.length)];
        try {
          waiting.push(commit(other ?? come()));
        } catch (error) {
          told.errors.push(error);
        }
      };
      await tried(() => commit(one));
      await Promise.all(waiting);
      one.disk.before = undefined;
    } else if (kind === 7) {
      const call = ['sync', 'redo.write', 'write', 'link', 'redo.open', 'rename', 'open'][upTo(7)];
      const fault = call === 'write' || upTo(2) === 0 ? 'short' : 'EIO';
      // Who opens between a failed sync and the rescue of what it lost hears nothing of it: a second failure must not keep off the rescue.
      let left = call === 'sync' ? 1 : 1 + upTo(2);
      disk.onCall = ({ name }) =>
        name === call && left-- > 0
          ? fault === 'short' && !name.endsWith('write')
            ? 'ENOSPC'
            : fault
          : undefined;
      await tried(() => commit(one));
      disk.onCall = undefined;
    } else if (kind === 8 && !process.env['NO_WB']) {
      const path = segments().at(-1);
      if (path !== undefined) disk.failWriteback(path);
      if (path !== undefined && upTo(2) === 0 && !process.env['NO_EVICT']) {
        disk.evict(path);
        isEvicted = true;
      }
      for (const live of alive) await tried(() => commit(live));
    } else if (kind === 9) {
      const nth = disk.calls + 1 + upTo(40);
      disk.onCall = ({ index }) => (index === nth ? 'crash' : undefined);
      await tried(async () => commit(come()));
      await tried(() => commit(one));
      disk = disk.powerCut(
        upTo(3) === 0 ? 'keep-unsynced' : upTo(2) === 0 ? 'lose-unsynced' : { seed: seed + step },
      );
      told = fork(told);
      for (const each of alive) each.disk.kill();
      alive = [];
      cutsMade += 1;
      isEvicted = false;
      // Who opens is cut off as well, as often as not.
      const again = disk.calls + 1 + upTo(60);
      disk.onCall = ({ index }) => (index === again ? 'crash' : undefined);
      if (upTo(2) === 0) {
        await tried(async () => commit(come()));
        disk = disk.powerCut(upTo(2) === 0 ? 'lose-unsynced' : { seed: seed + step });
        told = fork(told);
        for (const each of alive) each.disk.kill();
        alive = [];
      }
      disk.onCall = undefined;
      if (upTo(2) === 0) expectKept(disk, told, where());
    } else await tried(() => commit(one));
  }
  if (!isEvicted) {
    for (const { writer } of alive) await tried(async () => writer.refresh());
    const texts = readAll(disk);
    for (const { writer } of alive) {
      writer.refresh();
      expect(writer.known, where()).toEqual(texts);
    }
  }
  expectKept(disk, told, where());
  await expectSecondLife(disk.powerCut(), told, where());
  return cutsMade;
}

describe('redo files, by chance', () => {
  test('given processes, failing disks and power cuts in any order, then what was acknowledged is there', async () => {
    const first = Number(process.env['SHOWRUNNER_SEED'] ?? 1);
    const seeds = Number(process.env['SHOWRUNNER_SEEDS'] ?? 60);
    let cutsMade = 0;
    for (let seed = first; seed < first + seeds; seed += 1) {
      try {
        cutsMade += await storm(seed, 40);
      } catch (error) {
        throw new Error(`SHOWRUNNER_SEED=${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
    expect(cutsMade).toBeGreaterThan(seeds / 4);
  });
});
