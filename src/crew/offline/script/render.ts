import { escapeForMarkdown } from '../../../../machines/index.js';
import type { Finding } from '../research/reports.js';
import type { Draft } from './compose.js';

/** The script as Markdown, with a note for the source of each quoted sentence. */
export function renderScript(title: string, draft: Draft, findings: ReadonlyMap<string, Finding>): string {
  const out = [`# ${escapeForMarkdown(title)}`, ''];
  const notes: string[] = [];
  for (const { segment, title: heading } of draft.segments) {
    out.push(`## ${escapeForMarkdown(heading)}`, '');
    for (const line of draft.lines.filter((one) => one.segment === segment)) {
      const finding = line.source === null ? undefined : findings.get(line.source.finding);
      out.push(
        `**${line.speaker}:** ${escapeForMarkdown(line.text)}${finding === undefined ? '' : ` [^${finding.id}]`}`,
        '',
      );
      if (finding !== undefined)
        notes.push(
          `[^${finding.id}]: ${escapeForMarkdown(finding.file)}, sentence ${String(finding.sentence)}${finding.heading === '' ? '' : `, under "${escapeForMarkdown(finding.heading)}"`}`,
        );
    }
  }
  return `${[...out, ...notes].join('\n')}\n`;
}
