import type { Context, Result, Run } from '../command.js';
import { UsageError, needed } from '../usage-error.js';

export const run: Run = async (context, _args, { accept, reason }) => {
  if (accept === true) return acceptClock(context, needed(reason, '--reason'));
  if (reason !== undefined) throw new UsageError('clock: --reason goes with --accept');
  const { production } = await context.open({ readOnly: true });
  const now = new Date().toISOString();
  const ahead = production.commitAhead(now) ?? null;
  const marked = production.markedAhead() ?? null;
  const lines = [
    ahead
      ? `This machine's clock says ${now}; the commit at ${ahead.position} was made at ${ahead.at} by ${ahead.writer}.\nIf this machine is right: showrunner clock --accept --reason "…"`
      : `This machine's clock says ${now}, and no commit is ahead of it.`,
    ...(marked
      ? [
          `The commit at ${marked.position} was made by ${marked.writer} with a clock that said ${marked.said}, ahead of everybody's; it was given the disk's time, ${marked.at}.`,
        ]
      : []),
  ];
  return { json: { now, ahead, marked }, text: lines.join('\n') };
};

async function acceptClock(context: Context, reason: string): Promise<Result> {
  const manager = await context.open();
  const accepted = await manager.acceptClock({ by: context.by, reason });
  return {
    json: { accepted },
    text: accepted
      ? 'Times go on from this clock.'
      : "Nothing to do: no commit is ahead of this clock, and it is not ahead of the disk's.",
  };
}
