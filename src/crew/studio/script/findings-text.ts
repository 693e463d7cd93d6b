import type { Finding } from '../../offline/research/reports.js';

/** Text of a stranger between marks that it cannot end. */
export function asData(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Findings as a model gets them: data, with its id and where it was found. */
export function findingsText(findings: readonly Finding[]): string {
  return findings
    .map(({ id, text, source_title }) => {
      return `<finding id="${asData(id)}" source="${asData(source_title)}">${asData(text)}</finding>`;
    })
    .join('\n');
}
