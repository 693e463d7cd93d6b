import { ProductionError } from '../../../machines/errors.js';
import { escapeForTerminal } from '../../../machines/escape.js';
import type { Run } from '../command.js';
import { exits } from '../exit-codes.js';
import { examine } from '../examine.js';
import { examineLog } from '../examine-log.js';
import { examineArtifacts } from '../examine-artifacts.js';
import { examineOutward } from '../examine-outward.js';
import { examinePolicy } from '../examine-policy.js';

export const run: Run = async (context) => {
  const carried = await examineLog(context);
  // What is behind is brought up, where it can be.
  if (carried?.log.reachable && !carried.findings.some(({ severity }) => severity !== 'note'))
    await context.open({ readOnly: true }).catch(unlessOfDocument);
  const { findings, segments } = examine(context.directory, context);
  findings.unshift(...(carried?.findings ?? []));
  if (segments.length > 0 && !findings.some(({ severity }) => severity === 'damage'))
    findings.push(
      ...(await examineArtifacts(context)),
      ...(await examinePolicy(context)),
      ...examineOutward(context.directory),
    );
  const bad = findings.some(({ severity }) => severity === 'damage');
  const text =
    findings.length === 0
      ? 'All is well.'
      : findings
          .map(
            ({ severity, what, advice }) =>
              `${severity}: ${escapeForTerminal(what)}\n  ${escapeForTerminal(advice)}`,
          )
          .join('\n');
  return {
    json: { ok: !bad, findings, segments, ...(carried && { log: carried.log }) },
    text,
    exit: bad ? exits.invalidData : exits.done,
  };
};

/** What is wrong with a document is a finding. */
function unlessOfDocument(error: unknown): void {
  if (!(error instanceof ProductionError) || error.code !== 'document_unavailable') throw error;
}
