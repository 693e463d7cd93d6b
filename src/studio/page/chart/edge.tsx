import type { ChartView } from '../../api.js';
import { headOf, pathOf } from './geometry.js';

type EdgeView = ChartView['edges'][number];

/** A way between two states: strong when an event that leads along it is allowed now. */
export function Edge({ edge, open }: { edge: EdgeView; open: string[] }) {
  return (
    <g class={open.length > 0 ? 'edge edge-open' : 'edge'} data-edge={edge.id}>
      <path class="edge-line" d={pathOf(edge.points)} />
      <polygon class="edge-head" points={headOf(edge.points)} />
    </g>
  );
}

/** The events of a way, one a line, on a ground of their own, so that no line crosses the words. Allowed ones have a dot. */
Edge.Label = function Label({ label, open }: { label: NonNullable<EdgeView['label']>; open: string[] }) {
  const lines = label.text.split('\n');
  const each = label.height / lines.length;
  return (
    <g class={open.length > 0 ? 'edge-label edge-label-open' : 'edge-label'}>
      <rect x={label.x - 2} y={label.y - 1} width={label.width + 4} height={label.height + 2} rx="3" />
      {lines.map((line, index) => (
        <text key={line} class={open.some((event) => line.includes(event)) ? 'open' : ''} x={label.x + label.width / 2} y={label.y + each * (index + 0.5)} text-anchor="middle" dominant-baseline="central">{open.some((event) => line.includes(event)) ? '● ' : ''}{line}</text>
      ))}
    </g>
  );
};
