import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProductionError } from '../../src/index.js';
import { expectDocumentsParse, expectSound } from '../support/production.js';
import { edit, jsonFilesIn, replaceAt } from './edits.js';
import {
  copyOf,
  editFile,
  historiesOf,
  openOrRefusal,
  tries,
  toldProduction,
  type Told,
} from './told-production.js';

const replaced = fc.record({ value: fc.jsonValue(), where: fc.nat() });

describe('documents, damaged in any way', () => {
  test('given edited bytes, when it is opened, then the journal is right, and all documents are made again', async () => {
    const told = await toldProduction();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.array(edit, { minLength: 1, maxLength: 2 })), {
          minLength: 1,
          maxLength: 4,
        }),
        async (damages) => {
          const directory = copyOf(told.directory);
          const files = jsonFilesIn(directory);
          for (const [n, edits] of damages) editFile(files[n % files.length] ?? '', edits);
          const { histories, spent } = told;
          expect([{ histories, spent }, 'journal_damaged']).toContainEqual(
            await whatIsThere(directory, told),
          );
          rmSync(directory, { recursive: true });
        },
      ),
      tries(70),
    );
  });

  test('given any JSON in any place of a document, when it is opened, then the journal is right, and all documents are made again', async () => {
    const told = await toldProduction();
    await fc.assert(
      fc.asyncProperty(fc.nat(), replaced, async (n, { value, where }) => {
        const directory = copyOf(told.directory);
        const files = jsonFilesIn(directory);
        const file = files[n % files.length] ?? '';
        writeFileSync(file, JSON.stringify(replaceAt(JSON.parse(readFileSync(file, 'utf8')), where, value)));
        const { histories, spent } = told;
        expect([{ histories, spent }, 'journal_damaged']).toContainEqual(await whatIsThere(directory, told));
        rmSync(directory, { recursive: true });
      }),
      tries(70),
    );
  });
});

/** What an opened production has, after some more work; a refusal's code where a document tells of commits that no journal has. */
async function whatIsThere(directory: string, { ids }: Told): Promise<unknown> {
  const found = await openOrRefusal(directory);
  if (found instanceof ProductionError) return found.code;
  const there = { histories: await historiesOf(found, ids), spent: await found.getTotalSpending() };
  await expectSound(found);
  await found.addCost({
    sessionId: ids[0] ?? '',
    phase: 'script',
    operation: 'step',
    cost: '0.01',
    key: 'after',
  });
  await found.close();
  expectDocumentsParse(directory);
  return there;
}
