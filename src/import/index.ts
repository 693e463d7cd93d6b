export { importOlder } from './import-older.js';
export { readOlderApart } from './read-apart.js';
export { formatReport } from './report.js';
