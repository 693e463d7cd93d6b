import { metrics, type BatchObservableCallback, type MeterProvider } from '@opentelemetry/api';
import type { Production } from '../production/index.js';

/** Tells how this process fares with the log that carries the production's journal; nothing for one of files. Returns how to stop. */
export function measureLog(
  production: Pick<Production, 'traffic'>,
  provider: MeterProvider = metrics.getMeterProvider(),
): () => void {
  if (!production.traffic) return () => {};
  const meter = provider.getMeter('showrunner');
  const appends = meter.createObservableCounter('showrunner.log.appends', {
    description: 'What was sent to the log, by what became of it: landed, conflict, unknown.',
  });
  const resends = meter.createObservableCounter('showrunner.log.resends', {
    description: 'Appends that were sent again since no answer came.',
  });
  const turns = meter.createObservableCounter('showrunner.log.turns', {
    description: 'How often a turn was waited for.',
  });
  const waited = meter.createObservableCounter('showrunner.log.turns.wait', {
    unit: 's',
    description: 'How long turns were waited for, in all.',
  });
  const age = meter.createObservableGauge('showrunner.log.age', {
    unit: 's',
    description: 'For how long it has not been known whether the log has anything new.',
  });
  const all = [appends, resends, turns, waited, age];
  const observe: BatchObservableCallback = (result) => {
    const { traffic } = production;
    if (!traffic) return;
    const outcomes = { landed: traffic.landed, conflict: traffic.conflicts, unknown: traffic.unknown };
    for (const [outcome, count] of Object.entries(outcomes))
      result.observe(appends, count, { 'showrunner.outcome': outcome });
    result.observe(resends, traffic.resends);
    result.observe(turns, traffic.turns);
    result.observe(waited, traffic.waitedMs / 1000);
    result.observe(age, Math.max(0, Date.now() - traffic.currentAtMs) / 1000);
  };
  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}
