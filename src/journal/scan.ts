import type { ProductionError } from '../../machines/index.js';
import type { Disk } from '../disk/index.js';
import { isDamage } from './damaged.js';
import { Reader, type JournalEntry } from './reader.js';
import { withRestored } from './with-restored.js';

/** Which commits of a journal are read. Positions. */
export interface ScanRange {
  /** Where to begin: a line's beginning or end; without it at the journal's. */
  from?: number;
  /** Commits that begin here or later are not read. */
  to?: number;
  /** How many are read at most. */
  most?: number;
  /** Only the commits that begin here, in order: what lies between is not read. */
  at?: readonly number[];
}

/** Reads a folder's history on its own. What ends early, or looks like damage, may be what the disk has lost since, and redo files still have; `known` has been read before. */
export function scanSegments(
  disk: Disk,
  directory: string,
  onEntry: (entry: JournalEntry) => void,
  range: ScanRange,
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
  ...all: Required<Parameters<typeof scanSegments>>
): 'none' | 'doubtful' | ProductionError {
  try {
    return scanOnce(...all) ? 'none' : 'doubtful';
  } catch (error) {
    if (isDamage(error)) return error;
    throw error;
  }
}

/** Gives what it finds; whether that is all that is asked for, as far as `known` tells. */
function scanOnce(
  ...[disk, directory, onEntry, { from, to, most, at }, known = 0]: Parameters<typeof scanSegments>
): boolean {
  const reader = new Reader({ disk, directory, writable: false });
  let count = 0;
  const onEach = (entry: JournalEntry): void => {
    count += 1;
    onEntry(entry);
  };
  try {
    if (at) {
      for (const position of at) {
        reader.skipTo(position);
        reader.read(onEach, position + 1);
      }
      return count === at.length;
    }
    if (from !== undefined) reader.seek(from);
    reader.read(onEach, to, most);
    const { position, seenEnd } = reader;
    if (count === most) return true;
    return to === undefined ? position >= known && seenEnd === position : position >= Math.min(to, known);
  } finally {
    reader.close();
  }
}
