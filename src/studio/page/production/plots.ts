import type { ProductionView } from '../../api.js';
import { cents, phases, words } from '../format.js';
import type { PlotData } from './plot.js';
import { withLastWeek } from './last-week.js';

/** Colours are never the only difference: each line has its own dashes too. */
const dashes = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 2, 1, 2, 1, 2], [1, 2]];
const atMost = 100;

const secondsOf = (date: string): number =>
  Date.parse(date.length === 10 ? `${date}T00:00:00Z` : date) / 1000;
const share = (value: number): string => `${Math.round(value * 100)} %`;
const minutes = (value: number): string => {
  if (value >= 90) return `${(value / 60).toFixed(1)} h`;
  return value > 0 && value < 1 ? `${Math.round(value * 60)} s` : `${Math.round(value * 10) / 10} min`;
};
/** Beside an axis there is room for seven signs. */
const axisDollars = (value: number): string =>
  value < 1000 ? cents(value) : `$${value.toLocaleString('en-US', { notation: 'compact' })}`;
const score = (value: number): string => value.toFixed(2);

/** What each day cost, against the cap; at least of the last week, also where nothing was spent in it. */
export function spendPlot({ days: known, today }: ProductionView): PlotData {
  const days = withLastWeek(known);
  return {
    times: days.map(({ date }) => secondsOf(date)),
    byDay: true,
    axes: { y: axisDollars },
    lines: [
      {
        label: 'with reserved',
        color: 'series-reserved',
        kind: 'bar',
        show: cents,
        values: days.map(({ spent, reserved }) => spent + reserved),
      },
      { label: 'spent', color: 'series-1', kind: 'bar', show: cents, values: days.map(({ spent }) => spent) },
      {
        label: 'cap',
        color: 'series-limit',
        kind: 'limit',
        dash: [6, 4],
        show: cents,
        values: days.map(() => today.cap),
      },
    ],
  };
}

/** What each phase cost in the episodes that were created on a day. */
export function phaseCostPlot({ phaseCosts }: ProductionView): PlotData {
  return {
    times: phaseCosts.map(({ date }) => secondsOf(date)),
    byDay: true,
    axes: { y: axisDollars },
    lines: phases.map((phase, index) => ({
      label: phase,
      color: `series-${index + 1}`,
      kind: 'line',
      dash: dashes[index] ?? [],
      show: cents,
      values: phaseCosts.map(({ cost }) => cost[phase]),
    })),
  };
}

/** How long episodes took, and how many of those that ended were completed. */
export function outcomePlot({ outcomes }: ProductionView): PlotData {
  return {
    times: outcomes.map(({ date }) => secondsOf(date)),
    byDay: true,
    axes: { y: minutes, share },
    ranges: { share: [0, 1.05] },
    lines: [
      {
        label: 'time to make',
        color: 'series-1',
        kind: 'line',
        show: minutes,
        values: outcomes.map((outcome) => outcome.minutes),
      },
      {
        label: 'success rate',
        color: 'series-2',
        kind: 'line',
        dash: [7, 4],
        scale: 'share',
        show: share,
        values: outcomes.map(({ completed, failed }) =>
          completed + failed === 0 ? null : completed / (completed + failed),
        ),
      },
    ],
  };
}

/** The latest episodes' scores, all from 0 to 1: those above 1 are out of 10. */
export function qualityPlot({ quality }: ProductionView): PlotData {
  const latest = quality.slice(-atMost);
  const names = [...new Set(latest.flatMap(({ scores }) => Object.keys(scores)))].toSorted();
  const lines = names.map((name, index) => ({
    label: words(name),
    color: `series-${(index % 6) + 1}`,
    kind: 'line' as const,
    dash: dashes[index % dashes.length] ?? [],
    show: score,
    values: latest.map(({ scores }) => {
      const value = scores[name];
      return value === undefined ? null : value > 1 ? value / 10 : value;
    }),
  }));
  const least = Math.min(1, ...lines.flatMap(({ values }) => values.filter((value) => value !== null)));
  // From the tenth below the least score, so that small changes can be seen.
  return {
    times: latest.map(({ at }) => secondsOf(at)),
    byDay: false,
    axes: { y: score },
    ranges: { y: [Math.max(0, Math.floor(least * 10 - 0.5) / 10), 1.01] },
    lines,
  };
}
