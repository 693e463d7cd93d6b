import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ProductionError, machineVersion, structureHash, episodeMachine } from '../../machines/index.js';
import { nodeDisk } from '../disk/node-disk.js';
import { compareWithLog } from '../journal/index.js';
import { Segment, listSegments } from '../journal/segment.js';
import type { RemoteLog } from '../journal/remote-log.js';
import { Carried } from './carried.js';
import type { Context } from './command.js';
import { copyIn } from './copy-in.js';
import type { Finding } from './examine.js';
import { examineRestate } from './examine-restate.js';
import { journalEnd } from './journal-end.js';
import type { LogAddress } from './log-address.js';

/** What there is to know of the log that carries a production, for `--json`. Bytes. */
export interface LogStanding {
  name: string | null;
  reachable: boolean;
  end: number | null;
  copy_end: number;
  /** When the copy last had everything, ISO-8601. */
  as_of: string | null;
}

/** Looks at the log and at this machine's copy of it; undefined for a production of files. */
export async function examineLog(
  context: Context,
): Promise<{ findings: Finding[]; log: LogStanding } | undefined> {
  const { directory, log: address } = context;
  const copy = copyIn(directory);
  const copyEnd = existsSync(join(directory, 'journal')) ? Math.max(0, journalEnd(directory)) : 0;
  const standing = {
    name: copy?.log ?? null,
    reachable: false,
    end: null,
    copy_end: copyEnd,
    as_of: copy?.asOf ?? null,
  };
  if (!address) return copy && { findings: [unnamed(copy.log)], log: standing };
  const carried = new Carried(address, directory);
  try {
    const reached = await carried.reach();
    // Afterwards: what was asked in vain is seen there.
    const engine = address.on === 'restate' ? await examineRestate(address.addresses, process.env) : [];
    if ('error' in reached)
      return { findings: [unreachable(reached.error, address), ...engine], log: standing };
    const { log, end } = reached;
    return {
      findings: [
        ...(await examineCopy(directory, { log, end, copyEnd })),
        ...examineChart(directory),
        ...engine,
      ],
      log: { ...standing, name: log.name, reachable: true, end },
    };
  } catch (error) {
    if (!(error instanceof ProductionError)) throw error;
    return {
      findings: [{ severity: 'attention', what: error.message, advice: 'Then run showrunner doctor again.' }],
      log: standing,
    };
  } finally {
    await carried.close();
  }
}

function unnamed(log: string): Finding {
  return {
    severity: 'note',
    what: `this is the copy of ${log}, which was not looked at`,
    advice: "Name it: SHOWRUNNER_URL='postgres://user@host/database#main' showrunner doctor",
  };
}

function unreachable({ message }: ProductionError, address: LogAddress): Finding {
  const [node] = address.on === 'restate' ? address.addresses : [address.url];
  const { host, hostname, port } = new URL(node ?? '');
  return {
    severity: 'attention',
    what: message,
    advice:
      address.on === 'restate'
        ? `See that it answers: curl http://${host}/restate/health. Reading goes on from this copy, writing does not.`
        : `See that it answers: pg_isready -h ${hostname} -p ${port || '5432'}. Reading goes on from this copy, writing does not.`,
  };
}

/** The copy to the byte, as far as it goes. */
async function examineCopy(
  directory: string,
  { log, end, copyEnd }: { log: RemoteLog; end: number; copyEnd: number },
): Promise<Finding[]> {
  if (end === 0)
    return [
      {
        severity: 'attention',
        what: `there is no ${log.name} yet`,
        advice:
          'Begin it with showrunner create --topic "…", or bring one of files: showrunner export --into <url>',
      },
    ];
  const journal = join(directory, 'journal');
  if (copyEnd === 0)
    return [
      {
        severity: 'note',
        what: `this machine has nothing of ${log.name} yet`,
        advice: 'It comes with the next command: showrunner list',
      },
    ];
  try {
    await compareWithLog({
      disk: nodeDisk,
      directory: journal,
      log,
      to: Math.min(end, wholeEnd(journal, copyEnd)),
    });
  } catch (error) {
    if (!(error instanceof ProductionError) || error.code !== 'journal_replaced') throw error;
    return [
      {
        severity: 'damage',
        what: error.message,
        advice: `Move ${journal} away: it comes back from the log with the next command.`,
      },
    ];
  }
  if (copyEnd > end)
    return [
      {
        severity: 'damage',
        what: `${log.name} ends at ${end}, and this copy at ${copyEnd}: commits are missing in the log`,
        advice:
          'Restore the log from its back-up, or go on from this copy: showrunner export --apart, then showrunner export --into a log of another name.',
      },
    ];
  if (copyEnd < end)
    return [
      {
        severity: 'note',
        what: `this copy is ${end - copyEnd} bytes behind ${log.name}`,
        advice: 'It is brought up with the next command: showrunner list',
      },
    ];
  return [];
}

/** A torn tail is fetched again: only whole lines are compared. */
function wholeEnd(journal: string, end: number): number {
  const start = listSegments(nodeDisk, journal).at(-1)?.start;
  const segment = start === undefined ? undefined : Segment.open(nodeDisk, journal, start, false);
  if (start === undefined || !segment) return end;
  try {
    return start + segment.read(start, segment.end()).lastIndexOf(10) + 1;
  } finally {
    segment.close();
  }
}

/** Older programs are refused from the first append of a newer one on. */
function examineChart(directory: string): Finding[] {
  const journal = join(directory, 'journal');
  if (!existsSync(journal)) return [];
  const start = listSegments(nodeDisk, journal).at(-1)?.start;
  const segment = start === undefined ? undefined : Segment.open(nodeDisk, journal, start, false);
  if (!segment) return [];
  const { machine, program } = segment.header();
  segment.close();
  const own = structureHash(episodeMachine);
  if (machine.hash === own && machine.version === machineVersion) return [];
  const theirs = `${program}, with version ${machine.version} (${machine.hash}) of the statechart`;
  if (machine.version > machineVersion)
    return [
      {
        severity: 'attention',
        what: `the log is written by ${theirs}, and this program has ${machineVersion} (${own})`,
        advice: 'Update this one: npm install showrunner@latest',
      },
    ];
  if (machine.version === machineVersion)
    return [
      {
        severity: 'attention',
        what: `the log is written by ${theirs}, and this program's is another (${own}) of the same number`,
        advice: 'Use the same build of showrunner on every machine.',
      },
    ];
  return [
    {
      severity: 'note',
      what: `the log was last written by ${theirs}; this program has ${machineVersion}`,
      advice: 'With its first commit older programs can only read: update every machine.',
    },
  ];
}
