import { describe, expect, test } from 'vitest';
import { drawChart } from './peers/chart.js';
import type { Row } from './peers/results.js';

const row = (name: string, stepsPerSecond: number, more: Partial<Row> = {}): Row => ({
  name,
  title: name,
  stepsPerSecond,
  synced: true,
  ratio: 1,
  steps: 460,
  isWhole: true,
  resumeMs: 1,
  closeMs: 1,
  ...more,
});

function draw(...rows: Row[]): string {
  return drawChart({ environment: 'A & B', loads: [{ atOnce: 1, episodes: 20, rounds: 1, rows }] });
}

function lengths(chart: string): number[] {
  return [...chart.matchAll(/<rect class="(?:ours|peer|unsynced)" x="270" .*?width="([\d.]+)"/g)].map(
    (match) => Number(match[1]),
  );
}

describe('the chart of peers', () => {
  test('given speeds that are ten times apart each, then their bars grow by the same length', () => {
    const [slow = 0, middle = 0, fast = 0] = lengths(
      draw(row('showrunner', 100), row('b', 1000), row('c', 10_000)),
    );
    expect(slow).toBeGreaterThan(0);
    expect(fast - middle).toBeCloseTo(middle - slow, 0);
  });

  test('given a contender that was cut short, then its number carries an asterisk', () => {
    const chart = draw(row('showrunner', 1234), row('b', 567, { isWhole: false }));
    expect(chart).toContain('>1,230<');
    expect(chart).toContain('>567 *<');
  });

  test('given a contender that does not sync, then its bar looks different', () => {
    expect(draw(row('showrunner', 10), row('b', 20, { synced: false }))).toContain(
      '<rect class="unsynced" x="270"',
    );
  });

  test('given an ampersand, then the SVG is still XML', () => {
    expect(draw(row('showrunner', 10))).toContain('A &#38; B');
  });
});
