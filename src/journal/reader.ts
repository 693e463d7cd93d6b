import type { Disk } from '../disk/index.js';
import { Chain } from './chain.js';
import { damaged } from './damaged.js';
import { decodeLine, noCrc, type ValidLine } from './line.js';
import { unwrapRescued } from './rescued.js';
import { Segment, listSegments, type Header, type Seal } from './segment.js';
import { Takeovers, type Takeover } from './takeovers.js';

/** A commit as the journal has it. */
export interface JournalEntry {
  /** Where its line begins, and where the one after it may begin. */
  position: number;
  end: number;
  /** The commit's JSON. */
  text: string;
  /** The machine version that wrote it, by which its snapshots, changes and events are to be read. */
  version: number;
}

/** A seal that was met: what it says, and its line. */
export interface FoundSeal {
  seal: Seal;
  line: ValidLine;
  bytes: Buffer;
}

export interface ReaderOptions {
  disk: Disk;
  directory: string;
  /** Opens segments so that they can be appended to. */
  writable: boolean;
  /** A seal names a segment that does not exist yet: whoever may write makes it; otherwise reading waits there. */
  onMissingSegment?: ((found: FoundSeal, sealed: Segment) => void) | undefined;
  /** A segment is about to be entered. */
  onSegment?: ((header: Header, segment: Segment, isLast: boolean) => void) | undefined;
  /** Every valid line, of whatever kind, with its bytes. */
  onLine?: ((line: ValidLine, bytes: Buffer, segmentVersion: number) => void) | undefined;
}

const blockBytes = 1 << 20;
// Most lines are shorter: for who reads one here and one there.
const lineBytes = 1 << 14;
const never = Number.POSITIVE_INFINITY;
const nothing = Buffer.alloc(0);

/** Walks the journal's valid lines in order, from segment to segment. Damage is thrown, never skipped. */
export class Reader {
  /** Everything before it has been read: lines taken, void ones passed over. Never beyond a seal whose segment has not been entered. */
  position = 0;
  /** Where the bytes ended that were looked at: beyond `position` when a fragment lies there. */
  seenEnd = 0;
  /** Everything in the present segment before it was made durable together with the segment. */
  madeTo = 0;
  segment: Segment | undefined;
  readonly #on: ReaderOptions;
  readonly #chain = new Chain();
  readonly #takeovers: Takeovers;
  /** The checksum that the next rescued line must name; undefined when it cannot be checked. */
  #rescueLink: string | undefined;
  /** From where on the present segment's copies count, when it begins with some. */
  #copiesFrom: number | undefined;
  /** From here on a later segment's copies count instead of the present segment. */
  #takeover: Takeover | undefined;
  /** The start of a segment that was there when the folder was last looked at. */
  #following: number | undefined;
  /** Something void was met: it may be what a failed sync left of a seal. */
  #hasDoubt = false;
  /** The machine version of the present segment's own lines. */
  #version = 0;
  /** Commits that end here or before have been delivered. */
  #delivered = 0;
  /** How many more the present reading gives. */
  #left = never;

  constructor(options: ReaderOptions) {
    this.#on = options;
    this.#takeovers = new Takeovers(options.disk, options.directory);
  }

  /** Checksum of the last valid line before {@link position}. */
  get lastCrc(): string {
    return this.#chain.crc ?? noCrc;
  }

  /** The same; undefined when the next line's link cannot be checked. */
  get link(): string | undefined {
    return this.#chain.crc;
  }

  /** Where the last valid line before {@link position} ended. */
  get validEnd(): number {
    return this.#chain.end;
  }

  /** Commits that end here or before have been given to who reads. */
  get delivered(): number {
    return this.#delivered;
  }

  /**
   * Begins in the middle: after a line that ended at `position`, with checksum `crc` where that is known. Commits that end at `delivered` or before
   * are not given again.
   */
  seek(position: number, crc?: string, delivered = position): void {
    const within = listSegments(this.#on.disk, this.#on.directory).findLast(({ start }) => start <= position);
    if (!within) throw damaged(`there is no segment with position ${position}`);
    this.#delivered = delivered;
    this.#chain.crc = crc;
    this.#chain.end = position;
    this.#enter(within.start, position);
  }

  /** Begins anew at `position`, where a line begins that this handle has read once; in the present segment where it lies there, ahead. */
  skipTo(position: number): void {
    const end = Math.min(this.#following ?? never, this.#takeover?.from ?? never);
    if (!this.segment || position < this.position || position >= end) return this.seek(position);
    this.#chain.crc = undefined;
    this.#chain.end = position;
    this.position = position;
    this.seenEnd = position;
  }

  /** Goes behind lines that were appended through this reader's segment. */
  passOver(last: { end: number; crc: string }): void {
    this.position = last.end;
    this.seenEnd = last.end;
    this.#delivered = last.end;
    this.#chain.take(last);
  }

  /** Reads what there is up to `to`, giving each commit to `onEntry`, at most so many. Costs one `fstat` when there is nothing new, or the reading of a byte where the disk has redo files. */
  read(onEntry: (entry: JournalEntry) => void, to: number = never, most: number = never): void {
    this.#left = most;
    if (!this.segment) this.#enterFirst();
    while (this.segment && this.#isBefore(to)) {
      const found = this.#readSegment(this.segment, onEntry, to);
      if (!found && !this.#isBefore(to)) return;
      // What follows is looked for before the rest is read: else a segment sealed in between would look like one without a seal.
      if (!found && this.#hasDoubt && this.#looksAheadAgain(this.segment)) continue;
      if (!this.#advance(found)) return;
    }
  }

  /** Whether something is still to be read: copies of lines before `to` lie behind it. */
  #isBefore(to: number): boolean {
    const from = this.#copiesFrom;
    if (this.#left === 0) return false;
    return this.position < to || (from !== undefined && from < to && this.position === this.madeTo);
  }

  /** Goes on in the file that has the present segment's name now; the caller has seen that it says the same up to {@link position}. False when there is none. */
  reopen(): boolean {
    const { segment, position } = this;
    return segment !== undefined && this.#enter(segment.start, position);
  }

  close(): void {
    this.segment?.close();
    this.segment = undefined;
  }

  #enterFirst(): void {
    const first = listSegments(this.#on.disk, this.#on.directory)[0];
    if (!first) return;
    if (first.start > 0) throw damaged(`it begins at ${first.start}: what was before is missing`);
    this.#enter(first.start, first.start);
  }

  #readSegment(segment: Segment, onEntry: (entry: JournalEntry) => void, to: number): FoundSeal | undefined {
    if (!segment.goesOn(this.seenEnd)) return undefined;
    const end = Math.min(segment.end(), this.#takeover?.from ?? never);
    if (end <= this.seenEnd) return undefined;
    let carried = nothing as Buffer;
    while (this.position + carried.length < end && this.#isBefore(to)) {
      const from = this.position + carried.length;
      const wanted = Math.min(blockBytes, Math.max(to - from, lineBytes));
      const block = segment.read(from, Math.min(end, from + wanted));
      if (block.length === 0) break;
      const bytes = carried.length === 0 ? block : Buffer.concat([carried, block]);
      let start = 0;
      for (
        let newline = bytes.indexOf(10);
        newline !== -1 && this.#isBefore(to);
        newline = bytes.indexOf(10, start)
      ) {
        const found = this.#line(bytes.subarray(start, newline), segment, onEntry, to);
        if (found) return found;
        start = newline + 1;
      }
      carried = bytes.subarray(start);
    }
    this.seenEnd = this.position + carried.length;
    if (carried.length > 0) this.#hasDoubt = true;
    return undefined;
  }

  #line(
    bytes: Buffer,
    segment: Segment,
    onEntry: (entry: JournalEntry) => void,
    to: number,
  ): FoundSeal | undefined {
    const line = decodeLine(bytes, this.position);
    const worth = line && this.#chain.worth(line);
    if (worth === 'damage')
      throw damaged(
        `segment ${segment.file}: the line at ${this.position} follows a line that is missing or altered`,
      );
    if (!line && this.#chain.isDamage(bytes, this.position))
      throw damaged(`segment ${segment.file}: the line at ${this.position} is altered`);
    // A seal stays unread until the next segment has been entered: nobody may write behind it.
    if (line?.kind === 'seal' && worth === 'valid') {
      this.seenEnd = this.position;
      return { seal: JSON.parse(line.text) as Seal, line, bytes };
    }
    this.position += bytes.length + 1;
    this.seenEnd = this.position;
    if (line && worth === 'valid') this.#take(line, bytes, onEntry, to);
    else this.#hasDoubt = true;
    return undefined;
  }

  #take(line: ValidLine, bytes: Buffer, onEntry: (entry: JournalEntry) => void, to: number): void {
    this.#chain.take(line);
    this.#on.onLine?.(line, bytes, this.#version);
    if (line.kind === 'commit') {
      if (line.position < to) this.#deliver(line, this.#version, onEntry);
      return;
    }
    if (line.position === this.madeTo) this.madeTo = line.end;
    if (line.kind === 'rescued') this.#rescued(line, onEntry, to);
  }

  #rescued(line: ValidLine, onEntry: (entry: JournalEntry) => void, to: number): void {
    const { original, commit, machine } = unwrapRescued(line.text) ?? {};
    if (!original) throw damaged(`the copy of a rescued line at ${line.position} is not whole`);
    // The header of a segment of copies names no line before it.
    if (
      this.#rescueLink !== undefined &&
      original.kind !== 'header' &&
      original.previous !== this.#rescueLink
    ) {
      throw damaged(`the rescued line of ${original.position} follows a line that is missing or altered`);
    }
    this.#rescueLink = original.crc;
    if (commit && commit.position < to) this.#deliver(commit, machine ?? this.#version, onEntry);
  }

  #deliver(
    { position, end, text }: ValidLine,
    version: number,
    onEntry: (entry: JournalEntry) => void,
  ): void {
    if (end <= this.#delivered) return;
    this.#delivered = end;
    this.#left -= 1;
    onEntry({ position, end, text, version });
  }

  /** Goes on to the next segment; false when there is none to go to. */
  #advance(found: FoundSeal | undefined): boolean {
    const { segment } = this;
    if (found && segment) {
      const { next } = found.seal;
      if (this.#enter(next, next, found)) return true;
      const later = this.#takeovers.after(next).next;
      // Another process may have made both since the first look.
      if (later !== undefined && this.#enter(next, next, found)) return true;
      if (later !== undefined)
        throw damaged(`the segment that begins at ${next} is missing although ${later} follows it`);
      this.#on.onMissingSegment?.(found, segment);
      return this.#enter(next, next, found);
    }
    if (this.#takeover && this.position >= this.#takeover.from)
      return this.#enter(this.#takeover.start, this.#takeover.start);
    if (this.#following === undefined) return false;
    throw damaged(`segment ${segment?.file ?? ''} has no seal although ${this.#following} follows it`);
  }

  /** Opens the segment that begins at `start`, to be read from `position` on. Changes nothing when something throws. */
  #enter(start: number, position: number, found?: FoundSeal): boolean {
    const { disk, directory, writable } = this.#on;
    const segment = Segment.open(disk, directory, start, writable);
    if (!segment) return false;
    try {
      const header = segment.header();
      const ahead = this.#takeovers.after(start);
      this.#on.onSegment?.(header, segment, ahead.next === undefined);
      this.segment?.close();
      this.segment = segment;
      this.#version = header.machine.version;
      // The header of a segment of copies cannot name the line before it, which may be lost; its copies are checked against what was read before.
      const begins = position === start;
      if (header.rescue && begins)
        this.#rescueLink = this.position === header.rescue.from ? this.#chain.crc : undefined;
      if (found) this.#chain.take(found.line);
      if (found) this.#on.onLine?.(found.line, found.bytes, this.#version);
      if (header.rescue && begins) this.#chain.crc = undefined;
      this.position = position;
      this.seenEnd = position;
      this.madeTo = start;
      this.#copiesFrom = begins ? header.rescue?.from : undefined;
      this.#look(ahead);
      return true;
    } catch (error) {
      if (this.segment !== segment) segment.close();
      throw error;
    }
  }

  /** Whether a later segment's copies count from where this reader is, by what is in the folder now. */
  looksAhead(): boolean {
    const { segment } = this;
    if (segment) this.#look(this.#takeovers.after(segment.start));
    return this.#takeover !== undefined && this.#takeover.from <= this.position;
  }

  #looksAheadAgain({ start }: Segment): boolean {
    this.#look(this.#takeovers.after(start));
    // Only now: where the look has failed, the next reading looks again.
    this.#hasDoubt = false;
    return this.#following !== undefined;
  }

  #look({ next, takeover }: { next: number | undefined; takeover: Takeover | undefined }): void {
    this.#following = next;
    this.#takeover = takeover;
  }
}
