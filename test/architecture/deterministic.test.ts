import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ofItsOwn =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(|\brandomBytes\(|\bperformance\.now\(/;

// An answer with a time of its own held a log up for ever, where Restate ran a handler again whose answer it had already (error 570, one run of eight).
test.each([
  'src/restate/log-object.ts',
  'src/restate/queue.ts',
  'src/restate/frame.ts',
  'src/restate/messages.ts',
])(
  'given %s, which Restate may run again, then it takes no time and no chance that are not in its journal',
  (file) => {
    expect(readFileSync(`${root}${file}`, 'utf8')).not.toMatch(ofItsOwn);
  },
);
