import { join } from 'node:path';
import { nodeDisk } from '../disk/node-disk.js';
import { readMark, type CopyMark } from '../journal/read-mark.js';

/** What log a production's folder is a copy of; undefined for one of files. */
export function copyIn(directory: string): CopyMark | undefined {
  return readMark(nodeDisk, join(directory, 'journal'));
}
