import type { Disk } from '../disk/index.js';

// The thread pool's hop costs 40 µs of a 140 µs commit (Node 20.20, ext4); a slow disk must not block the embedder's event loop.
const patience = 0.3;
const forgetting = 0.2;

/** Syncs in place while the disk is quick, and through the thread pool where it has turned out slow. */
export class SyncPace {
  readonly #disk: Disk;
  readonly #inlineBelowMs: number;
  #averageMs = 0;

  constructor(disk: Disk, inlineBelowMs: number) {
    this.#disk = disk;
    this.#inlineBelowMs = inlineBelowMs;
  }

  /** Whether the next sync will be done in place. */
  get isInline(): boolean {
    return this.#averageMs < this.#inlineBelowMs;
  }

  syncInline(fd: number): void {
    const began = performance.now();
    this.#disk.sync(fd);
    this.#note(performance.now() - began);
  }

  /** Makes something durable in another way, in place, and learns from it where it was done. */
  tryInline(work: () => boolean): boolean {
    const began = performance.now();
    const isDone = work();
    if (isDone) this.#note(performance.now() - began);
    return isDone;
  }

  async syncLater(fd: number): Promise<void> {
    const began = performance.now();
    await this.#disk.syncLater(fd);
    this.#note((performance.now() - began) * (1 - patience));
  }

  #note(tookMs: number): void {
    this.#averageMs += (tookMs - this.#averageMs) * forgetting;
  }
}
