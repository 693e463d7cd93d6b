import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { beforeEach, inject } from 'vitest';
import { logAddressOf } from '../../../src/cli/log-address.js';
import { openLog } from '../../../src/cli/open-log.js';
import { ProductionStateManager, type Clock, type OpenOptions } from '../../../src/index.js';
import { nodeDisk } from '../../../src/disk/index.js';
import { carryOver, type RemoteLog } from '../../../src/journal/index.js';
import { machineIdentity } from '../../../src/production/machine-identity.js';
import { programName } from '../../../src/program.js';
import { urlFor } from '../../support/cli.js';
import { whyApart } from './apart.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the log that carries what these suites open. */
    log: string;
  }
}

// For the command line's processes, and for the workers of storms.
process.env['SHOWRUNNER_TEST_LOG'] = inject('log');
process.env['SHOWRUNNER_STORMS'] ??= '5';

const open = ProductionStateManager.open.bind(ProductionStateManager);

/**
 * A folder opens as the copy of a production of its own in the log; one of files is moved there first. The log has the time that a test's clock has.
 * What lies on a test's own disk stays there, and what is no folder is refused as ever.
 */
ProductionStateManager.open = async (options?: OpenOptions): Promise<ProductionStateManager> => {
  if (!isForLog(options)) return open(options);
  const directory = resolve(options.directory ?? 'production');
  await moved(join(directory, 'journal'), directory);
  const log = await logFor(directory);
  return ProductionStateManager.connect({ ...options, log: options.clock ? timed(log, options.clock) : log });
};

function isForLog(options: OpenOptions | null | undefined): options is OpenOptions {
  if (typeof options !== 'object' || options === null || options.disk) return false;
  return options.directory === undefined || typeof options.directory === 'string';
}

/** Times that answers tell are the clock's. */
function timed(log: RemoteLog, clock: Clock): RemoteLog {
  const at = (): string => clock.now();
  const { land } = log;
  return {
    name: log.name,
    get knownEnd() {
      return log.knownEnd;
    },
    append: async (...args) => ({ ...(await log.append(...args)), at: at() }),
    ...(land && { land: async (...args) => ({ ...(await land.apply(log, args)), at: at() }) }),
    end: async () => ({ ...(await log.end()), at: at() }),
    read: (...args) => log.read(...args),
    follow: (onChange) => log.follow(onChange),
    turn: () => log.turn(),
    close: () => log.close(),
  };
}

async function logFor(directory: string): Promise<RemoteLog> {
  const address = logAddressOf({}, { SHOWRUNNER_URL: urlFor(directory) });
  if (!address) throw new Error('the suite has a log');
  return openLog(address);
}

async function moved(journal: string, directory: string): Promise<void> {
  if (!existsSync(journal) || existsSync(join(journal, 'carried-by-a-log'))) return;
  const log = await logFor(directory);
  const now = (): string => new Date().toISOString();
  try {
    await carryOver({
      disk: nodeDisk,
      directory: journal,
      log,
      machine: machineIdentity,
      program: programName,
      now,
    });
  } finally {
    await log.close();
  }
}

const root = resolve(import.meta.dirname, '../../..');

beforeEach(({ task, skip }) => {
  const why = whyApart(relative(root, task.file.filepath), task.name);
  if (why !== undefined) skip(why);
});
