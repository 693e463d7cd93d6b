import type { ChartView } from '../../api.js';
import { api } from '../api/client.js';

let asked: Promise<ChartView> | undefined;
let known: ChartView | null = null;

/** The chart, where it has been read already. */
export function knownChart(): ChartView | null {
  return known;
}

/** Reads the chart once. The server takes a second to lay it out the first time, so the page asks for it before it is looked at. */
export async function loadChart(): Promise<ChartView> {
  asked ??= api.chart();
  try {
    known = await asked;
    return known;
  } catch (error) {
    asked = undefined;
    throw error;
  }
}
