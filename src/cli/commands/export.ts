import { join } from 'node:path';
import { isSessionId } from '../../../machines/ids.js';
import { nodeDisk } from '../../disk/node-disk.js';
import { compareWithLog, unmarkCopy, type Compared } from '../../journal/index.js';
import type { ProductionStateManager } from '../../manager/manager.js';
import { Carried } from '../carried.js';
import { copyIn } from '../copy-in.js';
import type { Context, Result, Run } from '../command.js';
import { storeAt } from '../context.js';
import { exits } from '../exit-codes.js';
import { byteProgress, countProgress, fileProgress, journalProgress } from '../file-progress.js';
import type { LogAddress } from '../log-address.js';
import { moveIntoLog } from '../move-into-log.js';
import { openLog } from '../open-log.js';
import { UsageError } from '../usage-error.js';

export const run: Run = async (context, _args, { into, apart }) => {
  if (typeof into === 'string' && apart === true)
    throw new UsageError('--into moves a production to a log, --apart takes it from one; name one of them');
  if (typeof into === 'string') return moveIntoLog(context, context.directory, into);
  return fromLog(context, apart === true);
};

/** Brings the copy up to its log, compares them byte by byte, and, when that is asked for, makes it a production of its own. */
async function fromLog(context: Context, apart: boolean): Promise<Result> {
  const { directory, log: address } = context;
  const mark = copyIn(directory);
  if (!address && !(apart && mark))
    throw new UsageError(
      'say where the log is (--postgres, --restate or SHOWRUNNER_URL), or where the production goes: --into <url>',
    );
  const { ProductionStateManager: Manager } = await import('../../manager/manager.js');
  const artifacts = await storeAt(context.artifacts);
  const how = { directory, by: `${context.by} (process ${process.pid})`, artifacts };
  const manager = address
    ? await Manager.connect({
        ...how,
        log: await new Carried(address, directory).take(false),
        redact: address.secrets,
      })
    : await Manager.open({ ...how, readOnly: true });
  const { problems, commits } = await wholeHere(context, manager);
  if (problems.length > 0)
    return {
      json: { moved: null, verified: false, problems },
      text: `${problems.length} problem(s), and nothing was set apart; showrunner verify names them.`,
      exit: exits.invalidData,
    };
  const compared = address && (await compare(context, address));
  const { log = '' } = copyIn(directory) ?? {};
  if (apart) {
    unmarkCopy(nodeDisk, join(directory, 'journal'));
    // It begins a segment of its own.
    await (await Manager.open(how)).close();
  }
  const said = compared
    ? `${compared.lines} lines, ${compared.bytes} bytes, each compared with what ${log} has`
    : `${commits} commits, whole; they could not be compared with ${log}`;
  return {
    json: {
      moved: apart ? 'apart' : null,
      log,
      directory,
      commits,
      ...compared,
      compared: compared !== undefined,
      verified: true,
    },
    text: apart
      ? `${directory} is a production of its own now: ${said}. The log stays as it is: end the workers that it has, or there are two productions.`
      : `${directory} has everything: ${said}. Make it a production of its own: showrunner export --apart`,
  };
}

/** Has every file here that the store has, and audits. */
async function wholeHere(context: Context, manager: ProductionStateManager) {
  try {
    const { production } = manager;
    const archived = production.archivedStates().map(({ session_id: id }) => id);
    const ids = [...production.ids(), ...archived].filter(isSessionId);
    const told = countProgress(context, 'bringing files here, episodes');
    for (const [index, id] of ids.entries()) {
      await production.restoreFiles(id);
      told(index + 1, ids.length);
    }
    return await manager.verify({ onJournal: journalProgress(context), onFile: fileProgress(context) });
  } finally {
    await manager.close();
  }
}

async function compare(context: Context, address: LogAddress): Promise<Compared> {
  const log = await openLog(address);
  const directory = join(context.directory, 'journal');
  const onBytes = byteProgress(context, 'comparing it with what the log has');
  try {
    return await compareWithLog({ disk: nodeDisk, directory, log, onBytes });
  } finally {
    await log.close();
  }
}
