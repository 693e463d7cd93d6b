import { describe, expect, onTestFinished, test } from 'vitest';
import { bundleProcess, type PlantedBug } from '../support/bundle.js';
import { expectSurvived } from './expect-survived.js';
import { pointName, type Call, type Fault } from './point.js';
import { inFolder, planOfALife } from './points.js';

const bugs: [what: string, fault: Fault, call: Call, bug: PlantedBug][] = [
  [
    'what was not written is acknowledged',
    'LIE',
    'write',
    {
      file: 'src/journal/landing.ts',
      from: 'const count = isThere === true ? lines.filter((line) => line.end <= end).length : 0;',
      to: 'const count = lines.length;',
    },
  ],
  [
    'a commit refers to a file that is written later',
    'KILL',
    'write',
    {
      file: 'src/documents/documents.ts',
      from: '    replaceFile(this.#disk, path, [bytes], { seeJournal: this.#seeJournal });\n',
      to: '    setTimeout(() => replaceFile(this.#disk, path, [bytes], { seeJournal: this.#seeJournal }), 3000);\n',
    },
  ],
];

describe('bugs planted in a process whose system calls fail', () => {
  test.each(bugs)(
    'given that %s, when each call has %s, then the alarm rings',
    async (_what, fault, call, bug) => {
      const { file, remove } = await bundleProcess('test/crash/scenario.ts', `planted-${fault}`, bug);
      onTestFinished(remove);
      const alarms: unknown[] = [];
      const tried: string[] = [];
      for (let round = 0; round < 5 && alarms.length === 0; round += 1) {
        // Planned anew each time: on a busy machine a call has another number in the next life, and what was planned once strikes nothing.
        const points = (await planOfALife(file, fault)).filter((point) => point.call === call);
        for (const point of points.toReversed()) {
          tried.push(pointName(point));
          await inFolder(file, point, (life, directory) => expectSurvived(directory, life)).catch(
            (error: unknown) => alarms.push(error),
          );
          if (alarms.length > 0) break;
        }
      }
      expect(alarms, `no alarm at ${tried.join(', ')}`).toHaveLength(1);
      expect(String(alarms[0])).toMatch(/AssertionError|ProductionError/);
    },
  );
});
