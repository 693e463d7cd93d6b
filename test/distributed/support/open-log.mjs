import { PostgresLog } from '../../../dist/src/postgres/index.js';
import { RestateLog } from '../../../dist/src/restate/index.js';

/** The log at an address, of the built package. */
export function openLog(log) {
  return log.url === undefined ? new RestateLog(log) : new PostgresLog(log);
}
