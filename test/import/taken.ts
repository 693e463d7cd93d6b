import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { importOlder } from '../../src/import/index.js';
import type { ProductionStateManager } from '../../src/index.js';
import { expectSound, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

/** An older production of these files; a text is written as it is. */
export function older(files: Readonly<Record<string, unknown>>): string {
  const directory = temporaryDirectory();
  for (const [name, value] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return directory;
}

/** Imports it into a new production, which is sound afterwards; the report comes as lines. */
export async function taken(
  path: string,
): Promise<{ manager: ProductionStateManager; imported: string[]; lines: string[] }> {
  const manager = await openProduction(temporaryDirectory());
  const { imported, report } = await importOlder(manager.production, path);
  await expectSound(manager);
  return {
    manager,
    imported,
    lines: report.map(({ severity, where, what, decision }) => `${severity} ${where}: ${what}; ${decision}`),
  };
}
