import { describe, expect, test } from 'vitest';
import { exportMetrics, logReport } from '../../src/reports/index.js';

const performance = { avg_time: 7.5, success_rate: 0.95 };

/** Metrics with labels that no operation can have: an export must not rely on it. */
const metrics: Parameters<typeof exportMetrics>[0] = {
  production: {
    total_episodes: 25,
    success_rate: 0.94,
    avg_production_time: 22.3,
    avg_cost: 5.51,
    phase_performance: { research: performance, script: performance, audio: performance },
  },
  quality: {
    avg_brand_consistency: 0.91,
    avg_technical_accuracy: null,
    avg_engagement_score: 0.83,
    avg_audio_quality: 0.89,
    trending: 'declining',
  },
  spending: {
    opening_balance: 0,
    total: 137.75,
    per_phase: { research: 1, script: 2, audio: 3 },
    per_operation: { 'a "b"\\\n{c}': { count: 2, cost: 0.000001 }, '=SUM(A1)': { count: 1, cost: 1e6 } },
    per_day: { '2025-09-03': { spent: 4.5, reserved: 1 } },
    per_episode: { ep_001_20250903_143022: 6 },
  },
};

const declaration = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) \S.*\n# TYPE \1 (?:gauge|counter)$/;
const sample =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"\})? -?\d+(?:\.\d+)?(?:e[+-]\d+)?$/;

/** Reads the text format 0.0.4 as a scraper does: a family is declared once, before its samples, and no series comes twice. */
function scrape(text: string): Map<string, number> {
  const families = text.split(/^(?=# HELP)/m).map((family) => {
    const [help = '', type = '', ...samples] = family.split('\n');
    const [, name = 'undeclared'] = declaration.exec(`${help}\n${type}`) ?? [];
    expect(samples.pop()).toBe('');
    expect(samples.filter((line) => sample.exec(line)?.[1] !== name)).toEqual([]);
    return { name, samples };
  });
  const names = families.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  const lines = families.flatMap(({ samples }) => samples);
  const series = new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
  expect(series.size).toBe(lines.length);
  return series;
}

describe('the export of metrics', () => {
  test('given budgets that come near their end, then each is a line of CSV and a series of Prometheus', () => {
    const warnings = [
      {
        session_id: 'ep_001_20250903_143022',
        scope: 'research' as const,
        spent: 1.7,
        budget: 2,
        percent: 85,
        text: '',
      },
      { scope: 'day' as const, spent: 40, budget: 50, percent: 80, text: '' },
    ];
    expect(exportMetrics({ ...metrics, warnings }, 'csv')).toContain(
      'warning,ep_001_20250903_143022 research,0.85,ratio\r\nwarning,day,0.8,ratio\r\n',
    );
    const series = scrape(exportMetrics({ ...metrics, warnings }, 'prometheus'));
    expect(series.get('showrunner_warning_ratio{of="ep_001_20250903_143022 research"}')).toBe(0.85);
    expect(series.get('showrunner_warning_ratio{of="day"}')).toBe(0.8);
  });

  test('given JSON, then it is the metrics as they are', () => {
    expect(JSON.parse(exportMetrics(metrics, 'json'))).toEqual(metrics);
  });

  test('given Prometheus, when it is scraped, then every family is declared once, labels are escaped, and units are base units', () => {
    const series = scrape(exportMetrics(metrics, 'prometheus'));
    expect(series.get('showrunner_episodes')).toBe(25);
    expect(series.get('showrunner_production_time_seconds')).toBe(1338);
    expect(series.get('showrunner_phase_time_seconds{phase="audio"}')).toBe(450);
    expect(series.get('showrunner_success_ratio')).toBe(0.94);
    expect(series.get('showrunner_operation_spent_dollars{operation="a \\"b\\"\\\\\\n{c}"}')).toBe(0.000001);
    expect(series.get('showrunner_operation_calls{operation="=SUM(A1)"}')).toBe(1);
    expect(series.get('showrunner_day_spent_dollars{day="2025-09-03"}')).toBe(4.5);
    expect(series.get('showrunner_episode_spent_dollars{session_id="ep_001_20250903_143022"}')).toBe(6);
    expect([...series.keys()].filter((name) => name.startsWith('showrunner_quality{'))).toEqual([
      'showrunner_quality{score="brand_consistency"}',
      'showrunner_quality{score="engagement_score"}',
      'showrunner_quality{score="audio_quality"}',
    ]);
  });

  test('given a log carries the production, then each format has how this process fares with it, by the names of the studio’s page for Prometheus', () => {
    const traffic = { landed: 5, conflicts: 2, unknown: 1, resends: 3, turns: 4, waitedMs: 1500 };
    const log = logReport({ ...traffic, currentAtMs: 10_000 }, 12_500);
    const all = { ...metrics, log };
    const series = scrape(exportMetrics(all, 'prometheus'));
    expect([...series].filter(([name]) => name.startsWith('showrunner_log_'))).toEqual([
      ['showrunner_log_appends_total{outcome="landed"}', 5],
      ['showrunner_log_appends_total{outcome="conflict"}', 2],
      ['showrunner_log_appends_total{outcome="unknown"}', 1],
      ['showrunner_log_resends_total', 3],
      ['showrunner_log_turns_total', 4],
      ['showrunner_log_turns_wait_seconds_total', 1.5],
      ['showrunner_log_age_seconds', 2.5],
    ]);
    const csv = exportMetrics(all, 'csv');
    expect(csv).toContain('log_appends_total,conflict,2,calls\r\n');
    expect(csv).toContain('log_age_seconds,,2.5,seconds\r\n');
    expect(JSON.parse(exportMetrics(all, 'json'))).toMatchObject({ log: { appends: { landed: 5 } } });
  });

  test('given the trend of quality, then the formats without words have it as a number', () => {
    for (const [trending, value] of [
      ['improving', 1],
      ['stable', 0],
      ['declining', -1],
    ] as const) {
      const trend = { ...metrics, quality: { ...metrics.quality, trending } };
      expect(scrape(exportMetrics(trend, 'prometheus')).get('showrunner_quality_trend')).toBe(value);
      expect(exportMetrics(trend, 'csv')).toContain(`\r\nquality_trend,,${value},direction\r\n`);
    }
  });

  test('given CSV, then it is one metric a line, quotes are doubled, and nothing begins like a formula', () => {
    const text = exportMetrics(metrics, 'csv');
    expect(text.startsWith('metric,label,value,unit\r\nepisodes,,25,episodes\r\n')).toBe(true);
    expect(text).toContain('\r\nproduction_time,,22.3,minutes\r\n');
    expect(text).toContain('\r\noperation_calls,"a ""b""\\\n{c}",2,calls\r\n');
    expect(text).toContain("\r\noperation_spent,'=SUM(A1),1000000,dollars\r\n");
    expect(text.endsWith('\r\n')).toBe(true);
  });
});
