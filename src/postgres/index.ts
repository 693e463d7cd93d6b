export type { PostgresLogOptions } from './database.js';
export { PostgresLog } from './postgres-log.js';
