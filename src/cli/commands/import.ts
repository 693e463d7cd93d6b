import type { Run } from '../command.js';
import { exits } from '../exit-codes.js';

export const run: Run = async (context, [path = '']) => {
  const { importOlder, formatReport } = await import('../../import/index.js');
  const manager = await context.open({ make: true });
  const imported = await importOlder(manager.production, path);
  const failed = imported.report.some(({ severity }) => severity === 'error');
  return { json: imported, text: formatReport(imported), exit: failed ? exits.invalidData : exits.done };
};
