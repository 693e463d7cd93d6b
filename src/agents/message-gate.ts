import { Transform, type TransformCallback } from 'node:stream';
import { parseJSONRPCMessage } from '@modelcontextprotocol/server';

/** Bytes of a line: at 10 MiB the SDK closes its end, and the client would wait for ever. */
const longest = 10_000_000;
const headBytes = 200;

interface Refused {
  id: string | number | null;
  code: -32700 | -32600;
  message: string;
}

/** Lets through the lines that are messages, and answers the others, which the SDK passes over in silence: who has sent one waits for its answer. */
export class MessageGate extends Transform {
  readonly #write: (text: string) => void;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(write: (text: string) => void) {
    super();
    this.#write = write;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let from = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
      this.#take(chunk.subarray(from, end));
      this.#endLine();
      from = end + 1;
    }
    this.#take(chunk.subarray(from));
    done();
  }

  #take(part: Buffer): void {
    if (this.#bytes <= longest) this.#parts.push(part);
    this.#bytes += part.length;
  }

  #endLine(): void {
    const text = Buffer.concat(this.#parts).toString('utf8').trim();
    const refused = this.#bytes > longest ? [tooLong(text)] : refusedIn(text);
    this.#parts = [];
    this.#bytes = 0;
    if (refused.length === 0 && text !== '') this.push(`${text}\n`);
    for (const { id, ...error } of refused) this.#write(`${JSON.stringify({ jsonrpc: '2.0', id, error })}\n`);
  }
}

function tooLong(text: string): Refused {
  const id = /^\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*("[^"\\]{1,80}"|\d{1,15})\s*,/.exec(
    text.slice(0, headBytes),
  )?.[1];
  return {
    id: id === undefined ? null : (JSON.parse(id) as string | number),
    code: -32600,
    message: `a message has at most ${longest} bytes; what is larger goes into a file of the phase's folder.`,
  };
}

function refusedIn(text: string): Refused[] {
  if (text === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [{ id: null, code: -32700, message: 'this line is no JSON.' }];
  }
  if (Array.isArray(value)) return refusedBatch(value);
  try {
    parseJSONRPCMessage(value);
    return [];
  } catch {
    return isAnswer(value) ? [] : [invalid(value, 'this is no request')];
  }
}

function refusedBatch(batch: unknown[]): Refused[] {
  const why = 'batches are not taken; send each message in a line of its own';
  const asked = batch.filter((each) => idOf(each) !== null && !isAnswer(each));
  return (asked.length > 0 ? asked : [null]).map((each) => invalid(each, why));
}

function invalid(value: unknown, why: string): Refused {
  return {
    id: idOf(value),
    code: -32600,
    message: `${why}: jsonrpc is "2.0", id a text or a whole number, method a text, params an object.`,
  };
}

/** Nobody waits for an answer to an answer. */
function isAnswer(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('result' in value || 'error' in value);
}

function idOf(value: unknown): string | number | null {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}
