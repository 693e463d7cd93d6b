import type { Chance, MemoryFile } from './memory-file.js';

export type MemoryNode = MemoryFile | MemoryFolder;

/** A folder's entries: what programs see, and what is on the platter. Changes reach it in their order, as in a file system's own journal. */
export class MemoryFolder {
  readonly kind = 'directory';
  readonly ino: number;
  entries: ReadonlyMap<string, MemoryNode> = new Map();
  /** The durable entries, and after each unsynced change. */
  #stages: ReadonlyMap<string, MemoryNode>[] = [new Map()];

  constructor(ino: number, entries: ReadonlyMap<string, MemoryNode> = new Map()) {
    this.ino = ino;
    this.entries = entries;
    this.#stages = [entries];
  }

  set(name: string, node: MemoryNode): void {
    this.#change(new Map(this.entries).set(name, node));
  }

  delete(name: string): void {
    const entries = new Map(this.entries);
    entries.delete(name);
    this.#change(entries);
  }

  /** One change, so that no power cut shows it half done. */
  rename(from: string, to: string, node: MemoryNode): void {
    const entries = new Map(this.entries);
    entries.delete(from);
    this.#change(entries.set(to, node));
  }

  #change(entries: ReadonlyMap<string, MemoryNode>): void {
    this.entries = entries;
    this.#stages.push(entries);
  }

  sync(): void {
    this.#stages = [this.entries];
  }

  /** What a power cut leaves: with `chance`, some of the unsynced changes, from the first on. */
  left(chance?: Chance): ReadonlyMap<string, MemoryNode> {
    const kept = chance ? Math.floor(chance() * this.#stages.length) : 0;
    return this.#stages[kept] ?? this.entries;
  }
}
