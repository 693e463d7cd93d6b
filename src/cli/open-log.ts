import { ProductionError } from '../../machines/errors.js';
import { isNotInstalled } from '../disk/is-not-installed.js';
import type { RemoteLog } from '../journal/remote-log.js';
import type { LogAddress } from './log-address.js';

/**
 * The log at an address. Only now its package is loaded.
 * @throws ProductionError `invalid_input` where the package is not installed.
 */
export async function openLog(address: LogAddress): Promise<RemoteLog> {
  const { production } = address;
  if (address.on === 'restate') {
    const { RestateLog } = await import('../restate/restate-log.js');
    return new RestateLog({ addresses: address.addresses, production });
  }
  try {
    const { PostgresLog } = await import('../postgres/postgres-log.js');
    // The bundle loads what this needs when it is made.
    return new PostgresLog({ url: address.url, production });
  } catch (cause) {
    if (!isNotInstalled(cause, 'pg')) throw cause;
    throw new ProductionError(
      'invalid_input',
      'a production on Postgres needs its client, which is not installed: npm install pg',
      { field: 'postgres', cause },
    );
  }
}
