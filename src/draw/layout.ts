import elk, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js';
import {
  chartEdges,
  chartStates,
  episodeMachine,
  type ChartEdge,
  type ChartState,
} from '../../machines/index.js';
import type { ChartView } from './chart-view.js';

// The module is its own default export; its types were written for bundlers (elkjs 0.12.1).
const Elk = elk as unknown as typeof elk.default;

// What the page draws with, in pixels: 13 px semibold names, 11 px edge labels, one event a line; a phase's title and its money above its states.
const nameWidth = 7.5;
const padding = 24;
const stateHeight = 32;
const labelWidth = 6.3;
const labelLine = 15;
const phaseTop = 64;
const phaseWidth = 210;

const layout = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.spacing.nodeNodeBetweenLayers': '28',
  'elk.spacing.nodeNode': '28',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '4',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.edgeLabels.sideSelection': 'SMART_DOWN',
  'elk.json.edgeCoords': 'ROOT',
};

let laidOut: Promise<ChartView> | undefined;

/** The episode's chart with places, laid out once. */
export function chartView(): Promise<ChartView> {
  laidOut ??= layOut(chartStates(episodeMachine), chartEdges(episodeMachine));
  return laidOut;
}

async function layOut(states: readonly ChartState[], ways: readonly ChartEdge[]): Promise<ChartView> {
  const edges = ways.filter(({ source, target }) => source !== '' && target !== null);
  const graph: ElkNode = {
    id: 'root',
    layoutOptions: layout,
    children: nodesIn(null, states),
    edges: edges.map(elkEdge),
  };
  const placed = await new Elk().layout(graph);
  return {
    width: Math.ceil(placed.width ?? 0),
    height: Math.ceil(placed.height ?? 0),
    states: flatten(placed, 0, 0, null, states),
    edges: (placed.edges ?? []).map((edge) => edgeView(edge, edges)),
    everywhere: ways.flatMap(({ source, target, events }) =>
      source === '' ? events.map((event) => (target === null ? event : `${event} → ${target}`)) : [],
    ),
  };
}

function nodesIn(parent: string | null, states: readonly ChartState[]): ElkNode[] {
  return states
    .filter((state) => state.parent === parent)
    .map(({ id, label }) => {
      const children = nodesIn(id, states);
      const width = label.length * nameWidth + padding;
      if (children.length === 0) return { id, width, height: stateHeight };
      return {
        id,
        children,
        layoutOptions: {
          'elk.padding': `[top=${phaseTop},left=14,bottom=14,right=14]`,
          'elk.nodeSize.constraints': 'MINIMUM_SIZE',
          'elk.nodeSize.minimum': `(${phaseWidth},${phaseTop})`,
        },
      };
    });
}

function elkEdge({ source, target, events }: ChartEdge, index: number): ElkExtendedEdge {
  const width = Math.max(...events.map((event) => event.length)) * labelWidth;
  return {
    id: `e${index}`,
    sources: [source],
    targets: [target ?? source],
    labels: [{ text: events.join('\n'), width, height: events.length * labelLine }],
  };
}

function flatten(
  node: ElkNode,
  left: number,
  top: number,
  parent: string | null,
  states: readonly ChartState[],
): ChartView['states'] {
  return (node.children ?? []).flatMap((child) => {
    const state = states.find(({ id }) => id === child.id);
    const x = left + (child.x ?? 0);
    const y = top + (child.y ?? 0);
    const own = {
      id: child.id,
      label: state?.label ?? child.id,
      description: state?.description ?? '',
      parent,
      x,
      y,
      width: child.width ?? 0,
      height: child.height ?? 0,
    };
    return [own, ...flatten(child, x, y, child.id, states)];
  });
}

function edgeView(edge: ElkExtendedEdge, ways: readonly ChartEdge[]): ChartView['edges'][number] {
  const way = ways[Number(edge.id.slice(1))];
  const points = (edge.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) =>
    [startPoint, ...bendPoints, endPoint].map(({ x, y }): [number, number] => [x, y]),
  );
  const label = edge.labels?.[0];
  return {
    id: edge.id,
    source: way?.source ?? '',
    target: way?.target ?? '',
    events: way?.events ?? [],
    points,
    label: label
      ? {
          text: label.text ?? '',
          x: label.x ?? 0,
          y: label.y ?? 0,
          width: label.width ?? 0,
          height: label.height ?? 0,
        }
      : null,
  };
}
