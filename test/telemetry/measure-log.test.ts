import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect, onTestFinished, test } from 'vitest';
import type { LogTraffic } from '../../src/journal/index.js';
import { measureLog } from '../../src/telemetry/measure-log.js';

const minuteMs = 60_000;
const traffic: LogTraffic = {
  name: 'a log',
  landed: 70,
  conflicts: 5,
  unknown: 1,
  resends: 4,
  turns: 2,
  waitedMs: 1500,
  currentAtMs: Date.now() - minuteMs,
};

test('given what has gone on with a log, then each number is told under its name, in seconds where it is a time, until it is stopped', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60 * minuteMs });
  const provider = new MeterProvider({ readers: [reader] });
  onTestFinished(() => provider.shutdown());
  const told = async (): Promise<Map<string, number>> => {
    exporter.reset();
    await provider.forceFlush();
    const metrics = exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics: found }) => found));
    return new Map(
      metrics.flatMap(({ descriptor: { name }, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => [
          [name, ...Object.values(attributes)].join(' '),
          Number(value),
        ]),
      ),
    );
  };
  const stop = measureLog({ traffic }, provider);
  const { 'showrunner.log.age': age, ...counts } = Object.fromEntries(await told());
  expect(counts).toEqual({
    'showrunner.log.appends landed': 70,
    'showrunner.log.appends conflict': 5,
    'showrunner.log.appends unknown': 1,
    'showrunner.log.resends': 4,
    'showrunner.log.turns': 2,
    'showrunner.log.turns.wait': 1.5,
  });
  expect(age).toBeGreaterThanOrEqual(minuteMs / 1000);
  expect(age).toBeLessThan(60 * minuteMs);
  stop();
  expect(await told()).toEqual(new Map());
});
