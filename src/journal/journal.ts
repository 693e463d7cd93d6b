import { join } from 'node:path';
import { ProductionError } from '../../machines/index.js';
import { isFull, makeDurableDirectory, type Disk } from '../disk/index.js';
import { compactSegments, type Compacted } from './compact.js';
import { commonEnd, replaced } from './displaced.js';
import { refuseCopy } from './copy-mark.js';
import { isDamage } from './damaged.js';
import { follow } from './follow.js';
import { inspectSegments, type Inspection } from './inspect.js';
import type { Lacking } from './lacking.js';
import { landCommits, landSeal, writable, type Landing } from './landing.js';
import { noCrc, type EncodedLine } from './line.js';
import { makeSegment } from './make-segment.js';
import type { AppendResult, JournalPort } from './port.js';
import { Reader, type FoundSeal, type JournalEntry } from './reader.js';
import { RedoFiles } from './redo-files.js';
import { linesBetween, rescue } from './rescue.js';
import { restoreRedone } from './restore.js';
import {
  Segment,
  defaultSegmentBytes,
  isForbidden,
  journalFormat,
  listSegments,
  redoFormat,
  refuseNewer,
  segmentFile,
  type Header,
} from './segment.js';
import { scanSegments, type ScanRange } from './scan.js';
import { SyncPace } from './sync-pace.js';
import { withRestored, type Restored } from './with-restored.js';
import { syncFailed, unavailable } from './unavailable.js';

export interface JournalOptions {
  /** The journal's own folder. */
  directory: string;
  disk: Disk;
  /** The chart whose snapshots the commits carry, for the segments' headers. */
  machine: { id: string; version: number; hash: string };
  /** `showrunner 1.2.3`. */
  program: string;
  /** Now, ISO-8601, for headers only. */
  now: () => string;
  /** A segment that has reached this size is sealed. Bytes; default 16 MiB. */
  segmentBytes?: number;
  /** Makes and writes nothing. */
  readOnly?: boolean;
  /** Syncs faster than this are done in place. Milliseconds; default 1. */
  inlineSyncBelowMs?: number;
}

/**
 * The append-only journal (docs/decisions/claims-of-positions.md). A line counts only at the byte position that it claims, so any number of
 * processes may append without a lock: who comes second finds his line void, reads on, and decides again.
 */
export class Journal implements JournalPort {
  readonly #on: JournalOptions;
  #reader: Reader;
  readonly #pace: SyncPace;
  readonly #redo: RedoFiles;
  /** Valid lines that end here or before are in the segments on disk for certain: by a sync of our own. */
  #syncedTo = 0;
  /** The same of our redo file, which goes on from there. */
  #redoneTo = 0;
  /** The format of the present segment, and the one that this handle wants. */
  #format = journalFormat;
  #wantedFormat = journalFormat;
  /** Whether this handle has synced the present segment: until then it knows of none of its lines. */
  #hasSynced = false;
  /** A sync failed: from here on nothing in the journal can be trusted to be on disk. */
  #suspectFrom: number | undefined;
  #needsRotation = false;
  /** Why the segment that follows could not be made: what there is can be read, and nothing be appended. */
  #obstacle: unknown;
  /** The journal that this handle knows was not the one in the folder when it last looked. */
  #isReplaced = false;
  #appending: Promise<AppendResult> | undefined;
  #closed = false;
  /** What redo files have is read from memory, until somebody has brought it back: this handle may not, or there was no room. */
  #restored: Restored | undefined;
  /** Up to here what is no line was looked at. */
  #lookedTo = 0;

  private constructor(options: JournalOptions) {
    const { disk, directory } = options;
    this.#on = options;
    this.#redo = new RedoFiles(disk, directory);
    this.#pace = new SyncPace(disk, options.inlineSyncBelowMs ?? 1);
    if (options.readOnly === true || !this.#prepare()) this.#restored = withRestored(disk, directory);
    this.#reader = this.#newReader();
  }

  #newReader(): Reader {
    const { disk, directory } = this.#on;
    const isToBeRead = this.#isToBeRead;
    return new Reader({
      disk: this.#restored?.disk ?? disk,
      directory,
      writable: !isToBeRead,
      onMissingSegment: isToBeRead
        ? undefined
        : (found, sealed) => this.#makeNextIfThereIsRoom(found, sealed),
      onSegment: (header, segment, isLast) => this.#entered(header, segment, isLast),
    });
  }

  /** Whether this handle writes nothing, for ever or for now. */
  get #isToBeRead(): boolean {
    return this.#on.readOnly === true || this.#restored !== undefined;
  }

  /**
   * Opens the journal, making it when it is not there. Reads nothing yet.
   * @throws ProductionError `journal_unavailable`, `path_refused`.
   */
  static open(options: JournalOptions): Journal {
    try {
      return new Journal(options);
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Makes what is missing; false where it could only be made in memory. */
  #prepare(): boolean {
    const { disk, directory } = this.#on;
    makeDurableDirectory(disk, directory);
    refuseCopy(disk, directory);
    if (!this.#restoreIfThereIsRoom()) return false;
    if (listSegments(disk, directory).length === 0)
      makeSegment({ disk, directory, start: 0, previous: noCrc, header: this.#header() });
    return true;
  }

  #restoreIfThereIsRoom(): boolean {
    try {
      restoreRedone(this.#on);
      return true;
    } catch (error) {
      if (!isForbidden(error) && !isFull(error)) throw error;
      return false;
    }
  }

  /** Everything before it has been read by this handle. */
  get position(): number {
    return this.#inMemory?.end ?? this.#reader.position;
  }

  /** Checksum of the last valid line before {@link position}. */
  get lastCrc(): string {
    return this.#inMemory?.crc ?? this.#reader.lastCrc;
  }

  /** What was read last, where that is in memory only: places in there are not those that it will have. */
  get #inMemory(): Lacking | undefined {
    const restored = this.#restored;
    return restored && this.#reader.segment?.start === restored.start ? restored.lacking : undefined;
  }

  /** Begins reading after a line that ended at `position`; `crc` is that line's checksum. */
  seek(position: number, crc?: string): void {
    this.#guard(() => this.#reader.seek(position, crc));
  }

  /**
   * Gives every commit after {@link position}, in order. Costs one `fstat` when there is nothing new, or the reading of a byte where the disk has redo files.
   * @throws ProductionError `journal_damaged`, `journal_unavailable`, `production_upgraded`.
   */
  refresh(onEntry: (entry: JournalEntry) => void): void {
    this.#guard(() => {
      if (this.#isReplaced) this.seeThatItIsInPlace();
      if (this.#restored?.isCurrent() === false) this.#goOnWith(this.#restoredNow());
      this.#rescue();
      this.#obstacle = undefined;
      try {
        this.#reader.read(onEntry);
        if (!this.#seesLost()) return;
      } catch (error) {
        if (!this.#isMended(error)) throw error;
      }
      this.#reader.read(onEntry);
    });
  }

  /** What looks like damage may be what the disk has lost since, and redo files still have. */
  #isMended(error: unknown): boolean {
    if (!isDamage(error)) return false;
    if (!this.#isToBeRead) return this.#restoreIfThereIsRoom() && this.#reader.looksAhead();
    return this.#readsFromMemory();
  }

  /** Whether who only looks has met what is no line, which may be all that is left of some that redo files have. Looked at once. */
  #seesLost(): boolean {
    const { position, seenEnd } = this.#reader;
    if (!this.#isToBeRead || seenEnd === position || seenEnd === this.#lookedTo) return false;
    this.#lookedTo = seenEnd;
    return this.#readsFromMemory();
  }

  /** Reads on from redo files what the disk has lost, where they have it. */
  #readsFromMemory(): boolean {
    const restored = this.#restored ? undefined : this.#restoredNow();
    // It has read what redo files have not, either.
    if (!restored || this.#reader.delivered > restored.lacking.end) return false;
    this.#goOnWith(restored);
    return true;
  }

  #restoredNow(): Restored | undefined {
    return withRestored(this.#on.disk, this.#on.directory);
  }

  /** Reads on from what there is now: on the disk, or from memory. */
  #goOnWith(restored: Restored | undefined): void {
    const { position, link, delivered, segment } = this.#reader;
    const from = Math.min(
      ...[this.#restored, restored].map((each) => each?.lacking.from ?? Number.POSITIVE_INFINITY),
    );
    this.#reader.close();
    this.#restored = restored;
    this.#reader = this.#newReader();
    if (!segment) return;
    if (position <= from) this.#reader.seek(position, link, delivered);
    else this.#reader.seek(from, undefined, delivered);
  }

  /** Where the journal's bytes end now, without reading them. */
  end(): number {
    return this.#guard(() => {
      if (this.#restored?.isCurrent()) return this.#restored.lacking.end;
      const last = listSegments(this.#on.disk, this.#on.directory).at(-1);
      if (!last) return 0;
      const segment = Segment.open(this.#on.disk, this.#on.directory, last.start, false);
      const end = segment?.end() ?? last.start;
      segment?.close();
      return end;
    });
  }

  /**
   * Appends commits, one line each, in one write, and syncs; gives the result at once where the disk is quick. The caller has refreshed and decided just before.
   * Nothing landed and no error: another process came first, and the lines are void for ever; refresh and decide again.
   * After a `journal_unavailable` the outcome is unknown until the journal has been read again.
   */
  append(bodies: readonly string[]): AppendResult | Promise<AppendResult> {
    if (this.#closed)
      return Promise.reject(new ProductionError('production_closed', 'the journal has been closed.'));
    if (this.#on.readOnly)
      return {
        landed: [],
        error: new ProductionError(
          'journal_unavailable',
          'the journal was opened for reading only; open it for writing.',
        ),
      };
    if (this.#appending)
      return Promise.reject(new ProductionError('machine_broken', 'two appends at once on one handle.'));
    try {
      const appended = this.#append(bodies);
      return appended instanceof Promise ? this.#whileAppending(appended) : appended;
    } catch (error) {
      return { landed: [], error: unavailable(error) };
    }
  }

  async #whileAppending(appended: Promise<AppendResult>): Promise<AppendResult> {
    this.#appending = appended.catch((error: unknown) => ({ landed: [], error: unavailable(error) }));
    try {
      return await this.#appending;
    } finally {
      this.#appending = undefined;
    }
  }

  #append(bodies: readonly string[]): AppendResult | Promise<AppendResult> {
    // The tail is not to be built on: the next refresh goes on in another segment.
    if (this.#suspectFrom !== undefined) return { landed: [] };
    if (this.#isReplaced) this.seeThatItIsInPlace();
    if (this.#restored) return this.#restoredMeanwhile();
    this.#seeThatItCanBeWritten();
    if (this.#isDue()) {
      const { problem } = landSeal(this.#tail());
      return { landed: [], ...(problem ? { error: problem } : {}) };
    }
    return this.#hasSynced ? this.#land(bodies) : this.#appendFirst(bodies);
  }

  /** There may be room by now. What is there has to be read again. */
  #restoredMeanwhile(): AppendResult {
    restoreRedone(this.#on);
    this.#goOnWith(undefined);
    return { landed: [] };
  }

  /** A line written by a handle that knows of nothing durable would prove nothing about those before it. */
  async #appendFirst(bodies: readonly string[]): Promise<AppendResult> {
    const error = await this.#sync();
    return error ? { landed: [], error } : this.#land(bodies);
  }

  #land(bodies: readonly string[]): AppendResult | Promise<AppendResult> {
    const tail = this.#tail();
    const isSure = tail.durableTo >= this.#reader.validEnd;
    const landing = landCommits(tail, bodies);
    if (landing.count === 0) return { landed: [], ...(landing.problem ? { error: landing.problem } : {}) };
    const synced = isSure && this.#isRedone(landing) ? undefined : this.#sync({ force: true });
    return synced instanceof Promise
      ? synced.then((error) => this.#landed(landing, error))
      : this.#landed(landing, synced);
  }

  /** Whether what has just landed is durable without a sync of the segment. Everything before it is. */
  #isRedone({ lines, count, bytes, problem }: Landing): boolean {
    if (problem || count < lines.length || this.#suspectFrom !== undefined || !this.#pace.isInline)
      return false;
    if (this.#pace.tryInline(() => this.#redo.keep(bytes))) {
      this.#redoneTo = lines.at(-1)?.end ?? 0;
      return true;
    }
    this.#redo.countAlone(bytes);
    if (this.#redo.isDue) this.#wantedFormat = redoFormat;
    if (this.#redo.isDue && this.#format >= redoFormat) this.#redo.make(this.#segment());
    return false;
  }

  #landed(
    { lines, count, problem }: Landing,
    error: ProductionError | undefined,
  ): AppendResult | Promise<AppendResult> {
    const landed = count === lines.length ? lines : lines.slice(0, count);
    const last = landed.at(-1);
    if (error || !last) return { landed: [], ...(error ? { error } : {}) };
    if (!this.#segment().isInPlace()) return this.#landedElsewhere(landed, problem);
    this.#reader.passOver(last);
    if (this.#redoneTo < last.end) this.#syncedTo = last.end;
    return problem ? { landed, error: problem } : { landed };
  }

  /** What was appended to is not in the folder any more: only what a copy of it has, or its compressed form, has landed. */
  async #landedElsewhere(
    lines: readonly EncodedLine[],
    problem: ProductionError | undefined,
  ): Promise<AppendResult> {
    const { common } = this.#goOnInPlace();
    const landed = lines.filter(({ end }) => end <= common);
    const last = landed.at(-1);
    if (!last) return { landed: [] };
    this.#reader.passOver(last);
    const error = await this.#sync({ force: true });
    return error ? { landed: [], error } : { landed, ...(problem ? { error: problem } : {}) };
  }

  /**
   * Looks whether the folder still has what this handle has read; an append under way looks by itself. Costs one `lstat`.
   * @throws ProductionError `journal_replaced`.
   */
  seeThatItIsInPlace(): void {
    if (this.#appending) return;
    this.#guard(() => {
      const { segment } = this.#reader;
      if (segment && !segment.isInPlace()) this.#goOnInPlace();
      this.#isReplaced = false;
    });
  }

  /**
   * The same for who is about to show what this handle has read, also while an append is under way.
   * @throws ProductionError `journal_replaced`.
   */
  seeThatItIsStillInPlace(): void {
    if (!this.#appending) return this.seeThatItIsInPlace();
    const { segment } = this.#reader;
    if (segment && !segment.isInPlace())
      throw replaced(this.#on.directory, 'another file is in the place of its last segment');
  }

  /** Goes on in what is there now, if that has everything that this handle has read; says how far it agrees with what was open. */
  #goOnInPlace(): { common: number } {
    const { disk, directory } = this.#on;
    this.#isReplaced = true;
    const common = commonEnd(disk, directory, this.#segment());
    if (common === undefined) throw replaced(directory, 'its last segment was removed or moved away');
    if (common < this.#reader.position)
      throw replaced(directory, `another file is in its place, which differs from position ${common} on`);
    if (!this.#reader.reopen()) throw replaced(directory, 'its last segment was removed or moved away');
    this.#isReplaced = false;
    return { common };
  }

  /** Syncs the present segment, if it has lines that are not known to be durable; gives what went wrong, at once where the disk is quick. */
  #sync({ force = false } = {}): ProductionError | undefined | Promise<ProductionError | undefined> {
    const { validEnd } = this.#reader;
    if (!force && this.durableEnd >= validEnd) return undefined;
    if (!this.#pace.isInline) return this.#syncLater(validEnd);
    const segment = this.#segment();
    // It was durable before the plain one went.
    if (segment.compressed) return this.#synced(segment, validEnd);
    try {
      this.#pace.syncInline(writable(segment));
    } catch (error) {
      return this.#syncFailed(error);
    }
    const failed = this.#synced(segment, validEnd);
    // Nothing was appended meanwhile, as it may be while a sync takes its time in the thread pool.
    if (!failed) this.#redo.synced();
    return failed;
  }

  async #syncLater(validEnd: number): Promise<ProductionError | undefined> {
    const segment = this.#segment();
    if (segment.compressed) return this.#synced(segment, validEnd);
    const release = segment.hold();
    try {
      await this.#pace.syncLater(writable(segment));
    } catch (error) {
      return this.#syncFailed(error);
    } finally {
      release();
    }
    return this.#synced(segment, validEnd);
  }

  #syncFailed(error: unknown): ProductionError {
    this.#suspect();
    return syncFailed(error);
  }

  #synced(segment: Segment, validEnd: number): ProductionError | undefined {
    // Another sync of the same file failed meanwhile: this one may have succeeded over its hole.
    if (this.#suspectFrom !== undefined)
      return syncFailed(Object.assign(new Error('an earlier sync failed'), { code: 'EIO' }));
    this.#syncedTo = Math.max(this.#syncedTo, validEnd);
    if (this.#reader.segment === segment) this.#hasSynced = true;
    return undefined;
  }

  /**
   * Lines of other processes that have been read are on disk when this resolves, and nothing else has been read since.
   * @throws ProductionError `journal_replaced` when what was read is not what the folder has now, `journal_unavailable`.
   */
  async durable(): Promise<void> {
    if (!this.#closed) this.seeThatItIsInPlace();
    while (!this.#isDurable()) {
      // The append under way syncs the same file.
      if (this.#appending) await this.#appending;
      const error = await this.#sync();
      if (error) throw error;
    }
  }

  #isDurable(): boolean {
    const { segment, validEnd } = this.#reader;
    if (this.#isToBeRead || !segment || this.durableEnd >= validEnd) return true;
    // Who may not write cannot sync either, and shows what there is.
    return segment.unwritable !== undefined;
  }

  /** Valid lines that end here or before are on disk for certain, by our own syncs, in our redo file, or because they came with their segment. */
  get durableEnd(): number {
    return Math.max(this.#redoneTo, this.#syncedInSegment);
  }

  get #syncedInSegment(): number {
    return Math.max(this.#syncedTo, this.#reader.madeTo);
  }

  /** Reads history on its own, without moving this handle. */
  scan(onEntry: (entry: JournalEntry) => void, range: ScanRange = {}): void {
    this.#guard(() =>
      scanSegments(
        this.#present,
        this.#on.directory,
        onEntry,
        range,
        this.#inMemory ? 0 : this.#reader.position,
      ),
    );
  }

  /** What can be read now: others may have brought back what is in memory, and gone on. */
  get #present(): Disk {
    return (this.#restored && this.#restoredNow()?.disk) ?? this.#on.disk;
  }

  /** What there is, and what is wrong with it. Never throws on damage. */
  inspect(): Inspection {
    return this.#guard(() => inspectSegments(this.#on.disk, this.#on.directory));
  }

  /** Calls back when commits may have been added by anyone, until the returned function is called. */
  follow(onChange: () => void, options: { pollMs?: number } = {}): () => void {
    const { disk, directory } = this.#on;
    return follow({
      disk,
      directory,
      position: () => this.#inMemory?.end ?? this.#reader.seenEnd,
      end: () => this.end(),
      onChange,
      pollMs: options.pollMs ?? 250,
    });
  }

  /** Compresses sealed segments without loss. */
  compact(): Compacted[] {
    return this.#guard(() => compactSegments(this.#on.disk, this.#on.directory));
  }

  close(): void {
    if (!this.#closed && this.#redo.isNeeded) this.#syncBeforeClosing();
    this.#closed = true;
    this.#redo.close();
    this.#reader.close();
  }

  #syncBeforeClosing(): void {
    const { segment } = this.#reader;
    if (segment?.fd === undefined) return;
    try {
      this.#pace.syncInline(segment.fd);
    } catch {
      // Who opens the journal later hears nothing of it.
      this.#suspect();
    }
    // A sync that succeeds after a failed one proves nothing: then the redo file stays, and whoever opens the journal next has it.
    if (this.#suspectFrom === undefined) this.#redo.synced();
  }

  #header(rescued?: Header['rescue']): Header {
    const { machine, program, now } = this.#on;
    return {
      format: Math.max(this.#format, this.#wantedFormat),
      machine,
      program,
      started: now(),
      ...(rescued ? { rescue: rescued } : {}),
    };
  }

  #entered(header: Header, segment: Segment, isLast: boolean): void {
    const { machine, disk, directory } = this.#on;
    this.#seeThatItFollows(segment);
    refuseNewer(header, machine);
    if (this.#isToBeRead) return;
    // A folder entry that another process made may not be durable yet. One sync covers the entries of all earlier segments too.
    if (isLast && segment.unwritable === undefined) disk.syncDirectory(directory);
    this.#format = header.format;
    // Each segment's header must be true of all its commits.
    this.#needsRotation = header.machine.version < machine.version;
    // Whoever made the segment had synced what is before it.
    this.#syncedTo = segment.start;
    // A copy may have taken its place, of which our redo file has the end only.
    this.#redoneTo = 0;
    this.#hasSynced = false;
  }

  /** The next segment is opened by its name: it may be that of another journal, whose lines follow other ones. */
  #seeThatItFollows(next: Segment): void {
    const { segment, position } = this.#reader;
    if (!segment || segment.start === next.start || segment.isInPlace()) return;
    const common = commonEnd(this.#on.disk, this.#on.directory, segment);
    if (common === undefined || common < position) this.#refuseReplaced(segment);
  }

  #refuseReplaced({ file }: Segment): never {
    this.#isReplaced = true;
    throw replaced(this.#on.directory, `${file} is not the one that it was`);
  }

  #isDue(): boolean {
    const { start } = this.#segment();
    const { position, madeTo } = this.#reader;
    // A segment takes at least one commit, or a limit below its header's size would have it sealed for ever.
    return (
      this.#needsRotation ||
      this.#format < this.#wantedFormat ||
      (position > madeTo && position - start >= (this.#on.segmentBytes ?? defaultSegmentBytes))
    );
  }

  /** Makes the segment that a seal names. Nothing may be committed there before everything before it is durable. */
  #makeNext({ seal, line }: FoundSeal, sealed: Segment): void {
    const { disk, directory } = this.#on;
    // One that was given to a log ends with a seal, and goes on there.
    refuseCopy(disk, directory);
    const seeJournal = (): void => {
      if (!sealed.isInPlace() && !sealed.compressed) this.#refuseReplaced(sealed);
    };
    seeJournal();
    const start = seal.next;
    const from = seal.rescue?.from ?? this.#syncSealed(sealed);
    if (from === undefined)
      return makeSegment({ disk, directory, start, previous: line.crc, header: this.#header(), seeJournal });
    // The disk may have lost what programs have read from it.
    restoreRedone(this.#on);
    if (disk.stat(join(directory, segmentFile(start)))) return;
    const { version } = this.#on.machine;
    const rescued = linesBetween(disk, directory, { from, to: start, version });
    makeSegment({
      disk,
      directory,
      start,
      previous: noCrc,
      header: this.#header({ from, lines: rescued.length }),
      rescued,
      seeJournal,
    });
  }

  /** A full disk, or one that may not be written, must not keep anybody from reading. */
  #makeNextIfThereIsRoom(found: FoundSeal, sealed: Segment): void {
    try {
      this.#makeNext(found, sealed);
    } catch (error) {
      if (!isForbidden(error) && !isFull(error)) throw error;
      this.#obstacle = error;
    }
  }

  #seeThatItCanBeWritten(): void {
    if (this.#obstacle !== undefined) throw unavailable(this.#obstacle);
    // The file system may have been made writable meanwhile.
    if (this.#segment().unwritable !== undefined) this.#reader.reopen();
    const { unwritable } = this.#segment();
    if (unwritable !== undefined) throw unavailable(unwritable);
  }

  /** Where doubt begins, when a sealed segment cannot be synced. */
  #syncSealed(sealed: Segment): number | undefined {
    try {
      if (sealed.fd !== undefined) this.#pace.syncInline(sealed.fd);
    } catch {
      this.#suspectFrom ??=
        sealed.start === this.#reader.segment?.start ? this.#syncedInSegment : sealed.start;
    }
    return this.#suspectFrom;
  }

  /** Notes that the tail cannot be trusted, and leaves it at once: another process might build on it. What cannot be done now is done by the next refresh. */
  #suspect(): void {
    this.#suspectFrom ??= this.#syncedInSegment;
    try {
      this.#rescue();
    } catch {
      // The caller hears of the sync that failed.
    }
  }

  #rescue(): void {
    if (this.#suspectFrom === undefined) return;
    const { disk, directory } = this.#on;
    restoreRedone(this.#on);
    const { position, link } = this.#reader;
    rescue({
      disk,
      directory,
      from: this.#suspectFrom,
      position,
      link,
      onMissingSegment: (found, sealed) => this.#makeNext(found, sealed),
    });
    this.#suspectFrom = undefined;
  }

  #tail() {
    return { disk: this.#on.disk, reader: this.#reader, durableTo: this.durableEnd };
  }

  #segment(): Segment {
    if (!this.#reader.segment) this.#reader.read(() => {});
    const { segment } = this.#reader;
    if (segment) return segment;
    throw new ProductionError(
      'journal_unavailable',
      `${this.#on.directory} has no journal; was the folder removed?`,
    );
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
