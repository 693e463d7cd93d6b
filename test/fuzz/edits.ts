import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';

/** One thing that happens to a file's bytes. Places are shares of its length, so that an edit fits any file. */
export interface Edit {
  do:
    | 'flip'
    | 'overwrite'
    | 'delete'
    | 'insert'
    | 'repeat'
    | 'truncate'
    | 'zero'
    | 'move'
    | 'swap lines'
    | 'digit';
  /** 0 to 1. */
  at: number;
  to: number;
  bytes: Uint8Array;
}

export const edit = fc.record<Edit>({
  do: fc.constantFrom(
    'flip',
    'overwrite',
    'delete',
    'insert',
    'repeat',
    'truncate',
    'zero',
    'move',
    'swap lines',
    'digit',
  ),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  to: fc.double({ min: 0, max: 1, noNaN: true }),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 40 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc.constant(new TextEncoder().encode('\n')),
  ),
});

/** The bytes after an edit. Edits of nothing change nothing. */
export function edited(bytes: Buffer, { do: what, at, to, bytes: other }: Edit): Buffer {
  const place = Math.floor(at * bytes.length);
  const end = Math.min(bytes.length, place + other.length);
  const target = Math.floor(to * bytes.length);
  const piece = bytes.subarray(place, end);
  const rest = Buffer.concat([bytes.subarray(0, place), bytes.subarray(end)]);
  const overwritten = (by: Uint8Array): Buffer =>
    Buffer.concat([bytes.subarray(0, place), by, bytes.subarray(end)]);
  switch (what) {
    case 'flip':
      return overwritten(piece.map((byte, index) => (index === 0 ? byte ^ (1 << (other.length % 8)) : byte)));
    case 'overwrite':
      return overwritten(other);
    case 'delete':
      return rest;
    case 'insert':
      return Buffer.concat([bytes.subarray(0, place), other, bytes.subarray(place)]);
    case 'repeat':
      return Buffer.concat([bytes.subarray(0, target), piece, bytes.subarray(target)]);
    case 'truncate':
      return bytes.subarray(0, place);
    case 'zero':
      return overwritten(Buffer.alloc(piece.length));
    case 'move':
      return Buffer.concat([rest.subarray(0, target), piece, rest.subarray(target)]);
    case 'swap lines':
      return swapLines(bytes, at, to);
    case 'digit':
      return Buffer.from(bytes.toString('latin1').replace(/\d/g, digitAt(at, bytes)), 'latin1');
  }
}

function swapLines(bytes: Buffer, at: number, to: number): Buffer {
  const lines = bytes.toString('latin1').split('\n');
  const [one, two] = [at, to].map((share) => Math.min(lines.length - 1, Math.floor(share * lines.length)));
  const swapped = lines.map((line, index) =>
    index === one ? lines[two ?? 0] : index === two ? lines[one ?? 0] : line,
  );
  return Buffer.from(swapped.join('\n'), 'latin1');
}

/** Changes the digit that comes next after a place. */
function digitAt(at: number, bytes: Buffer): (digit: string, index: number) => string {
  let isDone = false;
  return (digit, index) => {
    if (isDone || index < at * bytes.length) return digit;
    isDone = true;
    return String((Number(digit) + 1) % 10);
  };
}

/** Every JSON file below a folder, in order. */
export function jsonFilesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(directory, name));
}

/** The JSON with its `n`-th value, counted through, replaced; the whole of it when `n` is beyond. */
export function replaceAt(json: unknown, n: number, value: unknown): unknown {
  const places: [Record<string, unknown>, string][] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key]);
      walk((node as Record<string, unknown>)[key]);
    }
  };
  walk(json);
  const [parent, key] = places[n % (places.length + 1)] ?? [];
  if (!parent || key === undefined) return value;
  parent[key] = value;
  return json;
}
