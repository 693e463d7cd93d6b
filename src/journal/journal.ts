import { ProductionError } from '../../machines/index.js';
import { errorCode, makeDurableDirectory, type Disk } from '../disk/index.js';
import { compactSegments, type Compacted } from './compact.js';
import { follow } from './follow.js';
import { inspectSegments, type Inspection } from './inspect.js';
import { decodeLine, encodeLine, noCrc, spoiler, type EncodedLine } from './line.js';
import { makeSegment } from './make-segment.js';
import { Reader, type JournalEntry } from './reader.js';
import { Segment, journalFormat, listSegments, type Header, type Rescued, type Seal } from './segment.js';
import { SyncPace } from './sync-pace.js';

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

/** Where a commit's line lies. */
export interface Landed {
  position: number;
  end: number;
}

/** What became of an append: the lines that are at their place and durable, from the first on, and what hindered the rest. */
export interface AppendResult {
  landed: Landed[];
  error?: ProductionError;
}

const defaultSegmentBytes = 16 * 1024 * 1024;

/**
 * The append-only journal (DESIGN.md, section 4). A line counts only at the byte position that it claims, so any number of
 * processes may append without a lock: who comes second finds his line void, reads on, and decides again.
 */
export class Journal {
  readonly #on: JournalOptions;
  readonly #reader: Reader;
  readonly #pace: SyncPace;
  /** Everything before it has been made durable by this handle, or lies in a segment made whole. */
  #durableTo = 0;
  /** Lines of other processes have been read and not been synced by us. */
  #owesSync = false;
  /** A sync failed: the tail of the present segment cannot be trusted any more. */
  #suspect = false;
  #needsRotation = false;
  #appending: Promise<AppendResult> | undefined;
  #closed = false;

  private constructor(options: JournalOptions) {
    this.#on = options;
    this.#pace = new SyncPace(options.disk, options.inlineSyncBelowMs ?? 1);
    this.#reader = new Reader({
      disk: options.disk,
      directory: options.directory,
      writable: !options.readOnly,
      onMissingSegment: options.readOnly ? undefined : (seal) => this.#makeNext(seal),
      onSegment: (header, segment) => this.#entered(header, segment),
    });
  }

  /**
   * Opens the journal, making it when it is not there. Reads nothing yet.
   * @throws ProductionError `journal_unavailable`, `path_refused`.
   */
  static open(options: JournalOptions): Journal {
    const journal = new Journal(options);
    if (!options.readOnly) journal.#guard(() => journal.#prepare());
    return journal;
  }

  #prepare(): void {
    const { disk, directory } = this.#on;
    makeDurableDirectory(disk, directory);
    if (listSegments(disk, directory).length === 0) makeSegment({ disk, directory, start: 0, previous: noCrc, header: this.#header() });
  }

  /** Everything before it has been read by this handle. */
  get position(): number {
    return this.#reader.position;
  }

  /** Checksum of the last valid line before {@link position}. */
  get lastCrc(): string {
    return this.#reader.lastCrc;
  }

  /** Begins reading after a line that ended at `position`; `crc` is that line's checksum. */
  seek(position: number, crc?: string): void {
    this.#guard(() => this.#reader.seek(position, crc));
  }

  /** Gives every commit after {@link position}, in order. Costs one `fstat` when there is nothing new. */
  refresh(onEntry: (entry: JournalEntry) => void): void {
    this.#guard(() => {
      if (this.#suspect) this.#rescue(onEntry);
      this.#reader.read((entry) => {
        this.#owesSync = true;
        onEntry(entry);
      });
    });
  }

  /** Where the journal's bytes end now, without reading them. */
  end(): number {
    return this.#guard(() => {
      const last = listSegments(this.#on.disk, this.#on.directory).at(-1);
      if (!last) return 0;
      const segment = Segment.open(this.#on.disk, this.#on.directory, last.start, false);
      const end = segment?.end() ?? last.start;
      segment?.close();
      return end;
    });
  }

  /**
   * Appends commits, one line each, in one write, and syncs. The caller has refreshed and decided just before.
   * Nothing landed and no error: another process came first, and the lines are void for ever; refresh and decide again.
   * After a `journal_unavailable` the outcome is unknown until the journal has been read again.
   */
  async append(bodies: readonly string[]): Promise<AppendResult> {
    if (this.#closed) throw new ProductionError('production_closed', 'the journal has been closed.');
    if (this.#appending) throw new ProductionError('machine_broken', 'two appends at once on one handle.');
    this.#appending = this.#append(bodies).catch((error: unknown) => ({ landed: [], error: unavailable(error) }));
    try {
      return await this.#appending;
    } finally {
      this.#appending = undefined;
    }
  }

  async #append(bodies: readonly string[]): Promise<AppendResult> {
    if (this.#isDue()) {
      this.#rotate();
      // Others may have committed in the new segment already: the caller has to look first.
      return { landed: [] };
    }
    const { lines, count, problem } = this.#write('commit', bodies);
    if (count === 0) return problem ? { landed: [], error: problem } : { landed: [] };
    const error = await this.#syncOrSuspect();
    if (error) return { landed: [], error };
    this.#moveTo(lines, count);
    return { landed: lines.slice(0, count).map(({ position, end }) => ({ position, end })), ...(problem ? { error: problem } : {}) };
  }

  async #syncOrSuspect(): Promise<ProductionError | undefined> {
    const fd = this.#writable();
    try {
      if (this.#pace.isInline) this.#pace.syncInline(fd);
      else await this.#pace.syncLater(fd);
      // Another sync of the same file failed meanwhile: this one may have succeeded over its hole.
      return this.#suspect ? unavailable(Object.assign(new Error('an earlier sync failed'), { code: 'EIO' })) : undefined;
    } catch (error) {
      this.#suspect = true;
      return unavailable(error);
    }
  }

  #moveTo(lines: readonly EncodedLine[], count: number): void {
    const last = lines[count - 1];
    if (!last) return;
    this.#reader.position = last.end;
    this.#reader.seenEnd = last.end;
    this.#reader.lastCrc = last.crc;
    this.#durableTo = last.end;
    this.#owesSync = false;
  }

  /** One write of lines that claim their places; how many of them are there, from the first on. */
  #write(kind: 'commit' | 'seal', texts: readonly string[]): { lines: EncodedLine[]; count: number; problem?: ProductionError } {
    const { position, seenEnd, lastCrc } = this.#reader;
    const isTorn = seenEnd > position;
    const lines: EncodedLine[] = [];
    let place = isTorn ? seenEnd + spoiler.length : position;
    let crc = lastCrc;
    for (const text of texts) {
      const line = encodeLine(place, crc, kind, text);
      lines.push(line);
      place = line.end;
      crc = line.crc;
    }
    const bytes = Buffer.concat([...(isTorn ? [spoiler] : []), ...lines.map((line) => line.bytes)]);
    return { lines, ...this.#land(bytes, seenEnd, lines) };
  }

  /** Writes, and looks where it went: the size tells when nobody else wrote meanwhile, reading back tells otherwise. */
  #land(bytes: Buffer, expected: number, lines: readonly EncodedLine[]): { count: number; problem?: ProductionError } {
    const segment = this.#segment();
    let written = 0;
    let problem: ProductionError | undefined;
    try {
      written = this.#on.disk.write(this.#writable(), bytes);
      if (written < bytes.length) problem = unavailable(Object.assign(new Error('the write was cut short'), { code: 'ENOSPC' }));
    } catch (error) {
      problem = unavailable(error);
    }
    const isThere = written > 0 && (segment.end() === expected + written || segment.read(expected, expected + written).equals(bytes.subarray(0, written)));
    const count = isThere ? lines.filter((line) => line.end <= expected + written).length : 0;
    return { count, ...(problem ? { problem } : {}) };
  }

  /** Lines of other processes that have been read are on disk when this resolves. */
  async durable(): Promise<void> {
    if (!this.#owesSync || this.#on.readOnly) return;
    // The append under way syncs the same file.
    if (this.#appending) await this.#appending;
    if (!this.#owesSync) return;
    const upTo = this.#reader.position;
    const error = await this.#syncOrSuspect();
    if (error) throw error;
    this.#owesSync = this.#reader.position !== upTo;
    this.#durableTo = Math.max(this.#durableTo, upTo);
  }

  /** Reads history on its own, without moving this handle. */
  scan(onEntry: (entry: JournalEntry) => void, range: { from?: number; to?: number } = {}): void {
    this.#guard(() => {
      const reader = new Reader({ disk: this.#on.disk, directory: this.#on.directory, writable: false });
      try {
        if (range.from !== undefined) reader.seek(range.from);
        reader.read(onEntry, range.to);
      } finally {
        reader.close();
      }
    });
  }

  /** What there is, and what is wrong with it. Never throws on damage. */
  inspect(): Inspection {
    return this.#guard(() => inspectSegments(this.#on.disk, this.#on.directory));
  }

  /** Calls back when commits may have been added by anyone, until the returned function is called. */
  follow(onChange: () => void, options: { pollMs?: number } = {}): () => void {
    const { disk, directory } = this.#on;
    return follow({ disk, directory, position: () => this.#reader.seenEnd, end: () => this.end(), onChange, pollMs: options.pollMs ?? 250 });
  }

  /** Compresses sealed segments without loss. */
  compact(): Compacted[] {
    return this.#guard(() => compactSegments(this.#on.disk, this.#on.directory));
  }

  close(): void {
    this.#closed = true;
    this.#reader.close();
  }

  #header(rescue?: Header['rescue']): Header {
    const { machine, program, now } = this.#on;
    return { format: journalFormat, machine, program, started: now(), ...(rescue ? { rescue } : {}) };
  }

  #entered(header: Header, segment: Segment): void {
    const { machine, disk, directory, readOnly } = this.#on;
    if (header.machine.version > machine.version) {
      throw new ProductionError('production_upgraded', `this production was written by ${header.program} with version ${header.machine.version} of the statechart, this program has ${machine.version}; upgrade showrunner.`);
    }
    if (readOnly) return;
    // Each segment's header must be true of all its commits. A folder entry that another process made may not be durable yet.
    this.#needsRotation = header.machine.version < machine.version;
    this.#durableTo = segment.start;
    disk.syncDirectory(directory);
  }

  #isDue(): boolean {
    const segment = this.#segment();
    return this.#needsRotation || this.#reader.position - segment.start >= (this.#on.segmentBytes ?? defaultSegmentBytes);
  }

  /** Seals the segment and goes on in the next. When another process came first, its seal or commit is simply read. */
  #rotate(): void {
    const seal = this.#sealFor({});
    const { lines, count, problem } = this.#write('seal', [JSON.stringify(seal)]);
    if (problem) throw problem;
    if (count === 0) return;
    try {
      this.#pace.syncInline(this.#writable());
    } catch (error) {
      this.#suspect = true;
      throw error;
    }
    this.#moveTo(lines, 1);
    this.#makeNext(seal);
    this.#reader.enterNext(seal.next);
  }

  /** A seal that names the byte after itself; its own length depends on the digits of that number. */
  #sealFor(extra: Partial<Seal>): Seal {
    const { position, seenEnd, lastCrc } = this.#reader;
    const start = seenEnd > position ? seenEnd + spoiler.length : position;
    let next = start;
    for (let round = 0; round < 3; round += 1) next = encodeLine(start, lastCrc, 'seal', JSON.stringify({ next, ...extra })).end;
    return { next, ...extra };
  }

  #makeNext(seal: Seal): void {
    const { disk, directory } = this.#on;
    // A seal whose own sync failed may be lost: then the next segment must be able to do without it.
    const from = seal.rescue?.from ?? (this.#suspect ? this.#durableTo : undefined);
    if (from === undefined) {
      makeSegment({ disk, directory, start: seal.next, previous: this.#reader.lastCrc, header: this.#header() });
      return;
    }
    const rescued = this.#linesSince(from, seal.next);
    makeSegment({ disk, directory, start: seal.next, previous: noCrc, header: this.#header({ from, lines: rescued.length }), rescued });
  }

  /** The valid commits between two positions of the present segment, as they are in memory or on disk. */
  #linesSince(from: number, to: number): Rescued[] {
    const bytes = this.#segment().read(from, to);
    const found: Rescued[] = [];
    let start = 0;
    for (let newline = bytes.indexOf(10); newline !== -1; newline = bytes.indexOf(10, start)) {
      const line = bytes.subarray(start, newline);
      const position = from + start;
      const kind = decodeLine(line, position)?.kind;
      if (kind !== undefined && kind !== 'seal') found.push({ position, line: line.toString('utf8') });
      start = newline + 1;
    }
    return found;
  }

  /** After a failed sync: nothing more is built on the tail. A new segment begins with durable copies of what was not known durable. */
  #rescue(onEntry: (entry: JournalEntry) => void): void {
    const from = this.#durableTo;
    for (;;) {
      const start = this.#segment().start;
      this.#reader.read(onEntry);
      if (this.#segment().start !== start) break;
      const seal = this.#sealFor({ rescue: { from } });
      const { lines, count, problem } = this.#write('seal', [JSON.stringify(seal)]);
      if (problem) throw problem;
      if (count === 0) continue;
      const last = lines[0];
      if (!last) break;
      this.#reader.position = last.end;
      this.#reader.seenEnd = last.end;
      this.#reader.lastCrc = last.crc;
      this.#makeNext(seal);
      this.#reader.enterNext(seal.next);
      this.#reader.read(onEntry);
      break;
    }
    this.#suspect = false;
    this.#owesSync = false;
  }

  #segment(): Segment {
    if (!this.#reader.segment) this.#reader.read(() => {});
    const { segment } = this.#reader;
    if (segment) return segment;
    throw new ProductionError('journal_unavailable', `${this.#on.directory} has no journal; was the folder removed?`);
  }

  #writable(): number {
    const { fd } = this.#segment();
    if (fd !== undefined) return fd;
    throw new ProductionError('journal_unavailable', 'the journal was opened for reading only, or its last segment is compressed.');
  }

  #guard<Result>(work: () => Result): Result {
    if (this.#closed) throw new ProductionError('production_closed', 'the journal has been closed.');
    try {
      return work();
    } catch (error) {
      throw error instanceof ProductionError ? error : unavailable(error);
    }
  }
}

const advice: Record<string, string> = {
  ENOSPC: 'the disk is full; free space and try again',
  EDQUOT: 'the disk quota is used up; free space and try again',
  EACCES: 'permission denied; check who owns the folder',
  EPERM: 'permission denied; check who owns the folder',
  EROFS: 'the file system is read-only; remount it for writing',
  EIO: 'the disk reported an error; check it, and look at the episode again before trying once more, because the outcome of the last call is unknown',
  ENOENT: 'the folder is gone; was it moved or removed?',
  EMFILE: 'too many files are open; raise the limit',
};

function unavailable(error: unknown): ProductionError {
  if (error instanceof ProductionError) return error;
  const code = errorCode(error) ?? 'error';
  return new ProductionError('journal_unavailable', `the journal cannot be written or read (${code}): ${advice[code] ?? (error as Error).message}.`, { cause: error });
}

