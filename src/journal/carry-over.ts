import { createHash } from 'node:crypto';
import { markCopy, refuseCopyOfAnother } from './copy-mark.js';
import { compareWithLog, type Compared, type OnBytes } from './compare-with-log.js';
import type { JournalOptions } from './journal.js';
import { FolderBytes } from './folder-bytes.js';
import { headerLine } from './segment.js';
import { differs } from './log-copy.js';
import { readMark } from './read-mark.js';
import type { RemoteLog } from './remote-log.js';
import { restoreRedone } from './restore.js';
import { sealForGood } from './seal-for-good.js';

export interface CarryOverOptions extends Omit<
  JournalOptions,
  'segmentBytes' | 'readOnly' | 'inlineSyncBelowMs'
> {
  log: RemoteLog;
  /** Told how much the log has, in bytes. */
  onBytes?: OnBytes | undefined;
  /** Told how much has been read back and compared, in bytes. */
  onCompared?: OnBytes | undefined;
  /** How much goes in one append. */
  chunkBytes?: number | undefined;
}

const usualChunk = 1 << 20;

/**
 * Gives a journal of files to a log, byte for byte, and leaves the folder as its copy. First the journal is marked and ended: whoever has it open is refused from
 * then on, so that nothing is written that would not go along. Killed anywhere and begun again it goes on where it was.
 * @throws ProductionError `journal_replaced` when the log has something else; then nothing was changed. `journal_unavailable`.
 */
export async function carryOver(options: CarryOverOptions): Promise<Compared> {
  const { disk, directory, log, onCompared } = options;
  refuseCopyOfAnother(disk, directory, log.name);
  restoreRedone(options);
  const compared = await alreadyThere(options);
  if (compared) return compared;
  markCopy(disk, directory, log.name);
  const seal = sealForGood(disk, directory);
  const bytes = new FolderBytes(disk, directory);
  try {
    const { end } = await log.end();
    for (let at = end; at < seal.end;) at = await send(options, bytes, at, seal);
  } finally {
    bytes.close();
  }
  return compareWithLog({ disk, directory, log, to: seal.end, onBytes: onCompared });
}

/**
 * What the log has of an earlier try must be what is here. Gives what they have in common where nothing is left to do: then the folder has been its copy since,
 * and the log may have gone on.
 */
async function alreadyThere({
  disk,
  directory,
  log,
  onCompared,
}: CarryOverOptions): Promise<Compared | undefined> {
  const bytes = new FolderBytes(disk, directory);
  const { end } = bytes;
  bytes.close();
  const there = (await log.end()).end;
  if (there === 0) return undefined;
  const to = Math.min(there, end);
  const compared = await compareWithLog({ disk, directory, log, to, onBytes: onCompared });
  if (there >= end && readMark(disk, directory)) return compared;
  if (there > end) throw differs(directory, end);
  return undefined;
}

async function send(
  { log, machine, program, now, onBytes, chunkBytes = usualChunk }: CarryOverOptions,
  bytes: FolderBytes,
  at: number,
  seal: { end: number; crc: string },
): Promise<number> {
  const lines = bytes.lines(at, seal.end, chunkBytes);
  const next = at + lines.length;
  // The end and the next beginning are one append: nobody finds one without the other.
  const header =
    next === seal.end ? headerLine(seal.end, seal.crc, { machine, program, started: now() }) : undefined;
  const part = header ? Buffer.concat([lines, header]) : lines;
  const key = `carried-over/${at}/${createHash('sha256').update(part).digest('hex').slice(0, 32)}`;
  if (!(await log.append(at, part, key)).landed) throw differs(bytes.directory, at);
  onBytes?.(next, seal.end);
  return next;
}
