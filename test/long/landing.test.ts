import { expect, test } from 'vitest';
import { MemoryLog } from '../../src/testing/memory-log.js';
import { exploreLandings } from '../support/explore-landings.js';

const runs = Number(process.env['SHOWRUNNER_LANDINGS'] ?? 12);

test('given machines that do anything at any time on a log that lands commits behind others, then accounts are sound, caps hold, and nothing is lost or doubled', async () => {
  const counts = await exploreLandings(runs, () => {
    const log = new MemoryLog();
    return () => log.connect();
  });
  expect([...counts.keys()]).toEqual(expect.arrayContaining(['landed', 'behind others', 'moved']));
});

test('given the day ends meanwhile, and seconds pass between a commit and the next, then the same holds', async () => {
  const counts = await exploreLandings(Math.ceil(runs / 3), () => {
    let asked = 0;
    // Every few answers six seconds later, and soon past midnight.
    const log = new MemoryLog(() => {
      asked += 1;
      const laterMs = Math.floor(asked / 5) * 6_000;
      return new Date(Date.parse('2026-01-03T23:59:00.000Z') + laterMs).toISOString();
    });
    return () => log.connect();
  });
  expect([...counts.keys()]).toEqual(expect.arrayContaining(['landed', 'behind others', 'moved']));
});
