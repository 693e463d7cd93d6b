/** The chart with places: elkjs laid it out on the server, in pixels. */
export interface ChartView {
  width: number;
  height: number;
  states: {
    id: string;
    label: string;
    description: string;
    parent: string | null;
    x: number;
    y: number;
    width: number;
    height: number;
  }[];
  edges: {
    id: string;
    source: string;
    target: string;
    events: string[];
    points: [number, number][];
    label: { text: string; x: number; y: number; width: number; height: number } | null;
  }[];
  /** Events that land in every state without moving it. */
  everywhere: string[];
}
