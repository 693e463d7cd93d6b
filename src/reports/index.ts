export { exportMetrics } from './export.js';
export type { ExportFormat, MetricsExport } from './export.js';
export { globalMetrics, productionMetrics, qualityMetrics } from './metrics.js';
export { rankResumePoints } from './resume-points.js';
export type { ResumePoint } from './resume-points.js';
export { spendingReport } from './spending.js';
export type { SpendingReport } from './spending.js';
export { addTally, emptyTally, subtractTally, tallyOf } from './tally.js';
export type { PhaseTally, Tally } from './tally.js';
