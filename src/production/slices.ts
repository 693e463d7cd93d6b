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

  totalMs(): number {
    return this.#earlierMs + performance.now() - this.#since;
  }
}
