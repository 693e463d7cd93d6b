import { loadTitle, number, type LoadResults, type Results, type Row } from './results.js';

const width = 880;
const left = 270;
const right = 84;
const top = 84;
const rowHeight = 26;
const barHeight = 16;
const panelHead = 46;
const panelGap = 22;
const foot = 76;

const style = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2328; }
  .value { paint-order: stroke; stroke: #ffffff; stroke-width: 5px; stroke-linejoin: round; }
  .card { fill: #ffffff; stroke: #d1d9e0; }
  .title { font-size: 17px; font-weight: 600; }
  .panel { font-weight: 600; }
  .quiet { fill: #59636e; font-size: 12px; }
  .ours { fill: #0969da; }
  .peer { fill: #8c959f; }
  .unsynced { fill: #ffffff; fill-opacity: 0; stroke: #8c959f; stroke-width: 1.5; stroke-dasharray: 4 3; }
  .grid { stroke: #d1d9e0; }
  .strong { font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .value { stroke: #0d1117; }
    .card { fill: #0d1117; stroke: #3d444d; }
    .quiet { fill: #9198a1; }
    .ours { fill: #4493f8; }
    .peer { fill: #7d8590; }
    .unsynced { stroke: #9198a1; }
    .grid { stroke: #2f353d; }
  }
`;

/** Steps a second as horizontal bars on a logarithmic scale, a panel for each load. One SVG, legible on light and on dark. */
export function drawChart({ loads, environment }: Results): string {
  const speeds = loads.flatMap(({ rows }) => rows.map(({ stepsPerSecond }) => stepsPerSecond));
  const from = Math.floor(Math.log10(Math.min(...speeds) / 3));
  const to = Math.log10(Math.max(...speeds));
  const scale: Scale = {
    from,
    to,
    x: (value) => left + ((Math.log10(value) - from) / (to - from)) * (width - left - right),
  };
  let y = top;
  const panels = loads.map((load) => {
    const drawn = drawPanel(load, y, scale);
    y += panelHead + load.rows.length * rowHeight + panelGap;
    return drawn;
  });
  const height = y - panelGap + foot;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${described(loads)}">`,
    `<style>${style}</style>`,
    `<rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    `<text class="title" x="24" y="36">Steps a second</text>`,
    `<text class="quiet" x="24" y="56">Logarithmic scale: each line is ten times the one before. Longer is better.</text>`,
    ...legend(),
    ...panels,
    `<text class="quiet" x="24" y="${height - 40}">Synced: an acknowledged step survives a power cut. * cut short: measured on the first steps only.</text>`,
    `<text class="quiet" x="24" y="${height - 20}">${escaped(environment)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

interface Scale {
  /** Powers of ten at the axis' ends. */
  from: number;
  to: number;
  x: (value: number) => number;
}

function drawPanel(load: LoadResults, y: number, scale: Scale): string {
  const begin = y + panelHead;
  const end = begin + load.rows.length * rowHeight;
  const decades = Array.from(
    { length: Math.floor(scale.to) - scale.from + 1 },
    (_, index) => 10 ** (scale.from + index),
  );
  return [
    `<text class="panel" x="24" y="${y + 14}">${loadTitle(load)}</text>`,
    ...decades.flatMap((value) => [
      `<line class="grid" x1="${round(scale.x(value))}" x2="${round(scale.x(value))}" y1="${begin - 6}" y2="${end}"/>`,
      `<text class="quiet" x="${round(scale.x(value))}" y="${begin - 11}" text-anchor="middle">${value.toLocaleString('en-US')}</text>`,
    ]),
    ...load.rows.map((row, index) => drawBar(row, begin + index * rowHeight, scale)),
  ].join('\n');
}

function drawBar(row: Row, y: number, { x }: Scale): string {
  const strong = row.name === 'showrunner' ? ' strong' : '';
  const kind = row.name === 'showrunner' ? 'ours' : row.synced ? 'peer' : 'unsynced';
  const end = x(row.stepsPerSecond);
  const baseline = y + rowHeight / 2 + 4.5;
  return [
    `<text class="name${strong}" x="${left - 12}" y="${baseline}" text-anchor="end">${escaped(row.title)}</text>`,
    `<rect class="${kind}" x="${left}" y="${y + (rowHeight - barHeight) / 2}" width="${round(end - left)}" height="${barHeight}" rx="2"/>`,
    `<text class="value${strong}" x="${round(end + 8)}" y="${baseline}">${number(row.stepsPerSecond)}${row.isWhole ? '' : ' *'}</text>`,
  ].join('\n');
}

function legend(): string[] {
  const entries = [
    ['ours', 'Showrunner, synced', 452],
    ['peer', 'peer, synced', 614],
    ['unsynced', 'peer, not synced', 730],
  ] as const;
  return entries.flatMap(([kind, label, x]) => [
    `<rect class="${kind}" x="${x}" y="26" width="18" height="12" rx="2"/>`,
    `<text class="quiet" x="${x + 25}" y="36">${label}</text>`,
  ]);
}

/** The chart in words, for those who cannot see it. */
function described(loads: readonly LoadResults[]): string {
  const each = loads.map(
    (load) =>
      `${loadTitle(load)}: ${load.rows.map(({ title, stepsPerSecond }) => `${title} ${number(stepsPerSecond)}`).join(', ')}`,
  );
  return escaped(`Steps a second. ${each.join('. ')}.`);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
