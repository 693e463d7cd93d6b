import { ProductionError } from '../../machines/index.js';

const newline = 0x0a;
const longestHead = 64 * 1024;

/** A message to or from the log object: one line of JSON, and the bytes as they are. */
export function frame(head: object, bytes: Uint8Array = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const line = Buffer.from(`${JSON.stringify(head)}\n`);
  const whole = new Uint8Array(line.length + bytes.length);
  whole.set(line);
  whole.set(bytes, line.length);
  return whole;
}

/** @throws ProductionError `machine_broken` when it is no message of ours. */
export function unframe(message: Uint8Array): { head: unknown; bytes: Uint8Array } {
  const end = message.indexOf(newline);
  // The first line is ours; the bytes behind it are the log's.
  if (end < 0 || end > longestHead)
    throw new ProductionError('machine_broken', 'a message of the log on Restate has no first line.');
  return {
    head: JSON.parse(Buffer.from(message.subarray(0, end)).toString()),
    bytes: message.subarray(end + 1),
  };
}
