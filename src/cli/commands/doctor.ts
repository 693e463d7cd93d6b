import type { Run } from '../command.js';
import { exits } from '../exit-codes.js';
import { examine } from '../examine.js';

export const run: Run = (context) => {
  const { findings, segments } = examine(context.directory);
  const bad = findings.some(({ severity }) => severity === 'damage');
  const text =
    findings.length === 0
      ? 'All is well.'
      : findings.map(({ severity, what, advice }) => `${severity}: ${what}\n  ${advice}`).join('\n');
  return Promise.resolve({
    json: { ok: !bad, findings, segments },
    text,
    exit: bad ? exits.invalidData : exits.done,
  });
};
