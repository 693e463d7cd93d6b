/** A seeded source of numbers from 0 up to 1. */
export type Chance = () => number;

const sector = 512;

/** A file's bytes: what programs see, and what is on the platter. */
export class MemoryFile {
  readonly kind = 'file';
  readonly ino: number;
  #bytes: Buffer;
  #size: number;
  #durable: Buffer;
  /** What a sync has to write; a failed sync forgets it, as Linux marks the pages clean. */
  #dirty: { from: number; to: number }[] = [];
  /** How many syncs have failed: each handle opened before is told once. */
  failures = 0;
  /** Whether nobody has been told yet: then who opens the file now is told as well. */
  isUnheard = false;

  constructor(ino: number, content: Buffer = Buffer.alloc(0)) {
    this.ino = ino;
    this.#bytes = Buffer.from(content);
    this.#size = content.length;
    this.#durable = content;
  }

  get size(): number {
    return this.#size;
  }

  /** What programs see. */
  get content(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  append(bytes: Uint8Array): void {
    this.write(bytes, this.#size);
  }

  write(bytes: Uint8Array, from: number): void {
    const to = from + bytes.length;
    if (to > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(to, this.#bytes.length * 2, 4096));
      this.content.copy(larger);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, from);
    this.#size = Math.max(this.#size, to);
    this.#dirty.push({ from, to });
  }

  sync(): void {
    if (this.#dirty.length === 0) return;
    this.#settle(this.#dirty);
    this.#dirty = [];
  }

  /** A write that returns when it is durable, and makes nothing else so. */
  writeDurably(bytes: Uint8Array, from: number): void {
    this.write(bytes, from);
    this.#settle(this.#dirty.splice(-1));
  }

  #settle(pieces: readonly { from: number; to: number }[]): void {
    const durable = Buffer.alloc(Math.max(this.#durable.length, ...pieces.map(({ to }) => to)));
    this.#durable.copy(durable);
    for (const { from, to } of pieces) this.#bytes.copy(durable, from, from, to);
    this.#durable = durable;
  }

  failSync(): void {
    this.#dirty = [];
    this.failures += 1;
  }

  /** What is in memory only for speed is read from the platter again, from a place on: where a sync failed, programs see what is there. */
  evict(from = 0): void {
    const found = Buffer.alloc(this.#bytes.length);
    this.#durable.copy(found);
    this.#bytes.copy(found, 0, 0, from);
    for (const dirty of this.#dirty) this.#bytes.copy(found, dirty.from, dirty.from, dirty.to);
    this.#bytes = found;
  }

  /** What a power cut leaves: with `chance`, each unsynced piece of a sector may have got there, and the file may have grown with zeros. */
  left(chance?: Chance): Buffer {
    if (!chance) return Buffer.from(this.#durable);
    const size = this.#durable.length + Math.floor(chance() * (this.#size - this.#durable.length + 1));
    const left = Buffer.alloc(size);
    this.#durable.copy(left);
    for (let from = 0; from < size; from += sector)
      if (chance() < 0.5) this.content.copy(left, from, from, Math.min(from + sector, size));
    return left;
  }
}
