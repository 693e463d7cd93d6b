import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProductionStateManager } from '../../manager/manager.js';
import type { Imported } from '../../import/import-older.js';
import type { Context, Run } from '../command.js';
import { exits } from '../exit-codes.js';

export const run: Run = async (context, [path = ''], { dryRun, withoutTests: without }) => {
  const { importOlder, readOlderApart, formatReport } = await import('../../import/index.js');
  const isDryRun = dryRun === true;
  const options = { withoutTests: without === true };
  // Read first: a file that is refused makes no production.
  const older = await readOlderApart(path);
  const imported = isDryRun
    ? await tryImport(context, (production) => importOlder(production, older, options))
    : await importOlder((await context.open({ make: true })).production, older, options);
  const failed = imported.report.some(({ severity }) => severity === 'error');
  return {
    json: { ...imported, dry_run: isDryRun },
    text: `${formatReport(imported)}${isDryRun ? '\nThis was a rehearsal in a folder of its own: nothing was imported.' : ''}`,
    exit: failed ? exits.invalidData : exits.done,
  };
};

/** Imports into a production that is thrown away, by the policy of the real one, and takes out what that has already. */
async function tryImport(
  context: Context,
  importInto: (production: ProductionStateManager['production']) => Promise<Imported>,
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
    const tried = await importInto(rehearsal.production).finally(() => rehearsal.close());
    const isThere = (id: Imported['imported'][number]): boolean => real?.production.find(id) !== undefined;
    return {
      ...tried,
      imported: tried.imported.filter((id) => !isThere(id)),
      report: [
        ...tried.report,
        ...tried.imported.filter(isThere).map((where) => ({
          severity: 'info' as const,
          where,
          what: 'it is in this production already',
          decision: 'left as it is',
        })),
      ],
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
