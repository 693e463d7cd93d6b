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
