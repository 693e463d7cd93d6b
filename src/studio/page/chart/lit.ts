import type { ChartView } from '../../api.js';

type Edge = ChartView['edges'][number];

/** What of the chart is lit in a state: the state and those around it, and the ways out of them that are allowed. */
export class Lines {
  readonly #around = new Set<string>();
  readonly #allowed: ReadonlySet<string>;

  constructor(chart: ChartView, state: string, allowed: readonly string[]) {
    const parents = new Map(chart.states.map(({ id, parent }) => [id, parent]));
    for (let id: string | null | undefined = state; id; id = parents.get(id)) this.#around.add(id);
    this.#allowed = new Set(allowed);
  }

  isLit(id: string): boolean {
    return this.#around.has(id);
  }

  /** The edge's events that would be taken now. */
  openEvents(edge: Edge): string[] {
    return this.#around.has(edge.source) ? edge.events.filter((event) => this.#allowed.has(event)) : [];
  }

  isOpen(edge: Edge): boolean {
    return this.openEvents(edge).length > 0;
  }
}
