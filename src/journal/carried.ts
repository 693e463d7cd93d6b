import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProductionError } from '../../machines/index.js';
import { makeDurableDirectory } from '../disk/index.js';
import { compactSegments, type Compacted } from './compact.js';
import { markCopy, markCurrent } from './copy-mark.js';
import { replaced } from './displaced.js';
import { inspectSegments, type Inspection } from './inspect.js';
import { isUnavailable } from './is-unavailable.js';
import type { JournalOptions } from './journal.js';
import { sealText } from './landing.js';
import { decodeLine, encodeLines, noCrc } from './line.js';
import { LogCopy, differs } from './log-copy.js';
import { newTraffic, type LogTraffic } from './log-traffic.js';
import { placeLanding, type LandingRequest } from './landing-request.js';
import { isOutdated, outdated, type ChartIdentity } from './other-chart.js';
import type { AppendResult, JournalPort, LandingResult } from './port.js';
import { Reader, type JournalEntry } from './reader.js';
import type { LandingAnswer, RemoteLog } from './remote-log.js';
import { scanSegments, type ScanRange } from './scan.js';
import { defaultSegmentBytes, headerLine, refuseNewer } from './segment.js';
import { unavailable } from './unavailable.js';

export interface CarriedOptions extends Omit<JournalOptions, 'inlineSyncBelowMs'> {
  log: RemoteLog;
  /** Hears each time that the log tells, and when it was asked, by {@link ownTime}. */
  onTime?: (at: string, askedAt: string) => void;
  /** What this machine's own clock says, ISO-8601. */
  ownTime: () => string;
  /** How long an append is sent again and again until its outcome is known. Milliseconds; default 15,000. */
  patienceMs?: number;
}

const pageBytes = 4 << 20;
const firstWaitMs = 50;
const longestWaitMs = 2000;
const noteMs = 1000;
/** Who is kept waiting by others' turns for so long wants one of his own. */
const turnsLastMs = 1500;
const busyWaitMs = 20;
/** Who is in others' way so often in a row wants a turn, too, */
const mostMoves = 3;
/** and does not wait for the end of others' turns so often: with several who write one episode they have none. */
const turnsInRow = 8;
const mostVoidBytes = 16 << 20;
/** Who has the turn is refused once or twice where nothing came: when a part of the log is full, or the turn has run out. */
const mostRefusals = 20;

/**
 * A journal that a remote log carries (docs/distributed.md). The log says what is committed; the folder has the same bytes in segments as a journal
 * of files does: a copy that all reading is done from, and a complete backup.
 */
export class CarriedJournal implements JournalPort {
  readonly #on: CarriedOptions;
  readonly #log: RemoteLog;
  readonly traffic: LogTraffic;
  readonly #copy: LogCopy;
  readonly #reader: Reader;
  readonly #listeners = new Set<() => void>();
  #stopFollowing: (() => void) | undefined;
  #pulling: Promise<boolean> | undefined;
  #nextPull: Promise<boolean> | undefined;
  #needsRotation = false;
  /** Who has begun the segment that is written now, where this program may not write behind it. */
  #other: ChartIdentity | undefined;
  /** Something that this handle has appended could not be written to the folder yet. */
  #isBehind = false;
  #notedAt = -Infinity;
  #closed = false;
  /** How often in a row others were in the way of a landing. */
  #moved = 0;
  /** How often others' turns are not waited for, but queued behind. */
  #turnsAhead = 0;
  /** What was fetched since the last line. */
  #voidBytes = 0;
  /** Where appends were refused in a row, and how often, while nothing came. */
  #refused: { at: number; times: number } | undefined;
  readonly land: JournalPort['land'];

  private constructor(options: CarriedOptions) {
    const { disk, directory, machine } = options;
    this.#on = options;
    this.#log = options.log;
    this.traffic = newTraffic(options.log.name);
    this.#copy = new LogCopy(disk, directory);
    this.land = options.log.land && !options.readOnly ? (request) => this.#land(request) : undefined;
    this.#reader = new Reader({
      disk,
      directory,
      writable: false,
      onSegment: (header) => {
        refuseNewer(header, machine);
        this.#needsRotation = header.machine.version < machine.version;
        this.#other = isOutdated(machine, header.machine) ? header.machine : undefined;
      },
    });
  }

  /**
   * Begins with what the folder has, and fetches the rest from the log; a new log gets its first header.
   * @throws ProductionError `journal_replaced` when the folder has something that the log does not have, `journal_unavailable`.
   */
  static async open(options: CarriedOptions): Promise<CarriedJournal> {
    try {
      makeDurableDirectory(options.disk, options.directory);
      const journal = new CarriedJournal(options);
      await journal.#begin();
      return journal;
    } catch (error) {
      throw unavailable(error);
    }
  }

  async #begin(): Promise<void> {
    const { disk, directory, readOnly } = this.#on;
    const { end, last } = this.#copy;
    const askedAt = this.#on.ownTime();
    const found = await this.#log.end();
    this.#hear(found.at, askedAt);
    if (end > found.end) throw differs(directory, found.end);
    if (last) {
      const theirs = Buffer.from(await this.#log.read(last.position, 1));
      if (!theirs.subarray(0, last.bytes.length).equals(last.bytes)) throw differs(directory, last.position);
    }
    if (!readOnly || found.end > 0) markCopy(disk, directory, this.#log.name);
    if (found.end === 0 && !readOnly) await this.#send(0, this.#encodeHeader(0, noCrc));
    await this.pull();
    // In this order: what others write here meanwhile is in the log before.
    const size = this.#copy.size();
    const after = await this.#log.end();
    if (size > after.end) throw differs(directory, after.end);
    this.#stopFollowing = this.#log.follow(() => {
      // Whoever commits or asks next meets the same problem, and can report it.
      this.pull().catch(() => {});
    });
  }

  get position(): number {
    return this.#reader.position;
  }

  get lastCrc(): string {
    return this.#reader.lastCrc;
  }

  /** Nothing comes here that is not durable in the log. */
  get durableEnd(): number {
    return this.#reader.validEnd;
  }

  seek(position: number, crc?: string): void {
    this.#guard(() => this.#reader.seek(position, crc));
  }

  refresh(onEntry: (entry: JournalEntry) => void): void {
    this.#guard(() => this.#reader.read(onEntry));
  }

  end(): number {
    return this.#guard(() => this.#copy.size());
  }

  async append(bodies: readonly string[]): Promise<AppendResult> {
    if (this.#closed) throw new ProductionError('production_closed', 'the journal has been closed.');
    try {
      return { landed: await this.#append(bodies) };
    } catch (error) {
      return { landed: [], error: unavailable(error) };
    }
  }

  async #append(bodies: readonly string[]): Promise<AppendResult['landed']> {
    if (this.#on.readOnly)
      throw new ProductionError(
        'journal_unavailable',
        'the journal was opened for reading only; open it for writing.',
      );
    this.#refuseOther();
    const { position, lastCrc } = this.#reader;
    if (this.#isDue()) {
      await this.#send(position, this.#encodeSeal());
      return [];
    }
    const { lines, bytes } = encodeLines(
      position,
      lastCrc,
      bodies.map((text) => ({ kind: 'commit', text })),
    );
    const last = lines.at(-1);
    if (!last || !(await this.#send(position, bytes))) return [];
    this.#reader.passOver(last);
    return lines;
  }

  async #land(request: LandingRequest): Promise<LandingResult> {
    if (this.#closed)
      return { error: new ProductionError('production_closed', 'the journal has been closed.') };
    try {
      this.#refuseOther();
      if (this.#isDue()) return { needsTurn: !(await this.#send(this.#reader.position, this.#encodeSeal())) };
      const landed = await this.#landUntilKnown(request);
      if (!landed) return { needsTurn: (this.#moved += 1) >= mostMoves };
      this.#moved = 0;
      this.#turnsAhead = 0;
      const crc = this.#keepLanded(request, landed);
      const end = landed.lines.at(-1)?.end ?? 0;
      await this.#fetchTo(end);
      const isRead = crc !== undefined && this.#reader.position === request.position;
      if (isRead) this.#reader.passOver({ end, crc });
      return { lines: landed.lines, isRead };
    } catch (error) {
      return { error: unavailable(error) };
    }
  }

  /** Undefined where others were in the way, also with their turns. */
  async #landUntilKnown(request: LandingRequest): Promise<LandingAnswer | undefined> {
    const until = performance.now() + turnsLastMs;
    for (;;) {
      const answer = await this.#insist((key) => this.#log.land?.(request, key));
      if (answer.outcome !== 'turn') this.#count(answer.outcome === 'landed');
      if (answer.outcome === 'landed') {
        if (isPlaced(request, answer)) return answer;
        throw untrue(this.#log, 'says that commits have landed, and not where');
      }
      if (answer.outcome === 'moved') {
        if (this.#moved + 1 >= mostMoves) this.#turnsAhead = turnsInRow;
        return undefined;
      }
      if (this.#turnsAhead > 0 || performance.now() > until) {
        this.#turnsAhead = Math.max(0, this.#turnsAhead - 1);
        this.#moved = mostMoves;
        return undefined;
      }
      await sleep(busyWaitMs);
    }
  }

  /**
   * What the answer has need not be asked for; where nothing came between, the bytes are those that it would have appended itself: then the checksum of the last
   * line is known as well.
   */
  #keepLanded(request: LandingRequest, { lines, bytes }: LandingAnswer): string | undefined {
    const { position } = request;
    const asDecided =
      lines[0]?.position === position ? placeLanding(request, position, undefined) : undefined;
    const here = asDecided?.bytes ?? bytes;
    if (here) this.#keep(position, here);
    return asDecided?.memory.crc;
  }

  /** It is committed: whoever waits for it hears so when it can be read. */
  async #fetchTo(end: number): Promise<void> {
    const until = performance.now() + this.#patienceMs;
    while (this.#copy.end < end) {
      const { end: before } = this.#copy;
      const missed = await this.#fetchNext().then(
        () => untrue(this.#log, `has commits up to ${end}, and gives what it has up to ${before} only`),
        (error: unknown) => unavailable(error),
      );
      if (this.#copy.end > before) continue;
      if (!isUnavailable(missed) || this.#closed || performance.now() > until) throw missed;
      await sleep(firstWaitMs);
    }
  }

  /** A log need not know who writes: each header says it, and nobody lands anything that was decided before one. */
  #refuseOther(): void {
    if (this.#other) throw outdated(this.#on.machine, this.#other);
  }

  #isDue(): boolean {
    const { segment, position, madeTo } = this.#reader;
    if (!segment)
      throw new ProductionError(
        'journal_unavailable',
        `${this.#on.directory} has no journal yet; try again.`,
      );
    const size = position - segment.start;
    return (
      this.#needsRotation || (position > madeTo && size >= (this.#on.segmentBytes ?? defaultSegmentBytes))
    );
  }

  /** A segment's end and the next one's beginning: one append, so that nobody finds one without the other. */
  #encodeSeal(): Buffer {
    const { position, lastCrc } = this.#reader;
    const encode = (text: string) => encodeLines(position, lastCrc, [{ kind: 'seal', text }]);
    const { lines, bytes } = encode(sealText((text) => encode(text).lines[0]?.end));
    const [seal] = lines;
    return Buffer.concat([bytes, this.#encodeHeader(seal?.end ?? position, seal?.crc ?? lastCrc)]);
  }

  #encodeHeader(position: number, previous: string): Buffer {
    const { machine, program, now } = this.#on;
    return headerLine(position, previous, { machine, program, started: now() });
  }

  /** Appends under one key until the outcome is known; what has landed is written here as well. */
  async #send(position: number, bytes: Buffer): Promise<boolean> {
    const { landed } = await this.#insist((key) => this.#log.append(position, bytes, key));
    if (landed) this.#keep(position, bytes);
    this.#count(landed);
    return landed;
  }

  #count(landed: boolean): void {
    if (landed) this.traffic.landed += 1;
    else this.traffic.conflicts += 1;
    if (landed) this.#refused = undefined;
    else this.#countRefusal();
  }

  /** Where something has come since, the next one is refused elsewhere; else nobody would ever land anything. */
  #countRefusal(): void {
    const { position } = this.#reader;
    const times = this.#refused?.at === position ? this.#refused.times + 1 : 1;
    this.#refused = times < mostRefusals ? { at: position, times } : undefined;
    if (this.#refused) return;
    const { end } = this.#copy;
    throw end > position
      ? new ProductionError(
          'journal_damaged',
          `${this.#log.name} ends at ${end} with what is no line, from ${position} on: nobody can append to it. Somebody else has written there; take that away, or go on from a copy: showrunner export --apart.`,
        )
      : untrue(this.#log, `ends at ${position}, and takes nothing there`);
  }

  /** Asks under one key until there is an answer. */
  async #insist<Answer extends { at: string }>(
    ask: (key: string) => Promise<Answer> | undefined,
  ): Promise<Answer> {
    const key = randomUUID();
    const until = performance.now() + this.#patienceMs;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
      try {
        const askedAt = this.#on.ownTime();
        const answer = await ask(key);
        if (!answer) throw new ProductionError('machine_broken', 'this log lands nothing.');
        this.#hear(answer.at, askedAt);
        return answer;
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        if (this.#closed || performance.now() > until || isSpent(error)) {
          this.traffic.unknown += 1;
          throw unknownOutcome(this.#log, error);
        }
        this.traffic.resends += 1;
        await sleep(waitMs);
      }
    }
  }

  #hear(at: string, askedAt: string): void {
    if (!timeForm.test(at) || Number.isNaN(Date.parse(at)))
      throw untrue(this.#log, 'tells a time that is none');
    this.#on.onTime?.(at, askedAt);
  }

  get #patienceMs(): number {
    return this.#on.patienceMs ?? 15_000;
  }

  /** It is committed, whatever the folder says: what cannot be written now is fetched with the next pull. */
  #keep(position: number, bytes: Uint8Array): void {
    try {
      this.#skip();
      if (position <= this.#copy.end) this.#copy.put(position, bytes);
      else this.#isBehind = true;
    } catch {
      this.#isBehind = true;
    }
  }

  /** What another process has written here need not be fetched again. */
  #skip(): void {
    const { segment, position } = this.#reader;
    if (segment && !this.#isBehind) this.#copy.skipTo(position, segment.start);
  }

  pull(): Promise<boolean> {
    if (this.#closed)
      return Promise.reject(new ProductionError('production_closed', 'the journal has been closed.'));
    // The one under way may have asked before this call.
    if (this.#pulling) return (this.#nextPull ??= this.#pullAfter(this.#pulling));
    this.#pulling = this.#pullAlone();
    return this.#pulling;
  }

  async #pullAfter(present: Promise<boolean>): Promise<boolean> {
    await present.catch(() => {});
    this.#nextPull = undefined;
    return this.pull();
  }

  async #pullAlone(): Promise<boolean> {
    try {
      await this.#fetch();
    } catch (error) {
      throw unavailable(error);
    } finally {
      this.#pulling = undefined;
    }
    const hasCome = this.#copy.end > this.#reader.position;
    if (hasCome) for (const listener of this.#listeners) setImmediate(listener);
    return hasCome;
  }

  async #fetch(): Promise<void> {
    while (await this.#fetchNext());
    this.#isBehind = false;
    this.#noteCurrent();
  }

  /** Now and then: how old a copy is, is asked when its log cannot be reached. */
  #noteCurrent(): void {
    this.traffic.currentAtMs = Date.parse(this.#on.ownTime());
    const now = performance.now();
    if (now - this.#notedAt < noteMs) return;
    this.#notedAt = now;
    markCurrent(this.#on.disk, this.#on.directory, this.#on.now());
  }

  /** False when there is no more. */
  async #fetchNext(): Promise<boolean> {
    this.#skip();
    const from = this.#copy.end;
    const bytes = await this.#log.read(from, pageBytes);
    this.#seeLines(from, bytes);
    if (bytes.length > 0) this.#copy.put(from, bytes);
    const { knownEnd } = this.#log;
    return bytes.length > 0 && !(knownEnd !== undefined && this.#copy.end >= knownEnd);
  }

  /** Void lines there may be, from when it was one of files; what has nothing else may have no end. */
  #seeLines(from: number, bytes: Uint8Array): void {
    this.#voidBytes = hasLine(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), from)
      ? 0
      : this.#voidBytes + bytes.length;
    if (this.#voidBytes > mostVoidBytes)
      throw untrue(this.#log, `has no line in ${this.#voidBytes} bytes up to ${from + bytes.length}`);
  }

  async turn(): Promise<() => Promise<void>> {
    const askedAt = performance.now();
    const giveBack = await this.#log.turn();
    this.traffic.turns += 1;
    this.traffic.waitedMs += performance.now() - askedAt;
    return giveBack;
  }

  async durable(): Promise<void> {
    if (!this.#closed) this.seeThatItIsInPlace();
  }

  scan(onEntry: (entry: JournalEntry) => void, range: ScanRange = {}): void {
    this.#guard(() => scanSegments(this.#on.disk, this.#on.directory, onEntry, range));
  }

  inspect(): Inspection {
    return this.#guard(() => inspectSegments(this.#on.disk, this.#on.directory));
  }

  follow(onChange: () => void): () => void {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  }

  compact(): Compacted[] {
    return this.#guard(() => compactSegments(this.#on.disk, this.#on.directory));
  }

  seeThatItIsInPlace(): void {
    this.#guard(() => {
      const { segment } = this.#reader;
      if (segment && !segment.isInPlace() && !this.#reader.reopen())
        throw replaced(this.#on.directory, 'its last segment was removed or moved away');
    });
  }

  seeThatItIsStillInPlace(): void {
    this.seeThatItIsInPlace();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopFollowing?.();
    await this.#pulling?.catch(() => {});
    this.#reader.close();
    await this.#log.close();
  }

  #guard<Result>(work: () => Result): Result {
    if (this.#closed) throw new ProductionError('production_closed', 'the journal has been closed.');
    try {
      return work();
    } catch (error) {
      throw unavailable(error);
    }
  }
}

/** To send it again under its key tells nothing more. */
function isSpent(error: unknown): boolean {
  return error instanceof ProductionError && error.field === 'key';
}

function hasLine(bytes: Buffer, position: number): boolean {
  for (let from = 0; from < bytes.length;) {
    const newline = bytes.indexOf(10, from);
    if (newline === -1) return false;
    if (decodeLine(bytes.subarray(from, newline), position + from)) return true;
    from = newline + 1;
  }
  return false;
}

/** A line for each commit, one behind the other, and none before what they were decided upon. */
function isPlaced({ position, commits }: LandingRequest, { lines }: LandingAnswer): boolean {
  const places = lines.flatMap((line) => [line.position, line.end]);
  return (
    lines.length === commits.length &&
    [position, ...places].every((place, index, all) => index === 0 || place >= (all[index - 1] ?? 0))
  );
}

/** A log that contradicts itself, or is none. */
function untrue({ name }: RemoteLog, what: string): ProductionError {
  return new ProductionError(
    'journal_unavailable',
    `${name} ${what}: see that its address leads to a log of Showrunner's, and that nobody else writes there.`,
  );
}

/** Years of four digits. */
const timeForm = /^\d{4}-\d\d-\d\dT/;

function unknownOutcome({ name }: RemoteLog, cause: unknown): ProductionError {
  return new ProductionError(
    'journal_unavailable',
    `${name} does not answer: the outcome of the last call is unknown. See that it runs and can be reached, and look at the episode again before trying once more.`,
    { cause },
  );
}
