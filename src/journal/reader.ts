import { ProductionError } from '../../machines/index.js';
import type { Disk } from '../disk/index.js';
import { decodeLine, hidesLine, noCrc, type ValidLine } from './line.js';
import { Segment, listSegments, type Header, type Rescued, type Seal } from './segment.js';

/** A commit as the journal has it. */
export interface JournalEntry {
  /** Where its line begins, and where the one after it may begin. */
  position: number;
  end: number;
  /** The commit's JSON. */
  text: string;
}

export interface ReaderOptions {
  disk: Disk;
  directory: string;
  /** Opens segments so that they can be appended to. */
  writable: boolean;
  /** A seal names a segment that does not exist yet: whoever may write makes it; otherwise reading waits there. */
  onMissingSegment?: ((seal: Seal) => void) | undefined;
  /** A segment is entered. */
  onSegment?: ((header: Header, segment: Segment) => void) | undefined;
}

const blockBytes = 1 << 20;
const never = Number.POSITIVE_INFINITY;
const nothing = Buffer.alloc(0);

/** Walks the journal's valid lines in order, from segment to segment. Damage is thrown, never skipped. */
export class Reader {
  /** Everything before it has been read: lines taken, void ones passed over. */
  position = 0;
  /** Where the bytes ended that were looked at: beyond `position` when a fragment lies there. */
  seenEnd = 0;
  /** Checksum of the last valid line, which the next one must name. */
  lastCrc: string = noCrc;
  segment: Segment | undefined;
  readonly #on: ReaderOptions;
  /** False when the next line's link cannot be checked. */
  #linked = true;
  /** The checksum that the next rescued line must name; undefined when it cannot be checked. */
  #rescueLink: string | undefined;
  /** From here on a later segment's copies count instead of the present segment. */
  #limit = never;
  /** The start of a segment that was there when the present one was entered. */
  #following: number | undefined;
  /** A seal whose segment could not be opened yet. */
  #pending: Seal | undefined;
  /** Commits that end here or before have been delivered. */
  #delivered = 0;

  constructor(options: ReaderOptions) {
    this.#on = options;
  }

  /** Begins in the middle: after a line that ended at `position`, with checksum `crc` where that is known. */
  seek(position: number, crc?: string): void {
    const within = this.#list().findLast(({ start }) => start <= position);
    if (!within) throw damaged(`there is no segment with position ${position}`);
    this.lastCrc = crc ?? noCrc;
    this.#linked = crc !== undefined;
    this.#delivered = position;
    this.#enter(within.start, position);
  }

  /** Reads what there is up to `to`, giving each commit to `onEntry`. Costs one `fstat` when there is nothing new. */
  read(onEntry: (entry: JournalEntry) => void, to: number = never): void {
    if (!this.segment) {
      const first = this.#list()[0];
      if (!first) return;
      this.#enter(first.start, first.start);
    }
    while (this.segment && this.position < to) {
      const seal = this.#pending ?? this.#readSegment(this.segment, onEntry, to);
      if (this.position >= to && !seal) return;
      if (!this.#advance(seal)) return;
    }
  }

  /** Goes on in a segment that this handle has just made. */
  enterNext(start: number): void {
    if (!this.#enter(start, start)) throw damaged(`the segment at ${start} is gone`);
  }

  close(): void {
    this.segment?.close();
    this.segment = undefined;
  }

  #list() {
    return listSegments(this.#on.disk, this.#on.directory);
  }

  #readSegment(segment: Segment, onEntry: (entry: JournalEntry) => void, to: number): Seal | undefined {
    const end = Math.min(segment.end(), this.#limit);
    let carried = nothing as Buffer;
    while (this.position + carried.length < end && this.position < to) {
      const from = this.position + carried.length;
      const block = segment.read(from, Math.min(end, from + blockBytes));
      if (block.length === 0) break;
      const bytes = carried.length === 0 ? block : Buffer.concat([carried, block]);
      let start = 0;
      for (let newline = bytes.indexOf(10); newline !== -1 && this.position < to; newline = bytes.indexOf(10, start)) {
        const seal = this.#line(bytes.subarray(start, newline), segment, onEntry, to);
        start = newline + 1;
        if (seal) return seal;
      }
      carried = bytes.subarray(start);
    }
    this.seenEnd = this.position + carried.length;
    return undefined;
  }

  #line(bytes: Buffer, segment: Segment, onEntry: (entry: JournalEntry) => void, to: number): Seal | undefined {
    const line = decodeLine(bytes, this.position);
    if (line) this.#follow(line, segment);
    else if (hidesLine(bytes, this.position)) throw damaged(`segment ${segment.file}: the line at ${this.position} is altered`);
    this.position += bytes.length + 1;
    this.seenEnd = this.position;
    if (line?.kind === 'seal') return JSON.parse(line.text) as Seal;
    if (line?.kind === 'commit') this.#deliver(line, onEntry);
    if (line?.kind === 'rescued') this.#rescued(JSON.parse(line.text) as Rescued, onEntry, to);
    return undefined;
  }

  #follow(line: ValidLine, segment: Segment): void {
    if (this.#linked && line.previous !== this.lastCrc) {
      throw damaged(`segment ${segment.file}: the line at ${line.position} follows a line that is missing or altered`);
    }
    this.#linked = true;
    this.lastCrc = line.crc;
  }

  #rescued({ position, line }: Rescued, onEntry: (entry: JournalEntry) => void, to: number): void {
    const original = decodeLine(Buffer.from(line), position);
    if (!original) throw damaged(`the rescued line of ${position} is not whole`);
    if (this.#rescueLink !== undefined && original.previous !== this.#rescueLink) {
      throw damaged(`the rescued line of ${position} follows a line that is missing or altered`);
    }
    this.#rescueLink = original.crc;
    if (original.kind === 'commit' && position < to) this.#deliver(original, onEntry);
  }

  #deliver({ position, end, text }: ValidLine, onEntry: (entry: JournalEntry) => void): void {
    if (end <= this.#delivered) return;
    this.#delivered = end;
    onEntry({ position, end, text });
  }

  /** Goes on to the next segment; false when there is none to go to. */
  #advance(seal: Seal | undefined): boolean {
    const next = seal?.next ?? (this.position >= this.#limit ? this.#following : undefined);
    if (next === undefined) {
      if (this.#following === undefined) return false;
      throw damaged(`segment ${this.segment?.file ?? ''} has no seal although ${this.#following} follows it`);
    }
    this.#pending = seal;
    if (this.#enter(next, next)) return true;
    if (seal) this.#on.onMissingSegment?.(seal);
    return this.#enter(next, next);
  }

  /** Opens the segment that begins at `start`, to be read from `position` on. */
  #enter(start: number, position: number): boolean {
    const { disk, directory, writable } = this.#on;
    const segment = Segment.open(disk, directory, start, writable);
    if (!segment) return false;
    const header = segment.header();
    this.#on.onSegment?.(header, segment);
    const isContinuation = this.segment !== undefined;
    this.segment?.close();
    this.segment = segment;
    this.#pending = undefined;
    // Its header cannot name the line before it, which may be lost; its copies are checked against what was read before.
    if (header.rescue) this.#rescueLink = this.#linked && this.position === header.rescue.from ? this.lastCrc : undefined;
    if (position === start) this.#linked = this.#linked && !header.rescue && (isContinuation || start === 0);
    this.position = position;
    this.seenEnd = position;
    this.#lookAhead(start, position);
    return true;
  }

  /** Whether the segment after this one takes lines over from it. */
  #lookAhead(start: number, position: number): void {
    const { disk, directory } = this.#on;
    this.#limit = never;
    this.#following = this.#list().find((segment) => segment.start > start)?.start;
    if (this.#following === undefined) return;
    const following = Segment.open(disk, directory, this.#following, false);
    const from = following?.header().rescue?.from;
    following?.close();
    if (from === undefined || from < start) return;
    this.#limit = Math.max(from, start);
    if (position > from) this.position = Math.max(this.#limit, position);
  }
}

function damaged(what: string): ProductionError {
  return new ProductionError('journal_damaged', `the journal is damaged: ${what}. Run showrunner doctor to see what can be saved.`);
}
