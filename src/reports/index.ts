export { exportMetrics } from './export.js';
export type { ExportFormat } from './export.js';
export { globalMetrics, productionMetrics, qualityMetrics } from './metrics.js';
export { rankResumePoints } from './resume-points.js';
export type { ResumePoint } from './resume-points.js';
export { spendingReport } from './spending.js';
export type { SpendingReport } from './spending.js';
export { addTally, emptyTally, subtractTally, tallyOf } from './tally.js';
export type { Tally } from './tally.js';
