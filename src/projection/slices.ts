const sliceMs = 3;

/** Lets commits and I/O have their turn whenever documents have held them up for a few milliseconds. */
export class Slices {
  #since = performance.now();
  #earlierMs = 0;

  turn(): Promise<void> | undefined {
    const took = performance.now() - this.#since;
    if (took < sliceMs) return undefined;
    this.#earlierMs += took;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#since = performance.now();
        resolve();
      });
    });
  }

  /** Waits for what others do; that time is not the documents'. */
  async elsewhere<Result>(work: Promise<Result>): Promise<Result> {
    this.#earlierMs += performance.now() - this.#since;
    const result = await work;
    this.#since = performance.now();
    return result;
  }

  totalMs(): number {
    return this.#earlierMs + performance.now() - this.#since;
  }
}
