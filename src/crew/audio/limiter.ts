/** A look-ahead peak limiter: nothing above the ceiling leaves it, and its gain moves smoothly over the look-ahead. */
export class Limiter {
  readonly #ceiling: number;
  readonly #length: number;
  readonly #delayed: Float32Array;
  /** The lowest gain needed within the look-ahead, for each of its samples; averaged to smooth it. */
  readonly #lowest: Float32Array;
  /** Gains that may still become the lowest, rising, and when each was needed. */
  readonly #queue: { gain: number; time: number }[] = [];
  #sum: number;
  #time = 0;

  constructor(ceiling: number, lookAheadSamples: number) {
    this.#ceiling = ceiling;
    this.#length = lookAheadSamples;
    this.#delayed = new Float32Array(lookAheadSamples);
    this.#lowest = new Float32Array(lookAheadSamples).fill(1);
    this.#sum = lookAheadSamples;
  }

  /** Limits a block in place; the output is late by the look-ahead. */
  process(block: Float32Array): void {
    for (let index = 0; index < block.length; index += 1) {
      const sample = block[index] as number;
      const slot = this.#time % this.#length;
      const lowest = this.#lowestGain(Math.abs(sample));
      this.#sum += lowest - (this.#lowest[slot] as number);
      this.#lowest[slot] = lowest;
      const gain =
        lowest === 1 && this.#sum > this.#length - 1e-6 ? 1 : Math.min(1, this.#sum / this.#length);
      block[index] = (this.#delayed[slot] as number) * gain;
      this.#delayed[slot] = sample;
      this.#time += 1;
    }
  }

  #lowestGain(level: number): number {
    const queue = this.#queue;
    while (queue[0] !== undefined && queue[0].time < this.#time - this.#length) queue.shift();
    if (level > this.#ceiling) {
      const gain = Math.fround(this.#ceiling / level);
      while ((queue.at(-1)?.gain ?? 0) >= gain) queue.pop();
      queue.push({ gain, time: this.#time });
    }
    return queue[0]?.gain ?? 1;
  }
}
