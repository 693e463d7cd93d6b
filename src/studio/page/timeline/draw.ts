import type { TimelineEntry } from '../../api.js';
import { bandOf, kindOf, kinds, type Kind } from './kinds.js';

/** Half the slider's thumb: the ends of what it can reach. */
export const inset = 7;

/** Where the drawing's parts are, in pixels from the top. */
const band = { top: 0, height: 20 };
const money = { top: 26, height: 38 };
const marks = { top: 68, height: 16 };
export const height = marks.top + marks.height;

/** Draws all commits of an episode in one look: states as bands, spending as a line, and what happened as marks. Thousands share a pixel. */
export function drawTimeline(canvas: HTMLCanvasElement, timeline: readonly TimelineEntry[]): void {
  const width = canvas.clientWidth;
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext('2d');
  if (!pen || timeline.length === 0) return;
  pen.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const step = (width - 2 * inset) / Math.max(1, timeline.length - 1);
  const x = (index: number): number => inset + index * step;
  drawBands(pen, timeline, x, color, style.fontFamily);
  drawMoney(pen, timeline, x, color);
  drawMarks(pen, timeline, x, color);
}

type Place = (index: number) => number;
type Color = (name: string) => string;

function drawBands(
  pen: CanvasRenderingContext2D,
  timeline: readonly TimelineEntry[],
  x: Place,
  color: Color,
  font: string,
): void {
  pen.font = `600 11px ${font}`;
  pen.textBaseline = 'middle';
  for (let first = 0; first < timeline.length;) {
    const name = bandOf(timeline[first]?.state ?? '');
    let next = first + 1;
    while (next < timeline.length && bandOf(timeline[next]?.state ?? '') === name) next++;
    const left = first === 0 ? 0 : x(first);
    const right = next === timeline.length ? x(next - 1) + inset : x(next);
    pen.fillStyle = color(`band-${name}`);
    pen.fillRect(left, band.top, Math.max(1, right - left - 1), band.height);
    pen.fillStyle = color(`band-${name}-text`);
    if (pen.measureText(name).width + 12 < right - left)
      pen.fillText(name, left + 6, band.top + band.height / 2 + 0.5);
    first = next;
  }
}

function drawMoney(
  pen: CanvasRenderingContext2D,
  timeline: readonly TimelineEntry[],
  x: Place,
  color: Color,
): void {
  const most = Math.max(timeline.at(-1)?.total_cost ?? 0, 0.000_001);
  const bottom = money.top + money.height;
  const y = (cost: number): number => bottom - 1 - (cost / most) * (money.height - 3);
  const line = new Path2D();
  line.moveTo(x(0), y(0));
  let last = -1;
  timeline.forEach(({ total_cost: cost }, index) => {
    // One point a pixel is enough: spending never falls.
    const column = Math.floor(x(index) * 2);
    if (column === last && index < timeline.length - 1) return;
    last = column;
    line.lineTo(x(index), y(timeline[index - 1]?.total_cost ?? 0));
    line.lineTo(x(index), y(cost));
  });
  const ground = new Path2D(line);
  ground.lineTo(x(timeline.length - 1), bottom);
  ground.lineTo(x(0), bottom);
  pen.fillStyle = color('spend-ground');
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- a canvas is filled here, no array
  pen.fill(ground);
  pen.strokeStyle = color('spend');
  pen.lineWidth = 1.5;
  pen.stroke(line);
}

/** The most important mark of each column; its shape says what it is, as its colour does. */
function drawMarks(
  pen: CanvasRenderingContext2D,
  timeline: readonly TimelineEntry[],
  x: Place,
  color: Color,
): void {
  const columns = new Map<number, Kind>();
  timeline.forEach((entry, index) => {
    const column = Math.round(x(index) / 3) * 3;
    const kind = kindOf(entry);
    const before = columns.get(column);
    if (before === undefined || kinds.indexOf(kind) < kinds.indexOf(before)) columns.set(column, kind);
  });
  for (const [column, kind] of columns) drawMark(pen, kind, column, marks.top + marks.height / 2, color);
}

function drawMark(pen: CanvasRenderingContext2D, kind: Kind, x: number, y: number, color: Color): void {
  pen.fillStyle = color(`kind-${kind}`);
  pen.beginPath();
  if (kind === 'failure')
    polygon(pen, [
      [x - 4.5, y + 4],
      [x + 4.5, y + 4],
      [x, y - 5],
    ]);
  else if (kind === 'person')
    polygon(pen, [
      [x, y - 5],
      [x + 4.5, y],
      [x, y + 5],
      [x - 4.5, y],
    ]);
  else if (kind === 'checkpoint') pen.rect(x - 3, y - 3, 6, 6);
  else if (kind === 'move') pen.arc(x, y, 3, 0, Math.PI * 2);
  else pen.rect(x - 0.5, y - (kind === 'money' ? 4 : 2), 1, kind === 'money' ? 8 : 4);
  pen.fill();
}

function polygon(pen: CanvasRenderingContext2D, corners: [number, number][]): void {
  corners.forEach(([x, y], index) => (index === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)));
  pen.closePath();
}
