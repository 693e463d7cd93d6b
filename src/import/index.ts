export { importOlder } from './import-older.js';
export type { Imported } from './import-older.js';
export { formatReport } from './report.js';
export type { ReportLine } from './report.js';
