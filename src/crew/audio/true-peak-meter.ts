import { windowedSinc } from './windowed-sinc.js';

const taps = 12;
const phases = 4;

/** The highest level between and at the samples, by four-fold oversampling (ITU-R BS.1770-4, annex 2). */
export class TruePeakMeter {
  readonly #table = windowedSinc(phases, taps, 1);
  /** No output can exceed the loudest input by more than this. */
  readonly #mostGain: number;
  #history = new Float32Array(taps - 1);
  #peak = 0;
  /** For how many samples more the filter covers one that can make a new peak. */
  #near = 0;

  constructor() {
    const sums = Array.from({ length: phases }, (_, phase) =>
      this.#table.subarray(phase * taps, (phase + 1) * taps).reduce((sum, tap) => sum + Math.abs(tap), 0),
    );
    this.#mostGain = Math.max(...sums);
  }

  add(block: Float32Array): void {
    const input = new Float32Array(this.#history.length + block.length);
    input.set(this.#history);
    input.set(block, this.#history.length);
    for (let at = 0; at < block.length; at += 1) {
      // Around quiet samples no new peak is possible: this spares nearly all of the work and changes no result.
      if (Math.abs(block[at] as number) * this.#mostGain > this.#peak) this.#near = taps;
      if (this.#near === 0) continue;
      this.#near -= 1;
      for (let row = 0; row < phases * taps; row += taps) {
        let sum = 0;
        for (let tap = 0; tap < taps; tap += 1)
          sum += (input[at + tap] as number) * (this.#table[row + tap] as number);
        this.#peak = Math.max(this.#peak, Math.abs(sum));
      }
    }
    this.#history = input.slice(block.length);
  }

  /** In dB above full scale. */
  decibels(): number {
    return 20 * Math.log10(this.#peak);
  }
}
