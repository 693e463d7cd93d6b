import { escapeForMarkdown, markdownCode } from '../../../../machines/index.js';
import type { Finding } from '../../offline/research/reports.js';
import type { Line } from './shapes.js';

/** A script as Markdown, with the findings of each line as notes. */
export function renderLines(title: string, lines: readonly Line[], findings: readonly Finding[]): string {
  const used = new Set(lines.flatMap(({ sources }) => sources));
  const turns = lines.map(({ speaker, text, sources }) => {
    const notes = sources.map((id) => ` [^${id}]`).join('');
    return `**${speaker}:** ${escapeForMarkdown(text)}${notes}`;
  });
  const notes = findings
    .filter(({ id }) => used.has(id))
    .map(({ id, file, text }) => `[^${id}]: ${markdownCode(file)}: ${escapeForMarkdown(text)}`);
  return `${[`# ${escapeForMarkdown(title)}`, ...turns, notes.join('\n')].join('\n\n')}\n`;
}
