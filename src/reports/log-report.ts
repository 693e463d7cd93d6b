import type { MetricFamily } from './prometheus-text.js';

/** How a process has fared with the log that carries its production, since it was opened. */
export interface LogReport {
  /** What was sent to the log, by what became of it. */
  appends: { landed: number; conflict: number; unknown: number };
  resends: number;
  turns: number;
  turns_wait_seconds: number;
  /** For how long it has not been known whether the log has anything new. */
  age_seconds: number;
}

interface Traffic {
  landed: number;
  conflicts: number;
  unknown: number;
  resends: number;
  turns: number;
  waitedMs: number;
  currentAtMs: number;
}

export function logReport(traffic: Traffic, nowMs: number): LogReport {
  const { landed, conflicts: conflict, unknown, resends, turns, waitedMs, currentAtMs } = traffic;
  return {
    appends: { landed, conflict, unknown },
    resends,
    turns,
    turns_wait_seconds: waitedMs / 1000,
    age_seconds: Math.max(0, nowMs - currentAtMs) / 1000,
  };
}

/** The same for Prometheus. */
export function logFamilies(log: LogReport): MetricFamily[] {
  const family = (name: string, help: string, samples: MetricFamily['samples']): MetricFamily => ({
    name: `showrunner_log_${name}`,
    type: name.endsWith('_total') ? 'counter' : 'gauge',
    help,
    samples,
  });
  const outcomes = Object.entries(log.appends).map(([outcome, value]) => ({ labels: { outcome }, value }));
  return [
    family('appends_total', 'What was sent to the log, by what became of it.', outcomes),
    family('resends_total', 'Appends that were sent again since no answer came.', [{ value: log.resends }]),
    family('turns_total', 'How often a turn was waited for.', [{ value: log.turns }]),
    family('turns_wait_seconds_total', 'How long turns were waited for, in all.', [
      { value: log.turns_wait_seconds },
    ]),
    family('age_seconds', 'For how long it has not been known whether the log has anything new.', [
      { value: log.age_seconds },
    ]),
  ];
}
