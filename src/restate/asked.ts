import { TerminalError } from '@restatedev/restate-sdk';
import type * as z from 'zod';
import { unframe } from './frame.js';

/** What a handler is asked. Who asks for what is nothing is refused for good: Restate would try it again for ever, and everybody behind it would wait. */
export function asked<Head>(form: z.ZodType<Head>, message: Uint8Array): { head: Head; bytes: Uint8Array } {
  return orRefused(() => {
    const { head, bytes } = unframe(message);
    return { head: form.parse(head), bytes };
  });
}

/** The same of JSON behind the first line. */
export function askedIn<Value>(form: z.ZodType<Value>, bytes: Uint8Array): Value {
  return orRefused(() => form.parse(JSON.parse(Buffer.from(bytes).toString())));
}

export function refused(what: string): TerminalError {
  return new TerminalError(what, { errorCode: 400 });
}

function orRefused<Found>(read: () => Found): Found {
  try {
    return read();
  } catch {
    throw refused('this is no message of a client of the log.');
  }
}
