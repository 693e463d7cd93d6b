import { escapeForXml, type PhaseName } from '../../machines/index.js';
import type { ChartView } from './chart-view.js';
import type { Standing } from './standing.js';

type State = ChartView['states'][number];
type Edge = ChartView['edges'][number];

// One drawing for light and dark pages; nothing in it is fetched from anywhere.
const style = `
  text { font: 13px system-ui, sans-serif; fill: #1b1f24 }
  .page { fill: #ffffff } .leaf { fill: #ffffff; stroke: #8b949e } .group { fill: #f4f6f8; stroke: #d0d7de }
  .name { font-weight: 600 } .event { font-size: 11px; fill: #57606a } .money { font-size: 11px; fill: #57606a }
  .edge { fill: none; stroke: #a8b1bb; stroke-width: 1.2 } .tip { fill: #a8b1bb } .plate { fill: #ffffff; opacity: .86 }
  .lit .leaf { fill: #4338ca; stroke: #4338ca } .lit .name { fill: #ffffff } .around .group { stroke: #4338ca; stroke-width: 2 }
  .track { fill: #d8dee4 } .spent { fill: #4f46e5 } .reserved { fill: #a5b4fc }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .page, .plate { fill: #0d1117 } .leaf { fill: #161b22; stroke: #6e7681 } .group { fill: #12171e; stroke: #30363d }
    .event, .money { fill: #9da7b3 } .edge { stroke: #545d68 } .tip { fill: #545d68 } .track { fill: #30363d }
    .lit .leaf { fill: #6d66f0; stroke: #6d66f0 } .around .group { stroke: #6d66f0 }
  }`;

/** The chart as an SVG file, or the chart with an episode's place and money. Pure. */
export function drawSvg(chart: ChartView, standing?: Standing): string {
  const title = standing
    ? `Showrunner's statechart: ${standing.sessionId} is in ${standing.state}`
    : "Showrunner's statechart";
  const parents = new Set(chart.states.flatMap(({ parent }) => parent ?? []));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${chart.width} ${chart.height}" width="${chart.width}" height="${chart.height}" role="img" aria-label="${escapeForXml(title)}">`,
    `<title>${escapeForXml(title)}</title>`,
    `<style>${style}\n</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0 8 4 0 8Z"/></marker></defs>',
    `<rect class="page" width="${chart.width}" height="${chart.height}"/>`,
    ...chart.states.filter(({ id }) => parents.has(id)).map((state) => drawGroup(state, standing)),
    ...chart.edges.map(drawEdge),
    ...chart.states.filter(({ id }) => !parents.has(id)).map((state) => drawLeaf(state, standing)),
    ...chart.edges.map(drawLabel),
    '</svg>',
    '',
  ].join('\n');
}

function drawGroup(
  { id, label, description, x, y, width, height }: State,
  standing: Standing | undefined,
): string {
  const around = standing?.state.startsWith(`${id}.`) ? ' class="around"' : '';
  const money =
    standing && Object.hasOwn(standing.money, id)
      ? drawMoney(standing.money[id as PhaseName], x + 14, y + 34, width - 28)
      : '';
  return `<g${around}><title>${escapeForXml(description)}</title><rect class="group" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/><text class="name" x="${x + 14}" y="${y + 22}">${escapeForXml(label)}</text>${money}</g>`;
}

function drawMoney(
  { spent, reserved, budget }: Standing['money'][PhaseName],
  x: number,
  y: number,
  width: number,
): string {
  const share = (amount: number): number => (budget > 0 ? Math.min(1, amount / budget) : 0) * width;
  const done = share(spent);
  const open = Math.min(width - done, share(reserved));
  const text = `$${spent.toFixed(2)}${reserved > 0 ? ` + $${reserved.toFixed(2)} reserved` : ''} of $${budget.toFixed(2)}`;
  return `<rect class="track" x="${x}" y="${y}" width="${width}" height="5" rx="2"/><rect class="spent" x="${x}" y="${y}" width="${round(done)}" height="5" rx="2"/><rect class="reserved" x="${round(x + done)}" y="${y}" width="${round(open)}" height="5"/><text class="money" x="${x}" y="${y + 19}">${text}</text>`;
}

function drawLeaf(
  { id, label, description, x, y, width, height }: State,
  standing: Standing | undefined,
): string {
  const lit = standing?.state === id ? ' class="lit"' : '';
  return `<g${lit}><title>${escapeForXml(description)}</title><rect class="leaf" x="${round(x)}" y="${round(y)}" width="${width}" height="${height}" rx="7"/><text class="name" text-anchor="middle" x="${round(x + width / 2)}" y="${round(y + height / 2 + 4.5)}">${escapeForXml(label)}</text></g>`;
}

function drawEdge({ points }: Edge): string {
  const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
  return `<path class="edge" d="${path}" marker-end="url(#tip)"/>`;
}

function drawLabel({ label }: Edge): string {
  if (!label) return '';
  const { x, y, width, height } = label;
  const lines = label.text.split('\n');
  const texts = lines.map(
    (line, index) =>
      `<text class="event" text-anchor="middle" x="${round(x + width / 2)}" y="${round(y + (height / lines.length) * (index + 0.75))}">${escapeForXml(line)}</text>`,
  );
  return `<rect class="plate" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}"/>${texts.join('')}`;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
