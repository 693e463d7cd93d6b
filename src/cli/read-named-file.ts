import { plainRefusalTexts, readFileOrPipe } from '../disk/plain-file.js';

/** Bytes. What is larger is no input of ours. */
const largest = 1024 * 1024 * 1024;

/** The bytes of a file that a person has named: a link is followed and a pipe is read to its end, as `<(…)` gives one; a device is none. @throws Error saying why it is not read. */
export function readNamedFile(path: string): Buffer<ArrayBuffer> {
  const read = readFileOrPipe(path, { largest });
  if ('refused' in read) throw new Error(plainRefusalTexts[read.refused]);
  return read.bytes;
}
