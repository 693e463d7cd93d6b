import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ProductionStateManager } from '../../manager/manager.js';
import type { Imported, ImportOptions } from '../../import/import-older.js';
import type { Context, Run } from '../command.js';
import { exits } from '../exit-codes.js';
import { countProgress } from '../file-progress.js';
import { moveIntoLog } from '../move-into-log.js';

export const run: Run = async (context, [path = ''], { dryRun, withoutTests: without, into: url }) => {
  if (typeof url === 'string') return moveIntoLog(context, resolve(path), url);
  const { importOlder, readOlderApart, formatReport } = await import('../../import/index.js');
  const isDryRun = dryRun === true;
  const options = {
    withoutTests: without === true,
    onEpisodes: countProgress(context, 'importing episodes'),
  };
  // Read first: a file that is refused makes no production.
  const older = await readOlderApart(path);
  const imported = isDryRun
    ? await tryImport(context, (production, into) => importOlder(production, older, { ...options, into }))
    : await importOlder((await context.open({ make: true })).production, older, options);
  const failed = imported.report.some(({ severity }) => severity === 'error');
  return {
    json: { ...imported, dry_run: isDryRun },
    text: `${formatReport(imported)}${isDryRun ? '\nThis was a rehearsal in a folder of its own: nothing was imported.' : ''}`,
    exit: failed ? exits.invalidData : exits.done,
  };
};

/** Imports into a production that is thrown away, by the policy of the real one, as if it went into that. */
async function tryImport(
  context: Context,
  importInto: (
    rehearsal: ProductionStateManager['production'],
    into: NonNullable<ImportOptions['into']>,
  ) => Promise<Imported>,
): Promise<Imported> {
  const { ProductionStateManager: Manager } = await import('../../manager/manager.js');
  const { policyInput } = await import('../../../machines/index.js');
  const real = await context.open({ readOnly: true }).catch(() => undefined);
  const directory = mkdtempSync(join(tmpdir(), 'showrunner-import-'));
  try {
    const rehearsal = await Manager.open({
      directory,
      ...(real ? { policy: policyInput(real.production.policy) } : {}),
    });
    const { production } = rehearsal;
    return await importInto(production, real?.production ?? production).finally(() => rehearsal.close());
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
