import Table from 'cli-table3';
import { loadTitle, number, type LoadResults, type Results, type Row } from './results.js';

const head = ['steps a second', 'to Showrunner', 'steps synced', 'cold resume, ms', 'closing, ms'];

function cells(row: Row): string[] {
  const cut = row.isWhole ? '' : ` (measured on ${number(row.steps)} steps)`;
  return [
    `${number(row.stepsPerSecond)}${cut}`,
    `× ${number(row.ratio)}`,
    row.synced ? 'yes' : 'no',
    number(row.resumeMs),
    number(row.closeMs),
  ];
}

function heading(load: LoadResults): string {
  return `${loadTitle(load)} (${load.rounds} ${load.rounds === 1 ? 'round' : 'rounds'})`;
}

export function asText({ environment, loads }: Results): string {
  const tables = loads.map((load) => {
    const table = new Table({ head: [heading(load), ...head], style: { head: [], border: [] } });
    for (const row of load.rows) table.push([row.title, ...cells(row)]);
    return table.toString();
  });
  return `${[...tables, environment].join('\n')}\n`;
}

export function asMarkdown({ environment, loads }: Results): string {
  const line = (parts: string[]): string => `| ${parts.join(' | ')} |`;
  const tables = loads.map((load) =>
    [
      line([heading(load), ...head]),
      line(['---', ...head.map(() => '---:')]),
      ...load.rows.map((row) => line([row.title, ...cells(row)])),
    ].join('\n'),
  );
  return [...tables, `Measured on ${environment}.`].join('\n\n');
}
