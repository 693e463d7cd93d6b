import { plainRefusalTexts, readPlainFile } from '../disk/plain-file.js';

/** Bytes. What is larger is no input of ours. */
const largest = 1024 * 1024 * 1024;

/** The bytes of a file that a person has named: a link is followed, a pipe or a device is none. @throws Error saying why it is not read. */
export function readNamedFile(path: string): Buffer<ArrayBuffer> {
  const read = readPlainFile(path, { largest, followsLink: true });
  if ('refused' in read) throw new Error(plainRefusalTexts[read.refused]);
  return read.bytes;
}
