import { describe, expect, test } from 'vitest';
import type { MemoryDisk } from '../../src/testing/memory-disk.js';
import { Told, Writer, cuts, emptyDisk, expectSecondLife, fork, openJournal } from './simulated.js';

const segmentBytes = 900;

interface Scenario {
  name: string;
  run: (disk: MemoryDisk, told: Told) => Promise<void>;
}

const scenarios: Scenario[] = [
  {
    name: 'one writer, single lines, small segments',
    async run(disk, told) {
      const writer = new Writer(openJournal(disk, { segmentBytes }), told);
      for (let n = 0; n < 12; n += 1) await writer.commit(told.body(60));
    },
  },
  {
    name: 'one writer, batches of long lines',
    async run(disk, told) {
      const writer = new Writer(openJournal(disk, { segmentBytes: 20_000 }), told);
      for (let n = 0; n < 5; n += 1)
        await writer.commit(told.body(10), told.body(1500), told.body(10), told.body(700));
    },
  },
  {
    name: 'two writers that build on each other',
    async run(disk, told) {
      const writers = [
        new Writer(openJournal(disk, { segmentBytes }), told),
        new Writer(openJournal(disk, { segmentBytes }), told),
      ];
      for (let n = 0; n < 6; n += 1)
        await Promise.all(writers.map((writer) => writer.commit(told.body(90), told.body(400))));
    },
  },
  {
    name: 'two writers whose syncs take a while',
    async run(disk, told) {
      const options = { segmentBytes: 4000, inlineSyncBelowMs: 0 };
      const writers = [
        new Writer(openJournal(disk, options), told),
        new Writer(openJournal(disk, options), told),
      ];
      for (let n = 0; n < 6; n += 1)
        await Promise.all(writers.map((writer) => writer.commit(told.body(300))));
    },
  },
  {
    name: 'a compaction amid the work',
    async run(disk, told) {
      const writer = new Writer(openJournal(disk, { segmentBytes }), told);
      for (let n = 0; n < 8; n += 1) await writer.commit(told.body(90));
      try {
        writer.journal.compact();
      } catch (error) {
        told.errors.push(error);
      }
      for (let n = 0; n < 4; n += 1) await writer.commit(told.body(90));
    },
  },
];

describe('power cuts', () => {
  test.each(scenarios)(
    'given $name, when the power goes at any one call, then what was acknowledged is there and work goes on',
    async ({ run }) => {
      let calls = 0;
      for (let nth = 1; ; nth += 1) {
        const disk = emptyDisk();
        const told = new Told();
        disk.onCall = ({ index }) => (index === nth ? 'crash' : undefined);
        await run(disk, told).catch((error: unknown) => told.errors.push(error));
        if (told.errors.length === 0) break;
        calls += 1;
        for (const cut of cuts(nth))
          await expectSecondLife(disk.powerCut(cut), fork(told), `call ${nth}, ${JSON.stringify(cut)}`);
      }
      expect(calls).toBeGreaterThan(40);
    },
  );
});
