import { describe, expect, test } from 'vitest';
import { MemoryDisk } from '../../src/testing/memory-disk.js';
import { Told, Writer, cuts, expectSecondLife, fork, openJournal } from '../journal/simulated.js';

const redo = { bytes: 1500, after: 0 };

const scenarios = [
  {
    name: 'one writer',
    async run(disk: MemoryDisk, told: Told) {
      const writer = new Writer(openJournal(disk, { segmentBytes: 4000 }), told);
      for (let n = 0; n < 19; n += 1) await writer.commit(told.body(60 + 40 * (n % 5)));
      writer.journal.close();
    },
  },
  {
    name: 'two writers in turns',
    async run(disk: MemoryDisk, told: Told) {
      const writers = [
        new Writer(openJournal(disk, { segmentBytes: 4000 }), told),
        new Writer(openJournal(disk, { segmentBytes: 4000 }), told),
      ];
      for (let n = 0; n < 20; n += 1) await writers[(n >> 2) & 1]?.commit(told.body(60));
    },
  },
  {
    name: 'a writer behind another whose sync takes a while',
    async run(disk: MemoryDisk, told: Told) {
      const slow = new Writer(openJournal(disk, { segmentBytes: 4000, inlineSyncBelowMs: 0 }), told);
      const quick = new Writer(openJournal(disk, { segmentBytes: 4000 }), told);
      for (let n = 0; n < 3; n += 1) await quick.commit(told.body(60));
      for (let n = 0; n < 8; n += 1) {
        const slowly = slow.commit(told.body(60));
        await quick.commit(told.body(60));
        await quick.commit(told.body(60));
        await slowly;
        await quick.commit(told.body(60));
      }
    },
  },
];

describe('power cuts with redo files', () => {
  test.each(scenarios)('given $name', async ({ run }) => {
    let calls = 0;
    for (let nth = 1; ; nth += 1) {
      const disk = new MemoryDisk({ redo });
      const told = new Told();
      disk.onCall = ({ index }) => (index === nth ? 'crash' : undefined);
      await run(disk, told).catch((error: unknown) => told.errors.push(error));
      if (told.errors.length === 0) {
        for (const cut of cuts(nth, 12)) await expectSecondLife(disk.powerCut(cut), fork(told), 'at the end');
        break;
      }
      calls += 1;
      for (const cut of cuts(nth, 2))
        await expectSecondLife(disk.powerCut(cut), fork(told), `call ${nth}, ${JSON.stringify(cut)}`);
    }
    expect(calls).toBeGreaterThan(40);
  });
});
