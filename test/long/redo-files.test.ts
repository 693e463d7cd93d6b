import { describe, expect, test } from 'vitest';
import { MemoryDisk } from '../../src/testing/index.js';
import { ProcessDisk } from '../journal/process-disk.js';
import {
  Told,
  Writer,
  cuts,
  directory,
  expectKept,
  expectSecondLife,
  fork,
  openJournal,
} from '../journal/simulated.js';
import { RedoStorm, start, type Live } from '../journal/redo-storm.js';

/** Made at the first commit, and so small that a few commits fill it. */
const redo = { bytes: 2000, after: 0 };
const segmentBytes = 3000;
const newDisk = (): MemoryDisk => new MemoryDisk({ redo });

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
      for (let n = 0; n < 4; n += 1) await second.writer.commit(told.body(100));
      for (let n = 0; n < 6; n += 1) await first.writer.commit(told.body(100));
      first.writer.journal.close();
      for (let n = 0; n < 6; n += 1) await second.writer.commit(told.body(200));
    },
  },
  {
    name: 'a writer behind another whose syncs take a while',
    async run(disk, told) {
      const slow = start(disk, told, { segmentBytes: 4000, inlineSyncBelowMs: 0 });
      const quick = start(disk, told, { segmentBytes: 4000 });
      for (let n = 0; n < 3; n += 1) await quick.writer.commit(told.body(60));
      for (let n = 0; n < 6; n += 1) {
        const slowly = slow.writer.commit(told.body(60));
        await quick.writer.commit(told.body(60));
        await quick.writer.commit(told.body(60));
        await slowly;
        await quick.writer.commit(told.body(60));
      }
    },
  },
];

/** The disk after the power went at a call; undefined when there were fewer. */
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
      let calls = 0;
      for (let nth = 1; ; nth += 1) {
        const left = await leftAt(run, nth);
        if (!left) break;
        for (const cut of cuts(nth, 2))
          await expectSecondLife(
            left.disk.powerCut(cut),
            fork(left.told),
            `call ${nth}, ${JSON.stringify(cut)}`,
          );
        calls += 1;
      }
      expect(calls).toBeGreaterThan(100);
    },
  );

  test('given the power has gone, when it goes again at any call of who opens, then what was acknowledged is there', async () => {
    let points = 0;
    for (let nth = 30; ; nth += 37) {
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
      for (const cut of cuts(amid, 1))
        expectKept(disk.powerCut(cut), fork(told), `${where}, ${JSON.stringify(cut)}`);
      points += 1;
    }
    expect(points).toBeGreaterThan(30);
  });
});

describe('redo files, by chance', () => {
  test('given processes, failing disks and power cuts in any order, then what was acknowledged is there', async () => {
    const first = Number(process.env['SHOWRUNNER_SEED'] ?? 1);
    const seeds = Number(process.env['SHOWRUNNER_SEEDS'] ?? 100);
    let cutsMade = 0;
    for (let seed = first; seed < first + seeds; seed += 1) {
      const storm = new RedoStorm(seed);
      await storm.run(40).catch((cause: unknown) => {
        throw new Error(`SHOWRUNNER_SEED=${seed}`, { cause });
      });
      cutsMade += storm.cuts;
    }
    expect(cutsMade).toBeGreaterThan(seeds / 4);
  });
});
