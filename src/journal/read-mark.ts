import { join } from 'node:path';
import type { Disk } from '../disk/disk.js';

/**
 * In a journal's folder: its lines are a log's, and nobody appends to them here alone. That it is there is what counts; it says the log's name, and when
 * the copy had all that the log had.
 */
export const markFile = 'carried-by-a-log';

/** A journal's folder that is a copy: of which log, and when it had everything, ISO-8601. */
export interface CopyMark {
  log: string;
  asOf: string | undefined;
}

/** What the mark of a copy says; undefined for a folder that is none. */
export function readMark(disk: Pick<Disk, 'readFile'>, directory: string): CopyMark | undefined {
  const text = disk.readFile(join(directory, markFile))?.toString('utf8');
  if (text === undefined) return undefined;
  const [log = '', asOf = ''] = text.split('\n');
  return { log, asOf: /^\d{4}-[\dT:.-]+Z$/.test(asOf) ? asOf : undefined };
}
