import type { ProductionError } from '../../machines/index.js';
import type { Disk } from '../disk/index.js';
import { isDamage } from './damaged.js';
import { Reader, type JournalEntry } from './reader.js';
import { withRestored } from './with-restored.js';

interface Range {
  from?: number;
  to?: number;
}

/** Reads a folder's history on its own. What ends early, or looks like damage, may be what the disk has lost since, and redo files still have; `known` has been read before. */
export function scanSegments(
  disk: Disk,
  directory: string,
  onEntry: (entry: JournalEntry) => void,
  range: Range,
  known = 0,
): void {
  let given = 0;
  const give = (entry: JournalEntry): void => {
    if (entry.end <= given) return;
    onEntry(entry);
    given = entry.end;
  };
  const damage = scanUnlessDamaged(disk, directory, give, range, known);
  if (damage === 'none') return;
  const restored = withRestored(disk, directory);
  if (restored) scanOnce(restored.disk, directory, give, range);
  else if (damage !== 'doubtful') throw damage;
}

/** Undamaged it may be, and end before what was known or with what is no line. */
function scanUnlessDamaged(
  ...[disk, directory, onEntry, range, known]: Required<Parameters<typeof scanSegments>>
): 'none' | 'doubtful' | ProductionError {
  try {
    const { position, seenEnd } = scanOnce(disk, directory, onEntry, range);
    const isWhole = range.to !== undefined || (position >= known && seenEnd === position);
    return isWhole ? 'none' : 'doubtful';
  } catch (error) {
    if (isDamage(error)) return error;
    throw error;
  }
}

function scanOnce(
  disk: Disk,
  directory: string,
  onEntry: (entry: JournalEntry) => void,
  { from, to }: Range,
): Pick<Reader, 'position' | 'seenEnd'> {
  const reader = new Reader({ disk, directory, writable: false });
  try {
    if (from !== undefined) reader.seek(from);
    reader.read(onEntry, to);
    return { position: reader.position, seenEnd: reader.seenEnd };
  } finally {
    reader.close();
  }
}
