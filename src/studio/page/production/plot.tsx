import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { dark, useMedia } from '../parts/use-media.js';

/** One line or bar of a plot. `color` names a property of the page's style, so that it follows light and dark. */
export interface Line {
  label: string;
  color: string;
  kind: 'line' | 'bar' | 'limit';
  dash?: number[];
  scale?: string;
  show: (value: number) => string;
  values: (number | null)[];
}

export interface PlotData {
  /** Seconds since 1970. */
  times: number[];
  /** Whether the times are days, which begin in UTC, and not instants. */
  byDay: boolean;
  lines: Line[];
  /** How the axes show their numbers, by scale; `y` is on the left. */
  axes: Record<string, (value: number) => string>;
  /** The least and the greatest value of a scale; without it, from 0. */
  ranges?: Record<string, [number, number]>;
}

const height = 220;
const daySeconds = 86_400;
/** With more of them, points are a smear. */
const mostPoints = 24;

/** A plot that follows its place's width and the reader's colours. A table beside it says the same in words. */
export function Plot({ data, label }: { data: PlotData; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const isDark = useMedia(dark);
  const shape = `${data.lines.map((line) => line.label).join()} ${String(isDark)}`;

  useEffect(() => {
    const box = place.current;
    if (!box) return undefined;
    const made = new uPlot(
      optionsOf(data, box),
      [data.times, ...data.lines.map(({ values }) => values)],
      box,
    );
    plot.current = made;
    const follow = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height }));
    follow.observe(box);
    return () => {
      follow.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData([data.times, ...data.lines.map(({ values }) => values)]), [data]);
  return <div class="plot" ref={place} role="img" aria-label={label} />;
}

function optionsOf(data: PlotData, box: HTMLElement): uPlot.Options {
  const style = getComputedStyle(box);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const font = `11px ${style.fontFamily}`;
  const axis = {
    stroke: color('quiet'),
    font,
    size: 30,
    grid: { stroke: color('line'), width: 1 },
    ticks: { show: false },
  };
  const scales = Object.keys(data.axes);
  return {
    width: box.clientWidth,
    height,
    ...(data.byDay ? { tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') } : {}),
    cursor: { y: false, points: { size: 7 } },
    scales: {
      // A single moment would have three years to itself (uPlot 1.6.32).
      x: {
        time: true,
        range: ({ data: [times] }, min, max) => paddedTimes(min, times.length === 1 ? min : max),
      },
      ...Object.fromEntries(
        scales.map((scale) => [
          scale,
          {
            range: (_: uPlot, __: number, max: number): uPlot.Range.MinMax =>
              data.ranges?.[scale] ?? [0, max > 0 ? max * 1.12 : 1],
          },
        ]),
      ),
    },
    axes: [
      {
        ...axis,
        values: [
          [daySeconds * 365, '{YYYY}', null, null, null, null, null, null, 1],
          [daySeconds * 28, '{MMM}', '\n{YYYY}', null, null, null, null, null, 1],
          [daySeconds, '{D} {MMM}', null, null, null, null, null, null, 1],
          [60, '{HH}:{mm}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
        ],
        space: 64,
        grid: { show: false },
      },
      ...scales.map((scale, index) => ({
        ...axis,
        scale,
        side: (index === 0 ? 3 : 1) as uPlot.Axis.Side,
        size: 52,
        space: 36,
        grid: { ...axis.grid, show: index === 0 },
        values: (_: uPlot, splits: number[]) => splits.map((split) => data.axes[scale]?.(split) ?? ''),
      })),
    ],
    series: [
      { value: (_, seconds) => (seconds === null ? '–' : showTime(seconds, data.byDay)), label: '' },
      ...data.lines.map((line) => seriesOf(line, color)),
    ],
    // The swatches show each line's dashes too, as far as a border can.
    legend: { live: true, markers: { width: 2, dash: (_, index) => borderOf(data.lines[index - 1]?.dash) } },
  };
}

function seriesOf(
  { label, color: name, kind, dash, scale = 'y', show, values }: Line,
  color: (name: string) => string,
): uPlot.Series {
  return {
    label,
    scale,
    stroke: color(name),
    width: kind === 'bar' ? 0 : kind === 'limit' ? 1.5 : 2,
    ...(dash ? { dash } : {}),
    ...(kind === 'bar' && uPlot.paths.bars
      ? { fill: color(name), paths: uPlot.paths.bars({ size: [0.6, 36], radius: 0.15 }) }
      : {}),
    points: { show: kind === 'line' && values.length <= mostPoints, size: 5, fill: color(name), width: 0 },
    spanGaps: true,
    value: (_, value) => (value === null || value === undefined ? '–' : show(value)),
  };
}

function borderOf(dash: number[] | undefined): string {
  if (!dash || dash.length === 0) return 'solid';
  return (dash[0] ?? 0) > 3 ? 'dashed' : 'dotted';
}

/** Half a day around, and never less than a week, so that the first days are no walls. */
function paddedTimes(min: number, max: number): uPlot.Range.MinMax {
  const span = Math.max(max - min, 6 * daySeconds);
  return [max - span - daySeconds / 2, max + daySeconds / 2];
}

function showTime(seconds: number, byDay: boolean): string {
  const options: Intl.DateTimeFormatOptions = byDay
    ? { day: 'numeric', month: 'short', timeZone: 'UTC' }
    : { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' };
  return new Date(seconds * 1000).toLocaleString('en-GB', options);
}
