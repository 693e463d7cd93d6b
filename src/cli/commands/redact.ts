import type { RedactedFolder, Redaction } from '../../redaction/index.js';
import { askSecret } from '../ask-secret.js';
import type { Context, Result, Run } from '../command.js';
import { storeAt } from '../context.js';
import { exits } from '../exit-codes.js';
import { UsageError, needed } from '../usage-error.js';

const counting = 'only counted';

export const run: Run = async (context, [given], { reason, list, dryRun }) => {
  if (list === true) return past(context);
  if (given !== undefined && given.trim() === '') throw new UsageError('redact: the text is blank');
  const why = dryRun === true ? counting : needed(reason, '--reason');
  // Whoever has asked for the signal is not ended by it: what was begun is brought to its end.
  void context.signal;
  const text = given ?? (await askSecret('The text to take out (it is not shown): '));
  const { ProductionStateManager } = await import('../../manager/manager.js');
  const done = await ProductionStateManager.redact({
    directory: context.directory,
    text,
    by: context.by,
    reason: why,
    dryRun: dryRun === true,
    artifacts: await storeAt(context.artifacts),
  });
  const isClean = done.dryRun || [done, ...done.backups].every(({ left }) => left.length === 0);
  return { json: done, text: textOf(done), ...(isClean ? {} : { exit: exits.failed }) };
};

async function past(context: Context): Promise<Result> {
  const manager = await context.open({ readOnly: true });
  const redactions = await manager.getRedactions();
  const lines = redactions.map(
    ({ at, by, reason, sha256, length, places }) =>
      `${at}  ${by}: ${reason} (${length} characters, SHA-256 ${sha256.slice(0, 16)}…, ${countsOf(places)})`,
  );
  return {
    json: { redactions },
    text: lines.length === 0 ? 'Nothing was ever taken out.' : lines.join('\n'),
  };
}

function textOf(done: Redaction): string {
  const all = [done, ...done.backups];
  const total = all.reduce((sum, { places }) => sum + Object.values(places).reduce((a, b) => a + b, 0), 0);
  const left = all.flatMap((folder) => folder.left.map((path) => `${folder.directory}/${path}`));
  const remains =
    left.length === 0 ? [] : [`Not looked into, or written again meanwhile: ${left.join(', ')}`];
  if (total === 0)
    return ['The text is nowhere in this production; nothing was changed.', ...remains].join('\n');
  const where = all.map(lineOf);
  const next = done.dryRun
    ? ['Nothing was changed. Take it out: the same command with --reason instead of --dry-run.']
    : [
        'Other processes that had the production open have to be started again: they are told so.',
        'Revoke the secret at its provider: who has read it has it. See that all is well: showrunner verify',
      ];
  return [...where, ...remains, ...next].join('\n');
}

function lineOf({ directory, places, files }: RedactedFolder): string {
  const named = files.length === 0 ? '' : `: ${files.slice(0, 5).join(', ')}${files.length > 5 ? ', …' : ''}`;
  return `${directory}: ${countsOf(places)}${named}`;
}

function countsOf({ journal, documents, files }: RedactedFolder['places']): string {
  return `${journal} in the journal, ${documents} in documents, ${files} in files`;
}
