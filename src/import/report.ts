import { escapeForTerminal } from '../../machines/index.js';

/** One thing that was noticed while reading older files, and what was done about it. */
export interface ReportLine {
  severity: 'info' | 'warning' | 'error';
  /** File and place in it: `state.json: completed_episodes[2].cost`. */
  where: string;
  what: string;
  decision: string;
}

/** Collects report lines. */
export class Report {
  readonly lines: ReportLine[] = [];

  note(severity: ReportLine['severity'], where: string, what: string, decision: string): void {
    this.lines.push({ severity, where: escapeForTerminal(where), what: escapeForTerminal(what), decision });
  }
}

/** The report for people. */
export function formatReport({
  report,
  imported,
  source,
}: {
  report: readonly ReportLine[];
  imported: readonly string[];
  source: string;
}): string {
  const lines = report.map(
    ({ severity, where, what, decision }) => `${severity.padEnd(7)} ${where}: ${what}; ${decision}`,
  );
  return [
    ...lines,
    `Imported ${imported.length} episode(s) from ${source}: ${imported.join(', ') || 'none'}. The original files were not changed.`,
  ].join('\n');
}
