import { ProductionError } from '../../machines/errors.js';
import type { PolicyPast } from '../calls/policy.js';
import { dayWarnings } from '../reports/warnings.js';
import type { CommitAhead, MarkedAhead } from '../record/commit-ahead.js';
import type { Context } from './command.js';
import { journalProgress } from './file-progress.js';
import type { Finding } from './examine.js';

/** Whether `policy.json` can be taken in, and whether programs overwrite each other's policy. The journal must be whole. */
export async function examinePolicy(context: Context): Promise<Finding[]> {
  const { PolicyFile } = await import('../manager/policy-file.js');
  return [
    ...examineFile(new PolicyFile(context.directory)),
    ...quarrels(await pastOf(context)),
    ...(await examineDay(context)),
  ];
}

// As much a clock may lag before it is refused.
const toleratedMs = 3_600_000;

function examineClock(ahead: CommitAhead | undefined): Finding[] {
  if (!ahead) return [];
  return [
    {
      severity: 'attention',
      what: `the commit at ${ahead.position}, by ${ahead.writer}, says that it was made at ${ahead.at}, which has not come yet: whoever writes is refused until an hour before`,
      advice: `Set this machine's clock right, or, if it is right: showrunner clock --accept --reason "…"`,
    },
  ];
}

/** For as many days a clock that was ahead and did no harm is told of. */
const toldDays = 7;

function examineMarked(marked: MarkedAhead | undefined): Finding[] {
  if (!marked || Date.now() - Date.parse(marked.at) > toldDays * 86_400_000) return [];
  return [
    {
      severity: 'note',
      what: `the commit at ${marked.position}, by ${marked.writer}, was made with a clock that said ${marked.said}, ahead of everybody's: it was given the disk's time, ${marked.at}`,
      advice: `Set that machine's clock right, or the file server's; if that machine is the one that is right, say so there: showrunner clock --accept --reason "…"`,
    },
  ];
}

async function examineDay(context: Context): Promise<Finding[]> {
  try {
    const { production } = await context.open({ readOnly: true });
    const ahead = examineClock(production.commitAhead(new Date(Date.now() + toleratedMs).toISOString()));
    const day = dayWarnings(production.today(), production.policy.warnAtPercent).map(({ text }): Finding => ({
      severity: 'note',
      what: text,
      advice:
        'showrunner policy shows the cap; showrunner budget <episode> day +<dollars> --reason "…" raises it for today',
    }));
    return [...ahead, ...examineMarked(production.markedAhead()), ...day];
  } catch (error) {
    // Something lies in the way, and is a finding already.
    if (error instanceof ProductionError) return [];
    throw error;
  }
}

async function pastOf(context: Context): Promise<PolicyPast[]> {
  try {
    const manager = await context.open({ readOnly: true });
    return await manager.getPolicyHistory({
      onJournal: journalProgress(context, 'looking for changes of policy'),
    });
  } catch (error) {
    // Something lies in the way, and is a finding already.
    if (error instanceof ProductionError) return [];
    throw error;
  }
}

function examineFile(file: { check(): void }): Finding[] {
  try {
    file.check();
    return [];
  } catch (error) {
    if (!(error instanceof ProductionError)) throw error;
    return [
      {
        severity: 'attention',
        what: error.message,
        advice: 'Until then nothing that changes the production can be begun; who is at work goes on.',
      },
    ];
  }
}

/** Values that were set, taken back and set again, none of it by a person who asked for it: two programs, each with a policy of its own. */
export function quarrels(
  past: readonly Pick<PolicyPast, 'source' | 'reason' | 'by' | 'changes'>[],
): Finding[] {
  const last = new Map<string, Turn>();
  const findings = new Map<string, Finding>();
  for (const { source, changes, ...who } of past) {
    for (const { path, from, to } of changes) {
      const before = last.get(path);
      const now = { from: JSON.stringify(from), to: JSON.stringify(to), ...who };
      const isBack = before !== undefined && before.from === now.to && before.to === now.from;
      const turns = source === 'asked' || !isBack ? 0 : before.turns + 1;
      if (source === 'asked') last.delete(path);
      else last.set(path, { ...now, turns });
      if (before && turns >= 2) findings.set(path, quarrel(path, before, now));
    }
  }
  return [...findings.values()];
}

interface Turn {
  from: string;
  to: string;
  by: string;
  reason: string;
  /** How often in a row it was set back. */
  turns: number;
}

function quarrel(path: string, one: Omit<Turn, 'turns'>, other: Omit<Turn, 'turns'>): Finding {
  return {
    severity: 'attention',
    what: `two programs overwrite each other's policy: ${path} is set to ${one.to} by ${one.by} (${one.reason}) and to ${other.to} by ${other.by} (${other.reason}), again and again`,
    advice: `Let one of them say ${path}; the other then goes by it: showrunner policy history`,
  };
}
