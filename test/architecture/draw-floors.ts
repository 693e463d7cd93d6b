import elk, { type ElkNode } from 'elkjs/lib/elk.bundled.js';

// The module is its own default export; its types were written for bundlers (elkjs 0.12.1).
const Elk = elk as unknown as typeof elk.default;

const style = `  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2328; }
  .name { font-weight: 600; text-anchor: middle; }
  .quiet { fill: #59636e; font-size: 11px; text-anchor: middle; }
  .card { fill: #ffffff; stroke: #d1d9e0; }
  .room { fill: #f6f8fa; stroke: #8c959f; }
  .pure { fill: #ddf4ff; stroke: #0969da; }
  .way { fill: none; stroke: #8c959f; stroke-width: 1.4; }
  .head { fill: #8c959f; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .card { fill: #0d1117; stroke: #3d444d; }
    .room { fill: #151b23; stroke: #656c76; }
    .pure { fill: #0c2d6b; stroke: #4493f8; }
    .way { stroke: #656c76; }
    .head { fill: #656c76; }
  }`;

const width = 176;
const height = 52;
const margin = 20;

/** The rooms as an SVG, each above what it imports. `about` says what is in a room. */
export async function drawFloors(
  rooms: ReadonlyMap<string, string>,
  ways: readonly (readonly [from: string, to: string])[],
): Promise<string> {
  const graph: ElkNode = {
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'DOWN',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.spacing.nodeNode': '28',
      'elk.layered.spacing.nodeNodeBetweenLayers': '34',
      'elk.layered.spacing.edgeNodeBetweenLayers': '14',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
    },
    children: [...rooms.keys()].map((id) => ({ id, width, height })),
    edges: ways.map(([from, to]) => ({ id: `${from} ${to}`, sources: [from], targets: [to] })),
  };
  const placed = await new Elk().layout(graph);
  const full = {
    width: Math.ceil((placed.width ?? 0) + 2 * margin),
    height: Math.ceil((placed.height ?? 0) + 2 * margin),
  };
  const lines = (placed.edges ?? []).flatMap(({ sections = [] }) =>
    sections.map(({ startPoint, bendPoints = [], endPoint }) => {
      const points = [startPoint, ...bendPoints, endPoint].map(
        ({ x, y }) => `${round(x + margin)},${round(y + margin)}`,
      );
      return `<polyline class="way" points="${points.join(' ')}" marker-end="url(#head)"/>`;
    }),
  );
  const boxes = (placed.children ?? []).map(({ id, x = 0, y = 0 }) => {
    const [left, top] = [round(x + margin), round(y + margin)];
    return [
      `<rect class="${id === 'machines' ? 'pure' : 'room'}" x="${left}" y="${top}" width="${width}" height="${height}" rx="6"/>`,
      `<text class="name" x="${left + width / 2}" y="${top + 22}">${id.replace('src/', '')}</text>`,
      `<text class="quiet" x="${left + width / 2}" y="${top + 39}">${rooms.get(id)}</text>`,
    ].join('\n');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${full.width}" height="${full.height}" viewBox="0 0 ${full.width} ${full.height}" role="img" aria-label="The rooms of the source, each above what it imports">
<style>
${style}
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>
<rect class="card" x="0.5" y="0.5" width="${full.width - 1}" height="${full.height - 1}" rx="8"/>
${[...lines, ...boxes].join('\n')}
</svg>
`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
