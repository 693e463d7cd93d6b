import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProductionError, type ProductionStateManager } from '../../src/index.js';
import {
  copyOf,
  editFile,
  historiesOf,
  openOrRefusal,
  tries,
  toldProduction,
  type Told,
} from './told-production.js';
import { edit, type Edit } from './edits.js';

interface Damage {
  /** Which of the segments, counted round. */
  segment: number;
  edits: Edit[];
  /** What becomes of the file besides. */
  file: 'stays' | 'is deleted' | 'is another one' | 'is there twice';
}

const damage = fc.record<Damage>({
  segment: fc.nat(20),
  edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
  file: fc.oneof(
    { weight: 8, arbitrary: fc.constant('stays' as const) },
    { weight: 1, arbitrary: fc.constantFrom('is deleted', 'is another one', 'is there twice') },
  ),
});

function damageJournal(directory: string, { segment, edits, file }: Damage): void {
  const folder = join(directory, 'journal');
  const names = readdirSync(folder).sort();
  const at = (n: number): string => join(folder, names[n % names.length] ?? '');
  if (file === 'is deleted') return rmSync(at(segment));
  if (file === 'is another one') return copyFileSync(at(segment + 1), at(segment));
  if (file === 'is there twice') copyFileSync(at(segment), join(folder, '00000000000000000100.ndjson'));
  editFile(at(segment), edits);
}

/** Whether the one is how the other begins, episode by episode. */
function isPrefix(part: string[][], whole: string[][]): boolean {
  return part.every((history, episode) => history.every((step, index) => whole[episode]?.[index] === step));
}

async function expectNothingInvented(manager: ProductionStateManager, told: Told): Promise<void> {
  const present = (await manager.listEpisodes()).map(({ session_id: id }) => id);
  expect(told.ids).toEqual(expect.arrayContaining(present));
  const histories = await historiesOf(manager, present);
  expect(
    isPrefix(
      histories,
      present.map((id) => told.histories[told.ids.indexOf(id)] ?? []),
    ),
  ).toBe(true);
  await manager.verify();
}

describe("a journal's bytes, damaged in any way", () => {
  test('given its documents, when it is opened, then everything is there or the loss is told, and nothing is invented', async () => {
    const told = await toldProduction();
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(damage, async (what) => {
        const directory = copyOf(told.directory);
        damageJournal(directory, what);
        const found = await openOrRefusal(directory);
        if (found instanceof ProductionError) refused += 1;
        const refusal: unknown =
          found instanceof ProductionError
            ? found
            : await expectWhole(found, told).catch((error: unknown) => error);
        expect([
          undefined,
          'journal_damaged',
          'journal_unavailable',
          'production_upgraded',
          'import_invalid',
        ]).toContain(codeOf(refusal));
        rmSync(directory, { recursive: true });
      }),
      tries(130),
    );
    expect(refused).toBeGreaterThan(10);
  });

  test('given no document, when it is opened, then what is there is how the story began, and work goes on or the damage is told', async () => {
    const told = await toldProduction();
    let opened = 0;
    await fc.assert(
      fc.asyncProperty(damage, async (what) => {
        const directory = copyOf(told.directory);
        for (const name of readdirSync(directory))
          if (name !== 'journal') rmSync(join(directory, name), { recursive: true });
        damageJournal(directory, what);
        const found = await openOrRefusal(directory);
        if (!(found instanceof ProductionError)) {
          opened += 1;
          await goOn(found, told);
        }
        rmSync(directory, { recursive: true });
      }),
      tries(130),
    );
    expect(opened).toBeGreaterThan(0);
  });
});

/** The code of an error of ours, undefined for none; other errors are thrown. */
function codeOf(error: unknown): string | undefined {
  if (error === undefined || error instanceof ProductionError) return error?.code;
  throw error;
}

/** All of it, to the cent, or the audit tells what is wrong. */
async function expectWhole(manager: ProductionStateManager, told: Told): Promise<void> {
  const { problems } = await manager.verify();
  if (problems.length > 0) return manager.close();
  expect(await historiesOf(manager, told.ids)).toEqual(told.histories);
  expect(await manager.getTotalSpending()).toBe(told.spent);
  return manager.close();
}

async function goOn(manager: ProductionStateManager, told: Told): Promise<void> {
  try {
    await expectNothingInvented(manager, told);
    const sessionId = await manager.createEpisodeSession({ episodeNum: 9, topic: 'After the damage' });
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.01', key: 'after' });
    await manager.close();
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (!['journal_damaged', 'journal_unavailable', 'production_upgraded'].includes(code)) throw error;
  }
}
