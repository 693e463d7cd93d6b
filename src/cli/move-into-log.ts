import { join } from 'node:path';
import { ProductionError } from '../../machines/errors.js';
import { isSessionId } from '../../machines/ids.js';
import { nodeDisk } from '../disk/node-disk.js';
import { carryOver, type Compared } from '../journal/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { machineIdentity } from '../production/machine-identity.js';
import { programName } from '../program.js';
import type { Context, Result } from './command.js';
import { refuseMissing, storeAt } from './context.js';
import { copyIn } from './copy-in.js';
import { exits } from './exit-codes.js';
import { byteProgress, countProgress, fileProgress, journalProgress } from './file-progress.js';
import { parseLogAddress } from './log-address.js';
import { openLog } from './open-log.js';

/** Moves a production of files into a log. The folder becomes this machine's copy; begun again after whatever happened it goes on where it was. */
export async function moveIntoLog(context: Context, directory: string, url: string): Promise<Result> {
  const address = parseLogAddress(url, '--into');
  refuseMissing(directory);
  const { ProductionStateManager: Manager } = await import('../manager/manager.js');
  const artifacts = await storeAt(context.artifacts);
  const how = { directory, by: `${context.by} (process ${process.pid})`, artifacts, redact: address.secrets };
  const isBegun = copyIn(directory) !== undefined;
  if (!isBegun) {
    const problems = await auditAndClose(context, await Manager.open(how));
    if (problems > 0) return refused(problems);
  }
  const compared = await carried(context, directory, address);
  const manager = await Manager.connect({ ...how, log: await openLog(address) });
  const files = artifacts === undefined ? 0 : await keepFiles(context, manager).catch(closing(manager));
  const problems = await auditAndClose(context, manager);
  if (problems > 0) return refused(problems);
  const { log } = copyIn(directory) ?? { log: '' };
  return {
    json: { moved: 'into', log, directory, ...compared, sessions_kept: files, verified: true },
    text: [
      `Moved into ${log}: ${compared.lines} lines, ${compared.bytes} bytes, each compared with what the log has (SHA-256 ${compared.sha256.slice(0, 16)}…).`,
      `${directory} is this machine's copy from now on. Say where the log is with each command: export SHOWRUNNER_URL=…`,
      ...(artifacts === undefined
        ? [
            'The files of phases are in this folder alone: for other machines name a store with --artifacts, and run this again.',
          ]
        : [`The files of ${files} episodes are kept in the store too.`]),
    ].join('\n'),
  };
}

async function carried(
  context: Context,
  directory: string,
  address: ReturnType<typeof parseLogAddress>,
): Promise<Compared> {
  const log = await openLog(address);
  try {
    return await carryOver({
      disk: nodeDisk,
      directory: join(directory, 'journal'),
      log,
      machine: machineIdentity,
      program: programName,
      now: () => new Date().toISOString(),
      onBytes: byteProgress(context, 'giving the journal to the log'),
      onCompared: byteProgress(context, 'comparing it with what the log has'),
    });
  } catch (error) {
    if (!(error instanceof ProductionError) || error.code !== 'journal_unavailable') throw error;
    throw new ProductionError(
      'journal_unavailable',
      `${error.message} Nothing is lost: the same command goes on.`,
      {
        cause: error,
      },
    );
  } finally {
    await log.close();
  }
}

/** How many episodes' files the store has now. */
async function keepFiles(context: Context, { production }: ProductionStateManager): Promise<number> {
  const ids = nodeDisk.list(production.directory).filter(isSessionId);
  const there = ids.filter((id) => production.find(id) !== undefined);
  const told = countProgress(context, 'giving files to the store, episodes');
  for (const [index, id] of there.entries()) {
    await production.keepFiles(id);
    told(index + 1, there.length);
  }
  return there.length;
}

function closing(manager: ProductionStateManager): (error: unknown) => Promise<never> {
  return async (error) => {
    await manager.close();
    throw error;
  };
}

/** How many problems there are. */
async function auditAndClose(context: Context, manager: ProductionStateManager): Promise<number> {
  try {
    const progress = { onJournal: journalProgress(context), onFile: fileProgress(context) };
    return (await manager.verify(progress)).problems.length;
  } finally {
    await manager.close();
  }
}

function refused(problems: number): Result {
  return {
    json: { moved: null, verified: false, problems },
    text: `${problems} problem(s) in this production; showrunner verify names them.`,
    exit: exits.invalidData,
  };
}
