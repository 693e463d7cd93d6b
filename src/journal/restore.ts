import { ProductionError } from '../../machines/index.js';
import type { Disk } from '../disk/index.js';
import type { JournalOptions } from './journal.js';
import { findLacking, type Lacking } from './lacking.js';
import { sealText, writable } from './landing.js';
import { encodeLines, noCrc, spoiler } from './line.js';
import { makeSegment } from './make-segment.js';
import { copyOf, linesBetween } from './rescue.js';
import type { Rescued } from './rescued.js';
import { Segment, redoFormat, refuseNewer, type Header, type Seal } from './segment.js';
import { refuseUnread } from './unread-redo.js';

type Restoring = Pick<JournalOptions, 'disk' | 'directory' | 'machine' | 'program' | 'now'>;

// Each round that ends without a segment was another process's.
const mostRounds = 100;

/**
 * Brings back what a power cut took from the last segment and redo files still have: the segment is sealed, and the next one begins with copies, as
 * after a failed sync. Until then nobody may append. Several processes may do so at once.
 */
export function restoreRedone(on: Restoring): void {
  for (let round = 0; round < mostRounds; round += 1) {
    const lacking = findLacking(on.disk, on.directory, refuseUnread);
    if (!lacking) return;
    refuseNewer(lacking.header, on.machine);
    // A seal that was written counts only where nobody wrote before it meanwhile: the next look tells, and sees another's that came first.
    if (lacking.seal) makeRestored(on, lacking, lacking.seal);
    else landSealBehind(on, lacking);
  }
  throw new ProductionError(
    'journal_unavailable',
    `what redo files have could not be brought back into the journal in ${on.directory}; try again.`,
  );
}

function makeRestored(on: Restoring, lacking: Lacking, { next }: Seal): void {
  const { disk, directory, machine, program, now } = on;
  const rescued = copiesOf(disk, directory, lacking, machine.version);
  const header: Header = {
    format: redoFormat,
    machine,
    program,
    started: now(),
    rescue: { from: lacking.copiesFrom, lines: rescued.length },
  };
  makeSegment({ disk, directory, start: next, previous: noCrc, header, rescued });
}

/** The copies with which the segment after these lines begins. */
export function copiesOf(disk: Disk, directory: string, lacking: Lacking, version: number): Rescued[] {
  const before = linesBetween(disk, directory, { from: lacking.copiesFrom, to: lacking.from, version });
  const own = lacking.header.machine.version;
  return [
    ...before,
    ...lacking.lines.map(({ line, bytes }) => copyOf(line, bytes.subarray(0, -1), { own, version })),
  ];
}

/** A seal behind everything that counts, unless another process writes there first. */
function landSealBehind({ disk, directory }: Restoring, { start, from, end, crc }: Lacking): void {
  const segment = Segment.open(disk, directory, start, true);
  if (!segment) return;
  try {
    if (segment.unwritable !== undefined) throw segment.unwritable as Error;
    const found = segment.end();
    const padding = found < end ? filler(end - found) : spoiler;
    const place = found + padding.length;
    const text = sealText(
      (each) => encodeLines(place, crc, [{ kind: 'seal', text: each, since: from }]).lines[0]?.end,
      { rescue: { from } },
    );
    const { bytes } = encodeLines(place, crc, [{ kind: 'seal', text, since: from }]);
    const whole = Buffer.concat([padding, bytes]);
    if (disk.write(writable(segment), whole) < whole.length)
      throw Object.assign(new Error('the write was cut short'), { code: 'ENOSPC' });
  } finally {
    segment.close();
  }
}

/** As many bytes that are no line: positions that had lines are not claimed again. At least as long as what ends a torn line. */
function filler(length: number): Buffer {
  const bytes = Buffer.alloc(Math.max(length, spoiler.length), '~');
  bytes[bytes.length - 1] = 10;
  return bytes;
}
