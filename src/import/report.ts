import { escapeForTerminal } from '../../machines/index.js';

/** One thing that was noticed while reading older files, and what was done about it. */
export interface ReportLine {
  severity: 'info' | 'warning' | 'error';
  /** File and place in it: `state.json: completed_episodes[2].cost`. */
  where: string;
  what: string;
  decision: string;
  /** Every name that the line is about, where there are more than it shows. */
  names?: string[];
}

/** So many names are shown in a line. */
const mostShown = 10;

/** Collects report lines. */
export class Report {
  readonly lines: ReportLine[] = [];
  readonly #once = new Set<string>();

  note(severity: ReportLine['severity'], where: string, what: string, decision: string): void {
    this.lines.push({ severity, where: escapeForTerminal(where), what: escapeForTerminal(what), decision });
  }

  /** The same, unless that has been said of this place. */
  noteOnce(severity: ReportLine['severity'], where: string, what: string, decision: string): void {
    const key = JSON.stringify([where, what]);
    if (this.#once.has(key)) return;
    this.#once.add(key);
    this.note(severity, where, what, decision);
  }

  /** A line about names, of which it shows ten. */
  noteKeys(
    severity: ReportLine['severity'],
    where: string,
    what: string,
    names: readonly string[],
    decision: string,
  ): void {
    const shown = names
      .slice(0, mostShown)
      .map((name) => name.slice(0, 60))
      .join(', ');
    const more = names.length > mostShown ? `, and ${names.length - mostShown} more (--json names all)` : '';
    this.note(severity, where, `${what}: ${shown}${more}`, decision);
    const line = this.lines.at(-1);
    if (line && names.some((name, index) => index >= mostShown || name.length > 60))
      line.names = names.map((name) => escapeForTerminal(name));
  }
}

/** The report for people. */
export function formatReport({
  report,
  imported,
  opening,
  source,
}: {
  report: readonly ReportLine[];
  imported: readonly string[];
  opening: readonly { where: string; day: string; amount: number }[];
  source: string;
}): string {
  const lines = report.map(
    ({ severity, where, what, decision }) => `${severity.padEnd(7)} ${where}: ${what}; ${decision}`,
  );
  const balances = opening.map(
    ({ where, day, amount }) =>
      `opening balance ${escapeForTerminal(where)}: ${amount} dollars on ${day}, which belong to no episode`,
  );
  return [
    ...lines,
    ...balances,
    `Imported ${imported.length} episode(s) from ${source}: ${imported.join(', ') || 'none'}. The original files were not changed.`,
  ].join('\n');
}
