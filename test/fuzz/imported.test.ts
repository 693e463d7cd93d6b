import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { importOlder } from '../../src/import/index.js';
import { ProductionError } from '../../src/index.js';
import { writeNumbered, writeSeed } from '../import/older-files.js';
import { expectSound, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';
import { edit, jsonFilesIn } from './edits.js';
import { copyOf, editFile, tries } from './told-production.js';

describe.each([
  ['numbered', writeNumbered],
  ['3.0.0', writeSeed],
])('an older production of the %s shape, damaged in any way', (_, write) => {
  test('when it is imported, then what is understood is sound, what is not is told, and nothing of it is changed', async () => {
    const whole = temporaryDirectory();
    write(whole);
    const manager = await openProduction(temporaryDirectory());
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.array(edit, { minLength: 1, maxLength: 3 })), {
          minLength: 1,
          maxLength: 3,
        }),
        async (damages) => {
          const older = copyOf(whole);
          const files = jsonFilesIn(older);
          for (const [n, edits] of damages) editFile(files[n % files.length] ?? '', edits);
          const before = files.map((file) => readFileSync(file, 'latin1'));
          // What was imported before is there already: most of what is told then is only that.
          const outcome: unknown = await importOlder(manager.production, join(older, 'state.json')).catch(
            (error: unknown) => error,
          );
          const isRefused = outcome instanceof ProductionError;
          if (isRefused) refused += 1;
          expect(isRefused ? outcome.code : Object.keys(outcome as object)).toEqual(
            isRefused ? 'import_invalid' : ['source', 'imported', 'opening', 'report'],
          );
          expect(jsonFilesIn(older)).toEqual(files);
          expect(files.map((file) => readFileSync(file, 'latin1'))).toEqual(before);
          rmSync(older, { recursive: true });
        },
      ),
      tries(60),
    );
    expect(refused).toBeGreaterThan(5);
    await expectSound(manager);
  });
});
