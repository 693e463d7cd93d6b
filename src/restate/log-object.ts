import { createHash } from 'node:crypto';
import {
  handlers,
  object,
  serde,
  type ObjectContext,
  type ObjectSharedContext,
  type VirtualObjectDefinition,
} from '@restatedev/restate-sdk';
import { isOutdated, placeLanding, type LandingMemory } from '../journal/index.js';
import { asked, askedIn, refused } from './asked.js';
import { frame } from './frame.js';
import {
  Append,
  Land,
  Landing,
  Read,
  Ticket,
  type Appended,
  type Chart,
  type Landed,
  type Place,
  type ReadAnswer,
} from './messages.js';
import { baseOf, logService } from './names.js';
import { advanced, entered, isStale, left, type Queue } from './queue.js';

/** Appends are put together to blocks of this size, so that who reads from the beginning asks for hundreds of values and not for a hundred thousand. */
const blockBytes = 64 * 1024;
const piecesOfABlock = 64;

/** What each append reads and writes anew, and therefore small. */
interface Head {
  end: number;
  /** The next part begins where this one ends. */
  sealed: boolean;
  /** Where each append begins that is in no block yet. */
  pieces: readonly number[];
  queue: Queue;
  chart?: Chart;
}

/**
 * One part of a production's log; its key says where it begins. Restate runs one exclusive handler of a key at a time and finishes what died amid, so
 * that an append is one decision. The head is written after what it speaks of: a handler that an operator kills leaves no hole.
 */
export function logObject(partBytes: number): VirtualObjectDefinition<string, unknown> {
  const options = { input: serde.binary, output: serde.binary, journalRetention: 0, enableLazyState: true };
  const remembered = { ...options, idempotencyRetention: { hours: 1 } };
  return object({
    name: logService,
    handlers: {
      append: handlers.object.exclusive(remembered, (context: ObjectContext, message: Uint8Array) =>
        append(context, message, partBytes),
      ),
      land: handlers.object.exclusive(remembered, (context: ObjectContext, message: Uint8Array) =>
        land(context, message, partBytes),
      ),
      enter: handlers.object.exclusive(remembered, (context: ObjectContext, message: Uint8Array) =>
        changeQueue(context, message, entered),
      ),
      leave: handlers.object.exclusive(remembered, (context: ObjectContext, message: Uint8Array) =>
        changeQueue(context, message, left),
      ),
      read: handlers.object.shared(options, read),
      look: handlers.object.shared(options, look),
    },
    options: {
      // Restate pauses what has failed 70 times, and everything of the same key waits behind it.
      retryPolicy: {
        initialInterval: 50,
        exponentiationFactor: 2,
        maxInterval: 2_000,
        maxAttempts: 1_000_000,
      },
      onJournalMismatchErrors: 'retry',
    },
  });
}

async function append(context: ObjectContext, message: Uint8Array, partBytes: number): Promise<Uint8Array> {
  const { head: said, bytes } = asked(Append, message);
  const { position, chart, ticket } = said;
  // Whatever came next would have its place, too.
  if (bytes.length === 0) throw refused('there is nothing to append.');
  const { head, now } = await headAndTime(context);
  if (head.chart !== undefined && isOutdated(chart, head.chart))
    return answerOf({ ...state(head, now), outcome: 'upgraded', chart: head.chart });
  if (head.sealed || position !== head.end) return answerOf({ ...state(head, now), outcome: 'elsewhere' });
  if (isFull(head, baseOf(context.key), partBytes)) {
    context.set('head', { ...head, sealed: true });
    return answerOf({ ...state(head, now), sealed: true, outcome: 'elsewhere' });
  }
  const queue = queueFor(head, ticket, now);
  if (queue[0] !== undefined && queue[0].ticket !== ticket)
    return answerOf({ ...state(head, now), outcome: 'elsewhere' });
  const next = await put(context, { ...head, queue, chart }, bytes);
  return answerOf({ ...state(next, now), outcome: 'landed', position, sha256: sha256Of(bytes) });
}

/** Places commits that were decided before others came; the way back is the same as for bytes that a client has placed. */
async function land(context: ObjectContext, message: Uint8Array, partBytes: number): Promise<Uint8Array> {
  const { head: said, bytes } = asked(Land, message);
  const { position, chart } = said;
  const request = askedIn(Landing, bytes);
  const landing = context.get<LandingMemory>('landing');
  const { head, now } = await headAndTime(context);
  const answer = (landed: Landed): Uint8Array => frame(landed);
  if (head.chart !== undefined && isOutdated(chart, head.chart))
    return answer({ ...state(head, now), outcome: 'upgraded', chart: head.chart });
  if (head.sealed) return answer({ ...state(head, now), outcome: 'moved' });
  if (isFull(head, baseOf(context.key), partBytes)) {
    context.set('head', { ...head, sealed: true });
    return answer({ ...state(head, now), sealed: true, outcome: 'moved' });
  }
  const queue = advanced(head.queue, now);
  if (queue.length > 0) return answer({ ...state(head, now), outcome: 'turn' });
  const known = (await landing) ?? undefined;
  const placed = request.position === position ? placeLanding(request, head.end, known) : undefined;
  if (!placed) return answer({ ...state(head, now), outcome: 'moved' });
  const between = await bytesFrom(context, head, position);
  context.set('landing', placed.memory);
  const next = await put(context, { ...head, queue, chart }, placed.bytes);
  const landed: Landed = {
    ...state(next, now),
    outcome: 'landed',
    lines: placed.lines,
    sha256: sha256Of(bytes),
  };
  return frame(landed, between && Buffer.concat([between, placed.bytes]));
}

/** What came after `position`, where it is little: then its writer need not ask for it. */
async function bytesFrom(
  context: ObjectContext,
  { pieces, end }: Head,
  position: number,
): Promise<Buffer | undefined> {
  const first = pieces.indexOf(position);
  if (position === end) return Buffer.alloc(0);
  if (first < 0) return undefined;
  const values = await valuesAt(context, pieces.slice(first));
  const found = Buffer.concat(values.map((value) => value ?? new Uint8Array()));
  return found.length === end - position ? found : undefined;
}

async function put(context: ObjectContext, head: Head & { chart: Chart }, bytes: Uint8Array): Promise<Head> {
  const pieces = await keep(context, head, bytes);
  const next: Head = { ...head, end: head.end + bytes.length, pieces };
  context.set('head', next);
  if (pieces.length === 0) for (const start of head.pieces.slice(1)) context.clear(valueAt(start));
  return next;
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Without the turn of somebody else that has run out. */
function queueFor({ queue }: Head, ticket: string | undefined, now: number): Queue {
  const [first] = queue;
  return first === undefined || first.ticket === ticket ? queue : advanced(queue, now);
}

/** While somebody waits for a turn a part may grow to twice its size: turns are kept by the part. */
function isFull(head: Head, base: number, partBytes: number): boolean {
  return head.end - base >= (head.queue.length === 0 ? partBytes : 2 * partBytes);
}

/** Writes the bytes as a piece, or all pieces and them as one block; gives the pieces that are left. */
async function keep(context: ObjectContext, head: Head, bytes: Uint8Array): Promise<readonly number[]> {
  const first = head.pieces[0] ?? head.end;
  if (head.pieces.length + 1 < piecesOfABlock && head.end + bytes.length - first < blockBytes) {
    context.set(valueAt(head.end), bytes, serde.binary);
    return [...head.pieces, head.end];
  }
  const pieces = await valuesAt(context, head.pieces);
  const blocks = (await context.get<readonly number[]>('blocks')) ?? [];
  // The block takes the place of its first piece, and begins with the same bytes.
  const block = Buffer.concat([...pieces.map((piece) => piece ?? new Uint8Array()), bytes]);
  context.set(valueAt(first), new Uint8Array(block), serde.binary);
  context.set('blocks', [...new Set([...blocks, first])]);
  return [];
}

async function read(context: ObjectSharedContext, message: Uint8Array): Promise<Uint8Array> {
  const { position, most } = asked(Read, message).head;
  const { head, now } = await headAndTime(context);
  const answer = (changed: boolean, bytes?: Uint8Array): Uint8Array =>
    frame({ ...state(head, now), changed } satisfies ReadAnswer, bytes);
  if (position >= head.end) return answer(false);
  const blocks =
    position < (head.pieces[0] ?? head.end) ? ((await context.get<readonly number[]>('blocks')) ?? []) : [];
  const starts = [...blocks, ...head.pieces].filter((start) => start < head.end);
  const first = starts.findLastIndex((start) => start <= position);
  const endOf = (index: number): number => starts[index + 1] ?? head.end;
  const wanted = starts.filter(
    (_, index) => index === first || (index > first && endOf(index) <= position + most),
  );
  const values = await valuesAt(context, wanted);
  const whole = values.map((value, index) => {
    const length = endOf(first + index) - (wanted[index] ?? 0);
    return value !== null && value.length >= length ? value.subarray(0, length) : undefined;
  });
  if (first < 0 || whole.includes(undefined)) return answer(true);
  return answer(
    false,
    Buffer.concat(whole.filter((part) => part !== undefined)).subarray(position - (wanted[0] ?? 0)),
  );
}

async function look(context: ObjectSharedContext, message: Uint8Array): Promise<Uint8Array> {
  const { ticket } = asked(Ticket, message).head;
  const { head, now } = await headAndTime(context);
  return frame(placeOf(head, ticket, now));
}

async function changeQueue(
  context: ObjectContext,
  message: Uint8Array,
  change: (queue: Queue, ticket: string, now: number) => Queue,
): Promise<Uint8Array> {
  const { ticket } = asked(Ticket, message).head;
  const { head, now } = await headAndTime(context);
  if (head.sealed) return frame(placeOf(head, ticket, now));
  const next: Head = { ...head, queue: change(head.queue, ticket, now) };
  context.set('head', next);
  return frame(placeOf(next, ticket, now));
}

function placeOf(head: Head, ticket: string, now: number): Place {
  const place = head.queue.findIndex((waiting) => waiting.ticket === ticket);
  return { ...state(head, now), place, stale: isStale(head.queue, now) };
}

function answerOf(answer: Appended): Uint8Array {
  return frame(answer);
}

/** `now` is a step of Restate's journal: what a handler answers must be the same when it is run again, or Restate holds everything of its key up for ever. */
function state(head: Head, now: number): { end: number; sealed: boolean; at: string } {
  return { end: head.end, sealed: head.sealed, at: new Date(now).toISOString() };
}

/** Both are asked for before either is waited for: each is a step that Restate keeps before it answers. */
async function headAndTime(
  context: ObjectContext | ObjectSharedContext,
): Promise<{ head: Head; now: number }> {
  const base = baseOf(context.key);
  if (!Number.isSafeInteger(base) || base < 0) throw refused('this is no part of a log.');
  const kept = context.get<Head>('head');
  const time = context.date.now();
  const head = (await kept) ?? { end: base, sealed: false, pieces: [], queue: [] };
  return { head, now: await time };
}

/** All are asked for before the first is waited for; waiting for several at once is what the SDK (1.17) cannot do. */
async function valuesAt(
  context: ObjectContext | ObjectSharedContext,
  starts: readonly number[],
): Promise<(Uint8Array | null)[]> {
  const kept = starts.map((start) => context.get<Uint8Array>(valueAt(start), serde.binary));
  const values: (Uint8Array | null)[] = [];
  // oxlint-disable-next-line no-await-in-loop
  for (const value of kept) values.push(await value);
  return values;
}

function valueAt(position: number): string {
  return `at:${String(position)}`;
}
