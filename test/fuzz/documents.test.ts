import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProductionError } from '../../src/index.js';
import { expectDocumentsParse, expectSound } from '../support/production.js';
import { edit } from './edits.js';
import { copyOf, editFile, historiesOf, openOrRefusal, tries, toldProduction, type Told } from './told-production.js';

/** Every document below a production, but not its policy, which is the user's own. */
function documentsIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')).sort().map((name) => join(directory, name));
}

const replaced = fc.record({ value: fc.jsonValue(), where: fc.nat() });

describe('documents, damaged in any way', () => {
  test('given edited bytes, when it is opened, then the journal is right, and all documents are made again', async () => {
    const told = await toldProduction();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(), fc.array(edit, { minLength: 1, maxLength: 2 })), { minLength: 1, maxLength: 4 }), async (damages) => {
        const directory = copyOf(told.directory);
        const files = documentsIn(directory);
        for (const [n, edits] of damages) editFile(files[n % files.length] ?? '', edits);
        const { histories, spent } = told;
        expect([{ histories, spent }, 'journal_damaged']).toContainEqual(await whatIsThere(directory, told));
        rmSync(directory, { recursive: true });
      }),
      tries(70),
    );
  });

  test('given any JSON in any place of a document, when it is opened, then the journal is right, and all documents are made again', async () => {
    const told = await toldProduction();
    await fc.assert(
      fc.asyncProperty(fc.nat(), replaced, async (n, { value, where }) => {
        const directory = copyOf(told.directory);
        const files = documentsIn(directory);
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
  await found.addCost({ sessionId: ids[0] ?? '', phase: 'script', operation: 'step', cost: '0.01', key: 'after' });
  await found.close();
  expectDocumentsParse(directory);
  return there;
}

/** The JSON with its `n`-th value, counted through, replaced; the whole of it when `n` is beyond. */
function replaceAt(json: unknown, n: number, value: unknown): unknown {
  const places: [Record<string, unknown>, string][] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key]);
      walk((node as Record<string, unknown>)[key]);
    }
  };
  walk(json);
  const [parent, key] = places[n % (places.length + 1)] ?? [];
  if (!parent || key === undefined) return value;
  parent[key] = value;
  return json;
}
