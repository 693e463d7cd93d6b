import { describe, expect, test } from 'vitest';
import type { PlantedBug } from '../support/bundle.js';
import { engineWith } from '../support/engine-with.js';

const inTheJournal: [what: string, bug: PlantedBug, alarm: RegExp][] = [
  [
    'commits are acknowledged without a sync',
    {
      file: 'src/journal/journal.ts',
      from: 'const synced = isSure && this.#isRedone(landing) ? undefined : this.#sync({ force: true });',
      to: 'const synced = undefined as ProductionError | undefined;',
    },
    /at call \d+/,
  ],
  [
    'a commit refers to a payload that is not synced',
    { file: 'src/documents/durable-file.ts', from: 'if (isSynced) disk.sync(fd);', to: '' },
    /at call \d+.*(?:is missing|is altered)/,
  ],
  [
    "a payload's name is not synced",
    {
      file: 'src/documents/durable-file.ts',
      from: "if (durability === 'synced') disk.syncDirectory(dirname(path));",
      to: '',
    },
    /at call \d+.*(?:is missing|is altered)/,
  ],
  [
    'a segment gets its name before it is synced',
    { file: 'src/journal/make-segment.ts', from: '    disk.sync(fd);\n', to: '' },
    /does not begin with a header/,
  ],
  [
    'what a short write left is acknowledged',
    {
      file: 'src/journal/landing.ts',
      from: 'const count = isThere === true ? lines.filter((line) => line.end <= end).length : 0;',
      to: 'const count = lines.length;',
    },
    /at call \d+|is damaged/,
  ],
];

/** Beside each other in a story of which every commit that can be is durable by a redo file. */
const redo = { bytes: 800, after: 0 };
const inRedoFiles: [what: string, bug: PlantedBug][] = [
  [
    'a redo file is written over before the segment is synced',
    {
      file: 'src/journal/redo-files.ts',
      from: '|| own.at + bytes.length > redo.bytes) return false;',
      to: ') return false; if (own.at + bytes.length > redo.bytes) own.at = 0;',
    },
  ],
  [
    'who opens appends before he has brought back what is missing',
    { file: 'src/journal/journal.ts', from: 'if (!this.#restoreIfThereIsRoom()) return false;', to: '' },
  ],
];

const inTheChart: [what: string, bug: PlantedBug, alarm: RegExp][] = [
  [
    'a reservation may pass the total',
    {
      file: 'machines/episode/_money-checks.ts',
      from: 'if (event.amount > leftOf(context)) {',
      to: 'if (event.amount > leftOf(context) + 1) {',
    },
    /(?:guarded spending|a reservation) stays within the total and the day/,
  ],
  [
    "a cost may pass the day's cap",
    {
      file: 'machines/episode/money.ts',
      from: 'return move !== undefined && move.after > move.cap;',
      to: 'return move !== undefined && move.after > move.cap + 1;',
    },
    /spending above a cap fails the episode|the day is announced/,
  ],
];

describe('bugs planted in the engine', () => {
  test('given no bug, then no alarm rings', async () => {
    const { crashEverywhere, explorePaths, story } = await engineWith();
    const { points } = await crashEverywhere(story, { faults: ['crash', 'short'], cuts: ['lose-unsynced'] });
    expect(points).toBeGreaterThan(150);
    expect(explorePaths({ steps: 1000 }).steps).toBeGreaterThan(999);
  });

  test.each(inTheJournal)(
    'given %s, when power is cut and calls fail everywhere, then the alarm rings',
    async (_what, bug, alarm) => {
      const { crashEverywhere, story } = await engineWith(bug);
      await expect(crashEverywhere(story, { cuts: ['lose-unsynced', 'keep-unsynced'] })).rejects.toThrow(
        alarm,
      );
    },
  );

  test.each(inRedoFiles)(
    'given %s, when power is cut and calls fail everywhere, then the alarm rings',
    async (_what, bug) => {
      const { crashEverywhere, story } = await engineWith(bug);
      const cuts = ['lose-unsynced'] as const;
      await expect(crashEverywhere(story, { faults: ['crash'], cuts, disk: { redo } })).rejects.toThrow(
        /at call \d+|is damaged/,
      );
    },
  );

  test.each(inTheChart)(
    'given %s, when every story is told, then the alarm rings',
    async (_what, bug, alarm) => {
      const { explorePaths } = await engineWith(bug);
      expect(() =>
        explorePaths({
          policy: {
            budgets: { research: '0.50', script: '0.50', audio: '0.50', total: '1.00' },
            dailyCap: '1.20',
          },
          steps: 200_000,
        }),
      ).toThrow(alarm);
    },
  );
});
