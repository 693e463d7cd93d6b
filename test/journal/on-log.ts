import { onTestFinished } from 'vitest';
import { nodeDisk } from '../../src/disk/index.js';
import { CarriedJournal, type RemoteLog } from '../../src/journal/index.js';
import { machineIdentity } from '../../src/production/machine-identity.js';
import { MemoryLog } from '../../src/testing/memory-log.js';
import { temporaryDirectory } from '../support/temporary.js';

export const at = '2026-01-01T00:00:00.000Z';

/** A journal on a log that does some things otherwise. */
export async function journalOn(lie: (log: RemoteLog) => Partial<RemoteLog>): Promise<CarriedJournal> {
  const log = new MemoryLog(() => at).connect();
  const journal = await CarriedJournal.open({
    log: { ...log, ...lie(log) },
    directory: temporaryDirectory(),
    disk: nodeDisk,
    machine: machineIdentity,
    program: 'a test',
    now: () => at,
    ownTime: () => at,
    patienceMs: 100,
  });
  onTestFinished(() => journal.close());
  journal.refresh(() => {});
  return journal;
}

/** Lands a commit that was decided at the journal's end. */
export function landOne(
  journal: CarriedJournal,
): ReturnType<NonNullable<CarriedJournal['land']>> | undefined {
  const { position, lastCrc: crc } = journal;
  const commits = [{ session: 'bees', parts: ['{}'], gaps: [] }];
  return journal.land?.({ position, crc, at, latest: '', latestAfter: '', days: {}, commits });
}
