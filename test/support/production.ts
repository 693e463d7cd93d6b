import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished } from 'vitest';
import { ProductionStateManager, type OpenOptions } from '../../src/index.js';

/** Opens a production, and closes it when the test is over. */
export async function openProduction(
  directory: string,
  options: OpenOptions = {},
): Promise<ProductionStateManager> {
  const manager = await ProductionStateManager.open({ directory, ...options });
  onTestFinished(() => manager.close().catch(() => {}));
  return manager;
}

/** The bytes of the whole journal, void stretches included. */
export function journalText(directory: string): string {
  const folder = join(directory, 'journal');
  if (!existsSync(folder)) return '';
  const files = readdirSync(folder)
    .filter((file) => /^\d{20}\.ndjson/.test(file))
    .sort();
  return files
    .map((file) =>
      (file.endsWith('.gz')
        ? gunzipSync(readFileSync(join(folder, file)))
        : readFileSync(join(folder, file))
      ).toString('utf8'),
    )
    .join('');
}

export function readJson(...path: string[]): Record<string, unknown> {
  return JSON.parse(readFileSync(join(...path), 'utf8')) as Record<string, unknown>;
}

/** The keys of all costs that an episode's history has, in order. */
export async function costKeys(manager: ProductionStateManager, sessionId: string): Promise<string[]> {
  const history = await manager.history(sessionId);
  return history.flatMap(({ event }) =>
    (event.type === 'cost.recorded' || event.type === 'operation.settled') && event.key !== undefined
      ? [event.key]
      : [],
  );
}

/** Every invariant that can be asked of a production at rest (docs/reliability.md, What we promise). */
export async function expectSound(manager: ProductionStateManager): Promise<void> {
  const found = await manager.verify();
  expect(found.problems).toEqual([]);
  const states = await manager.listEpisodes();
  for (const state of states) {
    const { context } = await manager.getSnapshot(state.session_id);
    const phases = Object.values(context.phases).reduce((sum, phase) => sum + phase.spent, 0);
    expect({ id: state.session_id, phases }).toEqual({ id: state.session_id, phases: context.money.spent });
  }
  const { total_cost: total } = await manager.getGlobalMetrics();
  expect(Math.round(total * 1_000_000)).toBe(found.spent);
}

/** Every JSON document below a production's directory parses. */
export function expectDocumentsParse(directory: string): void {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.json') && !/(?:^|\/)\.tmp-/.test(file),
  );
  for (const file of files) expect(readJson(directory, file)).toBeTypeOf('object');
}
