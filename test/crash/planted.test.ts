import { describe, expect, onTestFinished, test } from 'vitest';
import { bundleProcess, type PlantedBug } from '../support/bundle.js';
import { expectSurvived } from './expect-survived.js';
import type { Call, Fault } from './point.js';
import { inFolder, planPoints } from './points.js';

const bugs: [what: string, fault: Fault, call: Call, bug: PlantedBug][] = [
  [
    'what was not written is acknowledged',
    'LIE',
    'write',
    {
      file: 'src/journal/landing.ts',
      from: 'const count = isThere ? lines.filter((line) => line.end <= end).length : 0;',
      to: 'const count = lines.length;',
    },
  ],
  [
    'a commit refers to a file that is written later',
    'KILL',
    'write',
    {
      file: 'src/documents/documents.ts',
      from: '    replaceFile(this.#disk, path, [bytes]);\n',
      to: '    setTimeout(() => replaceFile(this.#disk, path, [bytes]), 3000);\n',
    },
  ],
];

describe('bugs planted in a process whose system calls fail', () => {
  test.each(bugs)(
    'given that %s, when each call has %s, then the alarm rings',
    async (_what, fault, call, bug) => {
      const { file, remove } = await bundleProcess('test/crash/scenario.ts', `planted-${fault}`, bug);
      onTestFinished(remove);
      const points = (await planPoints(file, fault)).filter((point) => point.call === call);
      expect(points.length).toBeGreaterThan(0);
      const alarms: unknown[] = [];
      // A call that is the engine's in one life may be the event loop's in the next: whoever has struck beside it strikes again.
      for (const point of [...points, ...points, ...points]) {
        await inFolder(file, point, (life, directory) => expectSurvived(directory, life)).catch(
          (error: unknown) => alarms.push(error),
        );
        if (alarms.length > 0) break;
      }
      expect(alarms).toHaveLength(1);
      expect(String(alarms[0])).toMatch(/AssertionError|ProductionError/);
    },
  );
});
