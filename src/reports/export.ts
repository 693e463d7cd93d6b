import type { ProductionMetrics, QualityMetrics, Warning } from '../shapes/index.js';
import { logFamilies, type LogReport } from './log-report.js';
import { prometheusText, type MetricFamily } from './prometheus-text.js';
import type { SpendingReport } from './spending.js';

/** Everything that `--export-metrics` gives. */
export interface MetricsExport {
  /** Budgets of which so much is spent that policy warns. */
  warnings?: readonly (Warning & { session_id?: string })[];
  production: ProductionMetrics;
  quality: QualityMetrics;
  spending: SpendingReport;
  /** Where a log carries the production. */
  log?: LogReport;
}

export type ExportFormat = 'json' | 'csv' | 'prometheus';

export function exportMetrics(metrics: MetricsExport, format: ExportFormat): string {
  if (format === 'json') return `${JSON.stringify(metrics, undefined, 2)}\n`;
  return format === 'csv' ? toCsv(metrics) : toPrometheus(metrics);
}

/** RFC 4180, one metric a line: metric, label, value, unit. */
function toCsv(metrics: MetricsExport): string {
  const rows = samples(metrics).map(({ name, label, value, unit }) => [
    name,
    label?.[1] ?? '',
    String(value),
    unit,
  ]);
  for (const { name, samples: list } of metrics.log ? logFamilies(metrics.log) : [])
    for (const { labels = {}, value } of list)
      rows.push([
        name.replace(/^showrunner_/, ''),
        Object.values(labels).join(),
        String(value),
        name.includes('seconds') ? 'seconds' : 'calls',
      ]);
  return [['metric', 'label', 'value', 'unit'], ...rows]
    .map((row) => row.map(csvField).join(','))
    .join('\r\n')
    .concat('\r\n');
}

/** A field that begins like a formula would be run by spreadsheet programs. */
function csvField(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Prometheus text format 0.0.4, in base units: seconds, dollars, ratios. */
function toPrometheus(metrics: MetricsExport): string {
  const groups = groupByName(samples(metrics));
  const families = [...groups].map(([name, list]) => familyOf(name, list));
  return prometheusText([...families, ...(metrics.log ? logFamilies(metrics.log) : [])]);
}

function groupByName(list: Sample[]): Map<string, Sample[]> {
  const groups = new Map<string, Sample[]>();
  for (const sample of list) groups.set(sample.name, [...(groups.get(sample.name) ?? []), sample]);
  return groups;
}

function familyOf(name: string, list: Sample[]): MetricFamily {
  const unit = list[0]?.unit ?? '';
  const suffix = suffixes[unit] ?? '';
  return {
    name: `showrunner_${name}${suffix}`,
    type: 'gauge',
    help: list[0]?.help ?? '',
    samples: list.map(({ label, value }) => ({
      labels: label ? { [label[0]]: label[1] } : {},
      value: unit === 'minutes' ? value * 60 : value,
    })),
  };
}

const suffixes: Record<string, string> = { minutes: '_seconds', dollars: '_dollars', ratio: '_ratio' };

interface Sample {
  name: string;
  label?: [string, string];
  value: number;
  unit: 'dollars' | 'minutes' | 'ratio' | 'episodes' | 'calls' | 'score' | 'direction';
  help: string;
}

function samples({ production, quality, spending, warnings = [] }: MetricsExport): Sample[] {
  const list: Sample[] = [
    { name: 'episodes', value: production.total_episodes, unit: 'episodes', help: 'Episodes ever created.' },
    {
      name: 'success',
      value: production.success_rate,
      unit: 'ratio',
      help: 'Completed over completed and failed episodes.',
    },
    {
      name: 'production_time',
      value: production.avg_production_time,
      unit: 'minutes',
      help: 'Mean time from creation to the end of the last phase.',
    },
    { name: 'average_cost', value: production.avg_cost, unit: 'dollars', help: 'Mean spending per episode.' },
    { name: 'spent', value: spending.total, unit: 'dollars', help: 'Spending over all episodes.' },
    ...(spending.opening_balance === 0
      ? []
      : [
          {
            name: 'opening_balance',
            value: spending.opening_balance,
            unit: 'dollars' as const,
            help: 'What of it no episode has spent.',
          },
        ]),
  ];
  for (const [phase, { avg_time: time, success_rate: rate }] of Object.entries(
    production.phase_performance,
  )) {
    list.push({
      name: 'phase_time',
      label: ['phase', phase],
      value: time,
      unit: 'minutes',
      help: 'Mean time of a completed phase.',
    });
    list.push({
      name: 'phase_success',
      label: ['phase', phase],
      value: rate,
      unit: 'ratio',
      help: 'Completed over completed and failed phases.',
    });
  }
  for (const [phase, cost] of Object.entries(spending.per_phase))
    list.push({
      name: 'phase_spent',
      label: ['phase', phase],
      value: cost,
      unit: 'dollars',
      help: 'Spending per phase.',
    });
  for (const [operation, { cost, count }] of Object.entries(spending.per_operation)) {
    list.push({
      name: 'operation_spent',
      label: ['operation', operation],
      value: cost,
      unit: 'dollars',
      help: 'Spending per operation.',
    });
    list.push({
      name: 'operation_calls',
      label: ['operation', operation],
      value: count,
      unit: 'calls',
      help: 'Recorded costs per operation.',
    });
  }
  for (const [day, { spent }] of Object.entries(spending.per_day))
    list.push({
      name: 'day_spent',
      label: ['day', day],
      value: spent,
      unit: 'dollars',
      help: 'Spending per day.',
    });
  for (const [episode, cost] of Object.entries(spending.per_episode))
    list.push({
      name: 'episode_spent',
      label: ['session_id', episode],
      value: cost,
      unit: 'dollars',
      help: 'Spending per listed episode.',
    });
  for (const { scope, percent, session_id: id } of warnings)
    list.push({
      name: 'warning',
      label: ['of', id === undefined ? scope : `${id} ${scope}`],
      value: percent / 100,
      unit: 'ratio',
      help: 'What is spent of a budget, where it is so much that policy warns.',
    });
  for (const [name, value] of Object.entries(quality)) {
    if (typeof value === 'number')
      list.push({
        name: 'quality',
        label: ['score', name.replace(/^avg_/, '')],
        value,
        unit: 'score',
        help: 'Mean quality score.',
      });
  }
  list.push({
    name: 'quality_trend',
    value: directions[quality.trending],
    unit: 'direction',
    help: '1 when quality is improving, 0 when it is stable, -1 when it is declining.',
  });
  return list;
}

const directions = { improving: 1, stable: 0, declining: -1 } as const;
