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
    const length = this.#length;
    const ceiling = this.#ceiling;
    const delayed = this.#delayed;
    const lowestGains = this.#lowest;
    const queue = this.#queue;
    let sum = this.#sum;
    let slot = this.#time % length;
    for (let index = 0; index < block.length; index += 1) {
      const sample = block[index] as number;
      const level = Math.abs(sample);
      const lowest = level <= ceiling && queue.length === 0 ? 1 : this.#lowestGain(level, this.#time + index);
      sum += lowest - (lowestGains[slot] as number);
      lowestGains[slot] = lowest;
      const gain = lowest === 1 && sum > length - 1e-6 ? 1 : Math.min(1, sum / length);
      block[index] = (delayed[slot] as number) * gain;
      delayed[slot] = sample;
      slot = slot + 1 === length ? 0 : slot + 1;
    }
    this.#sum = sum;
    this.#time += block.length;
  }

  #lowestGain(level: number, time: number): number {
    const queue = this.#queue;
    while (queue[0] !== undefined && queue[0].time < time - this.#length) queue.shift();
    if (level > this.#ceiling) {
      const gain = Math.fround(this.#ceiling / level);
      while ((queue.at(-1)?.gain ?? 0) >= gain) queue.pop();
      queue.push({ gain, time });
    }
    return queue[0]?.gain ?? 1;
  }
}
