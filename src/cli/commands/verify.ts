import { escapeForTerminal } from '../../../machines/escape.js';
import type { Run } from '../command.js';
import { countOf } from '../count-of.js';
import { fileProgress, journalProgress } from '../file-progress.js';
import { exits } from '../exit-codes.js';
import { formatUsd } from '../../../machines/usd.js';

export const run: Run = async (context) => {
  const manager = await context.open({ readOnly: true });
  const found = await manager.verify({
    onJournal: journalProgress(context),
    onFile: fileProgress(context),
  });
  const lines = found.problems.map(
    ({ position, session, what }) =>
      `  at ${position}${session ? `, ${session}` : ''}: ${escapeForTerminal(what)}`,
  );
  const counted = `${countOf(found.commits, 'commit')}, ${countOf(found.events, 'event')}, ${countOf(found.sessions, 'episode')}, ${formatUsd(found.spent)} spent${found.opening === 0 ? '' : ` (${formatUsd(found.opening)} of it before the journal began, in no episode)`}`;
  return {
    json: found,
    text: found.ok
      ? `Everything holds: ${counted}.`
      : `${found.problems.length} problem(s) in ${counted}:\n${lines.join('\n')}`,
    exit: found.ok ? exits.done : exits.invalidData,
  };
};
