import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { costKeys, expectDocumentsParse, expectSound, openProduction, readJson } from './production.js';
import type { Said } from './worker.js';

/** Every acknowledged key is there once; a process that was killed has at most one more. Documents are whole, and equal when they are made anew. */
export async function expectNothingLost(
  directory: string,
  sessions: string[],
  acknowledged: Map<string, Said[]>,
): Promise<void> {
  expectDocumentsParse(directory);
  const manager = await openProduction(directory);
  const keys = (await Promise.all(sessions.map((sessionId) => costKeys(manager, sessionId)))).flat();
  expect(new Set(keys).size).toBe(keys.length);
  const histories = await Promise.all(sessions.map(async (sessionId) => manager.history(sessionId)));
  const corrected = histories
    .flat()
    .flatMap(({ event }) => (event.type === 'cost.corrected' ? [event.key] : []));
  const reasons = (await manager.getPolicyHistory()).map(({ reason }) => reason);
  for (const list of [corrected, reasons]) expect(new Set(list).size, 'done twice').toBe(list.length);
  const all = [...acknowledged.values()].flat();
  expect(corrected).toEqual(expect.arrayContaining(all.flatMap((each) => each.corrected ?? [])));
  expect(reasons).toEqual(expect.arrayContaining(all.flatMap((each) => each.policy ?? [])));
  for (const [label, said] of acknowledged) {
    const known = said.flatMap(({ key }) => key ?? []);
    const found = keys.filter((key) => key.startsWith(`${label}-`));
    expect(found).toEqual(expect.arrayContaining(known));
    expect(found.length - known.length).toBeLessThanOrEqual(1);
  }
  await expectSound(manager);
  await manager.close();
  await expectSameDocumentsWhenRebuilt(directory);
}

/** Deleting every document and opening again gives the same documents (payloads and artifacts are not documents). */
export async function expectSameDocumentsWhenRebuilt(directory: string): Promise<void> {
  const before = documents(directory);
  for (const file of Object.keys(before)) rmSync(join(directory, file));
  const manager = await ProductionStateManager.open({ directory });
  await manager.close();
  const after = documents(directory);
  expect(Object.keys(after)).toEqual(Object.keys(before));
  // A process killed between looking and renaming can leave a checkpoint's document one save behind: old, and not wrong. All others are equal.
  const behind = Object.keys(before).filter(
    (file) => isCheckpoint(file) && positionOf(before[file]) < positionOf(after[file]),
  );
  expect(behind.length).toBeLessThanOrEqual(2);
  for (const file of Object.keys(before))
    if (!behind.includes(file)) expect(after[file], file).toEqual(before[file]);
}

function isCheckpoint(file: string): boolean {
  return /checkpoint\.json$|\/checkpoints\//.test(file);
}

function positionOf(document: unknown): number {
  return (document as { showrunner: { position: number } }).showrunner.position;
}

function documents(directory: string): Record<string, unknown> {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  const shown = files
    .filter((file) => /(?:^state|\/session|\/checkpoint)\.json$|\/checkpoints\/[a-z_]+\.json$/.test(file))
    .sort();
  return Object.fromEntries(
    shown.map((file) => {
      const { crc32: _, ...document } = readJson(directory, file);
      return [file, document];
    }),
  );
}
