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
    <g class="edge-label">
      <rect x={label.x - 1} y={label.y - 1} width={label.width + 2} height={label.height + 2} rx="3" />
      {lines.map((line, index) => {
        const isOpen = open.includes(line.trim());
        const middle = label.y + each * (index + 0.5);
        return (
          <g key={line} class={isOpen ? 'open' : ''}>
            {isOpen && <circle cx={label.x - 5} cy={middle} r="3" />}
            <text x={label.x + label.width / 2} y={middle} text-anchor="middle" dominant-baseline="central">
              {line}
            </text>
          </g>
        );
      })}
    </g>
  );
};
