import { escapeForTerminal } from '../../../machines/escape.js';
import type { Run } from '../command.js';
import { exits } from '../exit-codes.js';
import { examine } from '../examine.js';
import { examineArtifacts } from '../examine-artifacts.js';
import { examineOutward } from '../examine-outward.js';
import { examinePolicy } from '../examine-policy.js';

export const run: Run = async (context) => {
  const { findings, segments } = examine(context.directory);
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
    json: { ok: !bad, findings, segments },
    text,
    exit: bad ? exits.invalidData : exits.done,
  };
};
