import { ProductionStateManager } from 'showrunner';

/** Opens a production for a process of a test's: on the log that the suite has, if it has one. */
export async function openWhere(options) {
  const at = process.env['SHOWRUNNER_TEST_LOG'];
  if (!at) return ProductionStateManager.open(options);
  return ProductionStateManager.connect({ ...options, log: await logAt(at, options.directory.slice(-100)) });
}

async function logAt(at, production) {
  if (at.startsWith('postgres:')) {
    const { PostgresLog } = await import('showrunner/postgres');
    return new PostgresLog({ url: at, production });
  }
  const { RestateLog } = await import('showrunner/restate');
  return new RestateLog({ addresses: at.replace(/^restate\+/, '').split(','), production });
}
