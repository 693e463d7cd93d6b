/**
 * An interpolation filter as one row of taps for each of `phases` positions between two samples (row-major), each row summing to 1.
 * `cutoff` is relative to the input's Nyquist frequency. The window is a Blackman window.
 */
export function windowedSinc(phases: number, taps: number, cutoff: number): Float32Array {
  const table = new Float32Array(phases * taps);
  for (let phase = 0; phase < phases; phase += 1) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap += 1) {
      const x = tap - taps / 2 + 1 - phase / phases;
      const w = (2 * Math.PI * (x + taps / 2)) / taps;
      const window = 0.42 - 0.5 * Math.cos(w) + 0.08 * Math.cos(2 * w);
      const sinc = x === 0 ? cutoff : Math.sin(Math.PI * cutoff * x) / (Math.PI * x);
      table[phase * taps + tap] = sinc * window;
      sum += sinc * window;
    }
    for (let tap = 0; tap < taps; tap += 1)
      table[phase * taps + tap] = (table[phase * taps + tap] ?? 0) / sum;
  }
  return table;
}
