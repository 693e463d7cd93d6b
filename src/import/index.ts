export { importOlder } from './import-older.js';
export { formatReport } from './report.js';
